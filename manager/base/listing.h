/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a folder has. GDir says nothing of a read that fails, and would make a short list
 * of it. */
#ifndef KP_LISTING_H
#define KP_LISTING_H

#include <glib.h>

/* Names of the entries of @folder but "." and "..", in the order of their bytes; none
 * where there is no such folder (kp_root_path() has names of nothing that are below a
 * device). NULL with KP_ERROR_FAILED, which names @folder, when it
 * cannot be read to its end. Free with g_ptr_array_unref(). */
GPtrArray *kp_list_folder(const char *folder, GError **error);

#endif
