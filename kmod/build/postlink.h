/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left to do to a module that Kbuild made from emitted text. */
#ifndef KP_BUILD_POSTLINK_H
#define KP_BUILD_POSTLINK_H

#include <glib.h>

/* Changes the module at @path: relocations against symbols called .klp.sym.OBJECT.NAME,POS
 * go into sections that livepatch resolves when OBJECT is there; those against
 * .kpatch.sym.* go, since kpatch.ko has records of them. @renames: other names of such
 * symbols. KP_ERROR_FAILED. */
gboolean kp_postlink(const char *path, GHashTable *renames, GError **error);

#endif
