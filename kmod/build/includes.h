/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which .c files include a file, directly or not, by the text of their #include lines.
 * Conditions are not looked at, so the answer has all that do, and some that do not. */
#ifndef KP_BUILD_INCLUDES_H
#define KP_BUILD_INCLUDES_H

#include <glib.h>

typedef struct KpIncludes KpIncludes;

/* Nothing of @tree is read yet. */
KpIncludes *kp_includes_new(const char *tree);

/* Reads all sources below @folder of the tree ("" is all of it) that can become part of an
 * x86 kernel. To read a part again does no harm. */
gboolean kp_includes_scan(KpIncludes *includes, const char *folder, GError **error);
void kp_includes_free(KpIncludes *includes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpIncludes, kp_includes_free)

/* The .c files that include @name ("include/linux/fs.h"), through others or not, sorted;
 * the caller owns the array, its texts belong to @includes. */
GPtrArray *kp_includes_users(const KpIncludes *includes, const char *name);

#endif
