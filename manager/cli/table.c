/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/table.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/names.h"

struct KpTable {
	GPtrArray *rows;	/* char **, the heads first */
	GPtrArray *colours;	/* const char *, one per row; may be NULL */
	guint columns;
};

KpTable *kp_table_new(const char *const *heads)
{
	KpTable *table = g_new0(KpTable, 1);

	table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
	table->colours = g_ptr_array_new();
	table->columns = g_strv_length((char **)heads);
	kp_table_add(table, heads, NULL);
	return table;
}

void kp_table_free(KpTable *table)
{
	if (table == NULL)
		return;
	g_ptr_array_unref(table->rows);
	g_ptr_array_unref(table->colours);
	g_free(table);
}

void kp_table_add(KpTable *table, const char *const *cells, const char *colour)
{
	char **row = g_new0(char *, table->columns + 1);

	for (guint i = 0; i < table->columns; i++)
		row[i] = kp_text_printable(cells[i] != NULL ? cells[i] : "-");
	g_ptr_array_add(table->rows, row);
	g_ptr_array_add(table->colours, (gpointer)colour);
}

static glong width_of(const KpTable *table, guint column)
{
	glong width = 0;

	for (guint i = 0; i < table->rows->len; i++) {
		char **row = g_ptr_array_index(table->rows, i);

		width = MAX(width, g_utf8_strlen(row[column], -1));
	}
	return width;
}

char *kp_table_text(const KpTable *table, gboolean coloured)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < table->rows->len; i++) {
		char **row = g_ptr_array_index(table->rows, i);
		const char *colour = g_ptr_array_index(table->colours, i);
		guint last = table->columns - 1;

		for (guint column = 0; column < last; column++) {
			glong more = width_of(table, column) - g_utf8_strlen(row[column], -1);

			g_string_append_printf(text, "%s%*s  ", row[column], (int)more, "");
		}
		if (coloured && colour != NULL)
			g_string_append_printf(text, "%s%s\033[0m\n", colour, row[last]);
		else
			g_string_append_printf(text, "%s\n", row[last]);
	}
	return g_string_free(text, FALSE);
}

gboolean kp_table_colour_wanted(void)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0') &&
	       terminal != NULL && !g_str_equal(terminal, "dumb");
}
