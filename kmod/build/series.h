/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first stage of kpatch-build: diffs, one after the other, in a private copy of a
 * kernel source tree, and the objects that have to be compiled for them. */
#ifndef KP_BUILD_SERIES_H
#define KP_BUILD_SERIES_H

#include <glib.h>

typedef struct {
	const char *tree;		/* the kernel source tree; it is only read */
	const char *const *diffs;	/* files, in order; ends with NULL */
	const char *folder;		/* where the copy is made; it is created if it is missing */
	guint fuzz;			/* lines of context that need not fit: patch(1)'s --fuzz */
	/* Is @object ("fs/namei.o") in the image or one of its modules? NULL: all are. */
	gboolean (*built)(const char *object, gpointer data);
	gpointer data;
} KpSeriesRequest;

/* An object that has to be compiled, as it was and as it will be. */
typedef struct {
	char *source;			/* fs/namei.c, below the tree */
	char *object;			/* fs/namei.o */
	gboolean header;		/* only because something that it includes has changed */
} KpUnit;

typedef struct {
	char *tree;			/* the private copy, patched; absolute */
	char *original;			/* the user's tree, as it was; absolute */
	GPtrArray *units;		/* KpUnit*, by object; empty: nothing that is compiled changed */
	GPtrArray *changed;		/* char*: the files that differ, by name */
	GPtrArray *notes;		/* char*: sentences for the author, such as what was left out */
	char *copy;			/* the folder that tree is in: goes with the series */
	int lock;			/* held while the copy is used */
} KpSeries;

/* KP_ERROR_USAGE: a diff or the tree is none, or is damaged. KP_ERROR_REFUSED: it changes
 * what cannot be patched live. KP_ERROR_FAILED: it does not apply, or the copy cannot be
 * made. The message begins with the diff and the line in it, where there is one. The user's
 * tree is as it was, and no copy is left. */
KpSeries *kp_series_apply(const KpSeriesRequest *request, GError **error);

/* Removes the private copy as well. */
void kp_series_free(KpSeries *series);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpSeries, kp_series_free)

#endif
