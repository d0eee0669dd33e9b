/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/updates.h"

#include <string.h>

#include "base/names.h"
#include "package/xml-filter.h"

#define LONGEST_NAME 256

/* What is not written as usual is for the parser. */
static gboolean name_wanted(const char *const *globs, const char *name, gsize length)
{
	char text[LONGEST_NAME];

	if (length >= sizeof(text) || memchr(name, '&', length) != NULL)
		return TRUE;
	memcpy(text, name, length);
	text[length] = '\0';
	return kp_name_matches(text, globs);
}

static gboolean is_wanted(gconstpointer user, const char *element, gsize size)
{
	static const char attribute[] = "name=";
	const char *at = element, *end = element + size;

	while ((at = kp_xml_find(at, (gsize)(end - at), attribute)) != NULL) {
		const char *quote = at + strlen(attribute), *close;

		at = quote;
		if (quote + 1 >= end || (*quote != '"' && *quote != '\''))
			continue;
		close = memchr(quote + 1, *quote, (gsize)(end - quote - 1));
		if (close == NULL || name_wanted(user, quote + 1, (gsize)(close - quote - 1)))
			return TRUE;
		at = close;
	}
	return FALSE;
}

FILE *kp_updates_filter(FILE *file, const char *const *globs, char **problem)
{
	static const KpXmlKind kind = {
		.head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<updates>\n",
		.tail = "</updates>\n",
		.begin = "<update", .end = "</update>", .last = "</updates>",
		/* the largest of a distribution has some MiB: it rebuilds everything */
		.largest_mib = 64,
		/* ten times the largest updateinfo.xml there is */
		.most_mib = 512,
		.wanted = is_wanted,
	};

	return kp_xml_filter(file, &kind, globs, problem);
}
