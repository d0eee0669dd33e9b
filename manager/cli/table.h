/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text table whose columns are as wide as what is in them. */
#ifndef KP_TABLE_H
#define KP_TABLE_H

#include <glib.h>

typedef struct KpTable KpTable;

/* A table with the columns of the NULL-terminated @heads. */
KpTable *kp_table_new(const char *const *heads);
void kp_table_free(KpTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpTable, kp_table_free)

/* Adds a row: one text per column, NULL for "-". @colour is an SGR sequence
 * for the last column, or NULL. */
void kp_table_add(KpTable *table, const char *const *cells, const char *colour);

/* The whole table, with colours if @coloured; cells as kp_text_printable() has them. What
 * is wider than the terminal, or than COLUMNS says, is a paragraph for each row. Caller
 * frees. */
char *kp_table_text(const KpTable *table, gboolean coloured);

/* TRUE when standard output is a terminal, and NO_COLOR does not forbid it. */
gboolean kp_table_colour_wanted(void);

#endif
