/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a patch replaces, and what its author keeps as it is. */
#ifndef KP_BUILD_WISH_H
#define KP_BUILD_WISH_H

#include <glib.h>

typedef struct {
	char *object;		/* "vmlinux", or a module's name */
	char *function;
	guint position;		/* among those of that name, from 1; 0: it is the only one */
} KpWish;

typedef struct {
	GPtrArray *replaced;	/* KpWish */
	GPtrArray *kept;
} KpWishes;

KpWishes *kp_wishes_new(void);
void kp_wishes_free(KpWishes *wishes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpWishes, kp_wishes_free)

/* Adds OBJECT:FUNCTION or OBJECT:FUNCTION,POSITION to @list. KP_ERROR_USAGE. */
gboolean kp_wish_add(GPtrArray *list, const char *text, GError **error);

/* Adds what the patch module @path says of itself. KP_ERROR_USAGE. */
gboolean kp_wishes_read(KpWishes *wishes, const char *path, GError **error);

const KpWish *kp_wish_find(const GPtrArray *list, const char *object, const char *function);

#endif
