/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/primary.h"

#include <string.h>

#include "base/names.h"
#include "package/xml-filter.h"

#define LONGEST_NAME 256

/* The name of a package in @name, of LONGEST_NAME bytes. FALSE: it is not written or not
 * where it always is, and is for the parser. */
static gboolean find_name(const char *element, gsize size, char *name)
{
	const char *begin = kp_xml_find(element, size, "<name>"), *end;
	gsize length;

	if (begin == NULL)
		return FALSE;
	begin += strlen("<name>");
	end = memchr(begin, '<', size - (gsize)(begin - element));
	length = end != NULL ? (gsize)(end - begin) : LONGEST_NAME;
	if (length == 0 || length >= LONGEST_NAME || memchr(begin, '&', length) != NULL)
		return FALSE;
	memcpy(name, begin, length);
	name[length] = '\0';
	return TRUE;
}

/* Whether the <rpm:entry> at @entry, up to @end, ties to none of our kernels. It is
 * for the parser to say what it means exactly. */
static gboolean ties_elsewhere(const KpPrimaryWanted *wanted, const char *entry, const char *end)
{
	const char *close = memchr(entry, '>', (gsize)(end - entry));
	gsize size = close != NULL ? (gsize)(close - entry) : 0;

	if (kp_xml_find(entry, size, "flags=\"EQ\"") == NULL)
		return FALSE;
	for (const char *const *tie = wanted->ties; *tie != NULL; tie++) {
		const char *found = kp_xml_find(entry, size, *tie);

		if (found != NULL && found[-1] == '"' && found[strlen(*tie)] == '"')
			return FALSE;
	}
	return TRUE;
}

static gboolean tie_wanted(const KpPrimaryWanted *wanted, const char *element, gsize size)
{
	const char *end = element + size, *entry = element;
	gboolean elsewhere = FALSE;

	if (wanted->ties == NULL)
		return TRUE;
	while ((entry = kp_xml_find(entry, (gsize)(end - entry), "name=\"kernel-uname-r\"")) != NULL) {
		if (!ties_elsewhere(wanted, entry, end))
			return TRUE;
		elsewhere = TRUE;
		entry++;
	}
	return !elsewhere;
}

/* Also what only requires it: that is sorted out later. */
static gboolean provides_wanted(const KpPrimaryWanted *wanted, const char *element, gsize size)
{
	const char *const *name = wanted->provides;

	for (; name != NULL && *name != NULL; name++) {
		g_autofree char *text = **name == '/' ? g_strdup_printf(">%s<", *name)
						      : g_strdup_printf("name=\"%s\"", *name);

		if (kp_xml_find(element, size, text) != NULL)
			return TRUE;
	}
	return FALSE;
}

static gboolean name_wanted(const KpPrimaryWanted *wanted, const char *element, gsize size)
{
	char name[LONGEST_NAME];
	gboolean known = find_name(element, size, name);

	if (known && wanted->names != NULL && g_strv_contains(wanted->names, name))
		return TRUE;
	if (known && (wanted->globs == NULL || !kp_name_matches(name, wanted->globs)))
		return FALSE;
	if (tie_wanted(wanted, element, size))
		return TRUE;
	if (known && wanted->elsewhere != NULL && !g_hash_table_contains(wanted->elsewhere, name))
		g_hash_table_add(wanted->elsewhere, g_strdup(name));
	return FALSE;
}

static gboolean is_wanted(gconstpointer user, const char *element, gsize size)
{
	return name_wanted(user, element, size) || provides_wanted(user, element, size);
}

FILE *kp_primary_filter(FILE *file, const KpPrimaryWanted *wanted, char **problem)
{
	static const KpXmlKind kind = {
		.head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<metadata xmlns=\"http://linux.duke.edu/metadata/common\""
			" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"0\">\n",
		.tail = "</metadata>\n",
		.begin = "<package", .end = "</package>", .last = "</metadata>",
		/* the largest of a distribution has some hundred KiB */
		.largest_mib = 16,
		/* ten times the largest primary.xml there is */
		.most_mib = 4096,
		.wanted = is_wanted,
	};

	return kp_xml_filter(file, &kind, wanted, problem);
}
