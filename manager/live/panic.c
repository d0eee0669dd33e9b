/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/panic.h"

#include <string.h>
#include <sys/stat.h>

#include "base/names.h"
#include "base/root.h"

/* Records of the firmware are small, a console in memory may be larger. */
#define RECORD_MAX (1024 * 1024)
#define RECORDS_MAX 256
/* systemd-pstore.service: a folder for a crash, in it one for each part of it */
#define DEPTH_MAX 3

static const char *const folders[] = { "/sys/fs/pstore", "/var/lib/systemd/pstore" };

/* With one of these begins what a kernel says last. A warning is no death. */
static const char *const beginnings[] = {
	"Kernel panic - not syncing", "BUG: ", "kernel BUG at ", "Oops: ", "general protection fault",
	"Unable to handle kernel ",
};

/* What is innermost in every panic. */
static const char *const own_frames[] = { "dump_stack", "dump_stack_lvl", "show_stack", "panic",
					  "vpanic" };

static gboolean begins(const char *line)
{
	for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (strstr(line, beginnings[i]) != NULL)
			return TRUE;
	return FALSE;
}

static gboolean is_own(const char *function)
{
	for (gsize i = 0; i < G_N_ELEMENTS(own_frames); i++)
		if (g_str_equal(own_frames[i], function))
			return TRUE;
	return FALSE;
}

/* "RIP: 0010:function+0x1c/0x40 [module]", and so in a trace; a frame with a question mark
 * was only found on the stack (Documentation/admin-guide/bug-hunting.rst). */
static GRegex *frame_regex(void)
{
	static GRegex *regex;

	if (g_once_init_enter(&regex))
		g_once_init_leave(&regex, g_regex_new(
			"(?<!\\? )(?<![\\w.])([A-Za-z_][\\w.]*)\\+0x[0-9a-f]+/0x[0-9a-f]+(?: \\[(\\w+))?",
			G_REGEX_OPTIMIZE, 0, NULL));
	return regex;
}

typedef enum { FRAME_NONE, FRAME_OURS, FRAME_OTHER } Frame;

static Frame read_frame(const char *line, const char *name)
{
	g_autoptr(GMatchInfo) match = NULL;
	g_autofree char *function = NULL, *module = NULL;

	if (!g_utf8_validate(line, -1, NULL) || !g_regex_match(frame_regex(), line, 0, &match))
		return FRAME_NONE;
	function = g_match_info_fetch(match, 1);
	module = g_match_info_fetch(match, 2);
	if (is_own(function))
		return FRAME_NONE;
	return module != NULL && *module != '\0' && kp_name_equal(module, name) ? FRAME_OURS
										: FRAME_OTHER;
}

gboolean kp_panic_blames(const char *text, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	gboolean dying = FALSE;

	for (char **line = lines; *line != NULL; line++) {
		Frame frame;

		dying = dying || begins(*line);
		if (!dying)
			continue;
		frame = read_frame(*line, name);
		if (frame == FRAME_OURS)
			return TRUE;
		/* what comes next is who called that */
		dying = frame == FRAME_NONE;
	}
	return FALSE;
}

struct records {
	const char *root;
	gint64 since;
	guint left;
	GString *text;
};

static int compare_backwards(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)b, *(const char *const *)a);
}

/* The last part of a crash has the smallest name. */
static GPtrArray *list(const char *folder)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, compare_backwards);
	return names;
}

static void read_folder(struct records *records, const char *folder, guint depth)
{
	g_autoptr(GPtrArray) names = list(folder);

	for (guint i = 0; i < names->len && records->left > 0; i++) {
		g_autofree char *path = kp_root_entry(folder, g_ptr_array_index(names, i));
		g_autofree char *text = NULL;
		struct stat st;

		if (lstat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			read_folder(records, path, depth + 1);
		if (!S_ISREG(st.st_mode) || st.st_mtime < records->since)
			continue;
		records->left--;
		text = kp_root_read(records->root, path, RECORD_MAX);
		if (text != NULL)
			g_string_append_printf(records->text, "%s\n", text);
	}
}

gboolean kp_panic_is_of(const char *root, const char *name, gint64 since)
{
	g_autoptr(GString) text = g_string_new(NULL);
	struct records records = { root, since, RECORDS_MAX, text };

	for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *folder = kp_root_path(root, folders[i]);

		read_folder(&records, folder, 0);
	}
	return kp_panic_blames(text->str, name);
}
