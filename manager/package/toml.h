/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The little of TOML that dnf5 writes: keys of strings, and tables [[a]] and [[a.b]].
 * All else is an error, be it right or wrong: who reads a lock must not guess. */
#ifndef KP_TOML_H
#define KP_TOML_H

#include <glib.h>

#define KP_TOML_MAX (1024 * 1024)	/* bytes of a file */

typedef struct {
	char *name;		/* "a.b"; "": what comes before the first table */
	guint line;		/* where it begins, from 1 */
	GHashTable *values;	/* char * to char * */
} KpTomlTable;

/* The tables of @text in their order, of which there is at least that without a name.
 * KP_ERROR_CONFIG says which line is not understood. Free with g_ptr_array_unref(). */
GPtrArray *kp_toml_parse(const char *text, gsize size, GError **error);

#endif
