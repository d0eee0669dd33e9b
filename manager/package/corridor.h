/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /usr/lib/kpatch, where packages put their modules: a folder for each kernel. */
#ifndef KP_CORRIDOR_H
#define KP_CORRIDOR_H

#include <glib.h>

#define KP_CORRIDOR "/usr/lib/kpatch"

/* Paths of the regular files below @root in its folders whose name is one of which
 * @wanted says yes. NULL with @error when one of the folders cannot be read. Caller
 * frees. */
GPtrArray *kp_corridor_find(const char *root, gboolean (*wanted)(const char *name),
			    GError **error);

#endif
