/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A diff: whatever the bytes, it is refused with a reason, or its names stay in the tree
 * and its hunks in the text. The same bytes as a source whose line numbers are kept. */
#include <string.h>

#include "base/error.h"
#include "fuzz.h"
#include "kmod/build/diff.h"
#include "kmod/build/lines.h"
#include "kmod/build/touched.h"

static void check_name(const char *name)
{
	g_auto(GStrv) parts = g_strsplit(name, "/", -1);
	const char *reason;

	g_assert_true(parts[0] != NULL && *name != '/');
	for (char **part = parts; *part != NULL; part++)
		g_assert_true(**part != '\0' && strcmp(*part, "..") != 0);
	kp_touched(name, &reason);
}

static void check_file(const KpDiff *diff, const KpDiffFile *file)
{
	gsize last = 0;

	check_name(file->name);
	check_name(file->other);
	g_assert_cmpuint(file->hunks->len, >, 0);
	for (guint i = 0; i < file->hunks->len; i++) {
		const KpHunk *hunk = &g_array_index(file->hunks, KpHunk, i);

		g_assert_true(hunk->from >= last && hunk->from < hunk->to && hunk->to <= diff->size);
		g_assert_cmpint(strncmp(diff->text + hunk->from, "@@ -", 4), ==, 0);
		last = hunk->to;
	}
}

/* Without its directives it is what it was. */
static void check_lines(const guint8 *data, gsize size)
{
	g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(KpChange));
	KpChange one = { 2, 1, 2, 3 }, two = { 9, 2, 11, 0 };
	const char *text = size == 0 ? "" : (const char *)data;
	g_autofree char *kept = NULL;
	gsize kept_size, at = 0;

	g_array_append_val(changes, one);
	g_array_append_val(changes, two);
	kept = kp_lines_keep(text, size, changes, &kept_size);
	g_assert_cmpuint(kept_size, >=, size);
	for (gsize i = 0; i < size; i++, at++) {
		while (at < kept_size && kept[at] != text[i])
			at++;
		g_assert_cmpuint(at, <, kept_size);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpDiff) diff = kp_diff_parse("x.diff", g_memdup2(data, size), size, &error);

	g_assert_true((diff == NULL) == (error != NULL));
	for (guint i = 0; diff != NULL && i < diff->files->len; i++)
		check_file(diff, g_ptr_array_index(diff->files, i));
	if (error != NULL)
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
	check_lines(data, size);
	return 0;
}
