/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/table.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/names.h"

struct KpTable {
	GPtrArray *rows;	/* char **, the heads first */
	GPtrArray *colours;	/* const char *, one per row; may be NULL */
	guint columns;
	glong *widths;		/* of each, in characters */
};

KpTable *kp_table_new(const char *const *heads)
{
	KpTable *table = g_new0(KpTable, 1);

	table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
	table->colours = g_ptr_array_new();
	table->columns = g_strv_length((char **)heads);
	table->widths = g_new0(glong, table->columns);
	kp_table_add(table, heads, NULL);
	return table;
}

void kp_table_free(KpTable *table)
{
	if (table == NULL)
		return;
	g_ptr_array_unref(table->rows);
	g_ptr_array_unref(table->colours);
	g_free(table->widths);
	g_free(table);
}

void kp_table_add(KpTable *table, const char *const *cells, const char *colour)
{
	char **row = g_new0(char *, table->columns + 1);

	for (guint i = 0; i < table->columns; i++) {
		row[i] = kp_text_printable(cells[i] != NULL ? cells[i] : "-");
		table->widths[i] = MAX(table->widths[i], g_utf8_strlen(row[i], -1));
	}
	g_ptr_array_add(table->rows, row);
	g_ptr_array_add(table->colours, (gpointer)colour);
}

/* Columns that there is room for, 0: any number. watch(1) and others say it to programs
 * that write into a pipe. */
static glong room(void)
{
	const char *columns = getenv("COLUMNS");
	guint64 number;
	struct winsize size;

	if (columns != NULL && g_ascii_string_to_unsigned(columns, 10, 1, 100000, &number, NULL))
		return (glong)number;
	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static gboolean fits(const KpTable *table)
{
	glong columns = room(), width = 0;

	for (guint column = 0; column < table->columns; column++)
		width += table->widths[column] + (column > 0 ? 2 : 0);
	return columns == 0 || width <= columns;
}

/* A row a paragraph, a cell a line, without those that are empty. The first column may
 * have no head: a mark of the row. */
static void append_paragraph(GString *text, const KpTable *table, guint number, glong heads,
			     gboolean coloured)
{
	char **names = g_ptr_array_index(table->rows, 0);
	char **row = g_ptr_array_index(table->rows, number);
	const char *colour = coloured ? g_ptr_array_index(table->colours, number) : NULL;
	gboolean marked = g_str_equal(names[0], " ");
	const char *mark = marked ? row[0] : NULL;

	for (guint column = marked ? 1 : 0; column < table->columns; column++) {
		glong more = heads - g_utf8_strlen(names[column], -1);
		gboolean painted = colour != NULL && column + 1 == table->columns;

		if (g_str_equal(row[column], "-"))
			continue;
		g_string_append_printf(text, "%s%s%s%*s  %s%s%s\n", marked ? mark != NULL ? mark : " " : "",
				       marked ? " " : "", names[column], (int)more, "",
				       painted ? colour : "", row[column], painted ? "\033[0m" : "");
		mark = NULL;
	}
}

static char *paragraphs(const KpTable *table, gboolean coloured)
{
	GString *text = g_string_new(NULL);
	char **names = g_ptr_array_index(table->rows, 0);
	glong heads = 0;

	for (guint column = 0; column < table->columns; column++)
		heads = MAX(heads, g_utf8_strlen(names[column], -1));
	for (guint i = 1; i < table->rows->len; i++) {
		if (i > 1)
			g_string_append_c(text, '\n');
		append_paragraph(text, table, i, heads, coloured);
	}
	return g_string_free(text, FALSE);
}

char *kp_table_text(const KpTable *table, gboolean coloured)
{
	GString *text;

	if (!fits(table))
		return paragraphs(table, coloured);
	text = g_string_new(NULL);
	for (guint i = 0; i < table->rows->len; i++) {
		char **row = g_ptr_array_index(table->rows, i);
		const char *colour = g_ptr_array_index(table->colours, i);
		guint last = table->columns - 1;

		for (guint column = 0; column < last; column++) {
			glong more = table->widths[column] - g_utf8_strlen(row[column], -1);

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
