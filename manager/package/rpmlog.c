/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/rpmlog.h"

#include <rpm/rpmlog.h>
#include <string.h>

#include "base/names.h"

/* "warning: " and "error: " are librpm's own prefixes in some of its messages */
static int collect(rpmlogRec record, rpmlogCallbackData data)
{
	GPtrArray *lines = data;
	const char *message = rpmlogRecMessage(record);
	g_autofree char *line = NULL;

	if (rpmlogRecPriority(record) > RPMLOG_WARNING || message == NULL)
		return 0;
	line = g_strchomp(g_strdup(message));
	if (*line != '\0' && !g_ptr_array_find_with_equal_func(lines, line, g_str_equal, NULL))
		g_ptr_array_add(lines, kp_text_printable(line));
	return 0;
}

void kp_rpmlog_begin(GPtrArray *lines)
{
	rpmlogSetCallback(collect, lines);
}

void kp_rpmlog_end(void)
{
	rpmlogSetCallback(NULL, NULL);
}

char *kp_rpmlog_text(const GPtrArray *lines, const char *otherwise)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < lines->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? "; " : "",
				       (const char *)g_ptr_array_index(lines, i));
	if (text->len == 0)
		g_string_append(text, otherwise);
	return g_string_free(text, FALSE);
}
