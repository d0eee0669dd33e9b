/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a folder has. GDir says nothing of a read that fails, and would make a short list
 * of it. */
#ifndef KP_FOLDER_H
#define KP_FOLDER_H

#include <glib.h>

/* Names of the entries of @folder but "." and "..", in the order of their bytes; none
 * where there is no such folder. NULL with KP_ERROR_FAILED, which names @folder, when it
 * cannot be read to its end. Free with g_ptr_array_unref(). */
GPtrArray *kp_folder_names(const char *folder, GError **error);

#endif
