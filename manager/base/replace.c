/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/replace.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/listing.h"
#include "base/root.h"

/* g_file_set_contents_full() writes to NAME.XXXXXX, with the letters of mkstemp(3) */
#define LETTERS 6

/* whoever has not written for so long (seconds) does not live any more */
#define AGE 3600

static gboolean is_left(const char *name, const char *base)
{
	gsize length = strlen(base);

	if (strncmp(name, base, length) != 0 || name[length] != '.' ||
	    strlen(name) != length + 1 + LETTERS)
		return FALSE;
	for (const char *letter = name + length + 1; *letter != '\0'; letter++)
		if (!g_ascii_isalnum(*letter))
			return FALSE;
	return TRUE;
}

/* Nothing hangs on it. */
static void clear_left(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path), *base = g_path_get_basename(path);
	g_autoptr(GPtrArray) names = kp_list_folder(folder, NULL);
	gint64 oldest = g_get_real_time() / G_USEC_PER_SEC - AGE;

	for (guint i = 0; names != NULL && i < names->len; i++) {
		g_autofree char *left = kp_root_entry(folder, g_ptr_array_index(names, i));
		struct stat st;

		if (is_left(g_ptr_array_index(names, i), base) && lstat(left, &st) == 0 &&
		    S_ISREG(st.st_mode) && st.st_mtime < oldest)
			unlink(left);
	}
}

gboolean kp_replace_file(const char *path, const char *text, gssize size, gboolean durable,
			 GError **error)
{
	GFileSetContentsFlags flags = G_FILE_SET_CONTENTS_CONSISTENT |
				      (durable ? G_FILE_SET_CONTENTS_DURABLE : 0);

	if (!g_file_set_contents_full(path, text, size, flags, 0644, error))
		return FALSE;
	clear_left(path);
	return TRUE;
}
