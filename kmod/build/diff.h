/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A unified diff, as diff -u, git diff and git format-patch write it: which files it
 * changes, and where in it. Its bytes are not trusted. patch(1) applies it. */
#ifndef KP_BUILD_DIFF_H
#define KP_BUILD_DIFF_H

#include <glib.h>

typedef struct {
	guint line;			/* of "@@" in the diff, from 1 */
	guint old_start, old_count;
	guint new_start, new_count;
	gsize from, to;			/* its bytes in the diff, "@@" included */
} KpHunk;

typedef struct {
	char *name;			/* below the tree, without the first folder: fs/namei.c */
	char *other;			/* what it is called in the other tree, mostly the same */
	char *whole;			/* with the first folder */
	guint line;			/* of "---" in the diff */
	gboolean creates;
	gboolean deletes;
	GArray *hunks;			/* KpHunk */
} KpDiffFile;

typedef struct {
	char *path;			/* what errors call it */
	char *text;
	gsize size;
	GPtrArray *files;		/* KpDiffFile*, as they come; one may come again */
} KpDiff;

/* Takes @text over. KP_ERROR_USAGE: it is no such diff, or damaged. KP_ERROR_REFUSED: it
 * has a rename, a link, binary data, or a name that leads out of the tree. */
KpDiff *kp_diff_parse(const char *path, char *text, gsize size, GError **error);
KpDiff *kp_diff_read(const char *path, GError **error);
void kp_diff_free(KpDiff *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpDiff, kp_diff_free)

#endif
