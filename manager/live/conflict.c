/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/conflict.h"

#include <string.h>

#include "base/root.h"

#define PROBES_FILE "/sys/kernel/debug/kprobes/list"
#define FUNCTIONS_FILE "/sys/kernel/tracing/enabled_functions"
/* some 100 bytes a probe or a traced function */
#define TEXT_MAX (4 * 1024 * 1024)

/* "ffffffff81234560  k  do_x+0x0    [FTRACE]", proc and flags vary. */
static gboolean probe_is_on(const char *line, const char *function)
{
	g_auto(GStrv) words = g_strsplit_set(line, " \t", -1);
	g_autofree char *entry = g_strconcat(function, "+0x0", NULL);
	/* with IBT the entry is behind an endbr64 */
	g_autofree char *behind = g_strconcat(function, "+0x4", NULL);

	return g_strv_contains((const char *const *)words, entry) ||
	       g_strv_contains((const char *const *)words, behind);
}

gboolean kp_conflict_has_probe(const char *list, const char *function)
{
	g_auto(GStrv) lines = g_strsplit(list, "\n", -1);

	for (char **line = lines; *line != NULL; line++)
		if (probe_is_on(*line, function))
			return TRUE;
	return FALSE;
}

/* "do_x [module] (1) R I D\ttramp: ...": the flags stand between the number of
 * users and a tab, or the end. */
static gboolean line_redirects(const char *line, const char *function)
{
	gsize length = strlen(function);
	const char *flags = strchr(line, ')');

	if (strncmp(line, function, length) != 0 || line[length] != ' ' || flags == NULL)
		return FALSE;
	return memchr(flags, 'I', strcspn(flags, "\t")) != NULL;
}

gboolean kp_conflict_is_redirected(const char *functions, const char *function)
{
	g_auto(GStrv) lines = g_strsplit(functions, "\n", -1);

	for (char **line = lines; *line != NULL; line++)
		if (line_redirects(*line, function))
			return TRUE;
	return FALSE;
}

static char *read_text(const char *root, const char *path)
{
	g_autofree char *full = kp_root_path(root, path);

	return kp_root_read(root, full, TEXT_MAX);
}

/* /sys has a folder "function,sympos" for each below the patch's object. */
static gboolean is_ours(const char *root, const GPtrArray *live, const char *object,
			const char *function)
{
	g_autofree char *prefix = g_strconcat(function, ",", NULL);

	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);
		g_autofree char *folder =
			kp_live_attribute_path(root, entry->backend, entry->name, object);
		g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
		const char *name;

		while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
			if (g_str_has_prefix(name, prefix))
				return TRUE;
	}
	return FALSE;
}

/* The probes first: there are few or none, and the other list is long. */
static void add_probes(const char *root, const KpPatch *patch, const GPtrArray *live,
		       GPtrArray *reasons)
{
	g_autofree char *probes = read_text(root, PROBES_FILE);
	g_autofree char *functions = NULL;

	for (char **func = patch->funcs; probes != NULL && *func != NULL; func++) {
		const char *colon = strchr(*func, ':');
		g_autofree char *object = NULL;

		if (colon == NULL || !kp_conflict_has_probe(probes, colon + 1))
			continue;
		if (functions == NULL && (functions = read_text(root, FUNCTIONS_FILE)) == NULL)
			return;
		object = g_strndup(*func, (gsize)(colon - *func));
		if (kp_conflict_is_redirected(functions, colon + 1) &&
		    !is_ours(root, live, object, colon + 1))
			g_ptr_array_add(reasons, g_strdup_printf(
				"a kprobe with a post handler sits on %s, which it replaces, and a "
				"function can have one of the two; take the probe away first (" PROBES_FILE
				" shows it)", colon + 1));
	}
}

static void add_targets(const char *root, const KpPatch *patch, GPtrArray *reasons)
{
	for (char **target = patch->targets; *target != NULL; target++) {
		g_auto(GStrv) parts = g_strsplit(*target, ":", 2);
		g_autofree char *path = NULL;
		g_autofree char *loaded = NULL;

		if (g_strv_length(parts) != 2 || strchr(parts[0], '/') != NULL)
			continue;
		path = kp_root_pathf(root, "/sys/module/%s/srcversion", parts[0]);
		loaded = kp_root_read(root, path, 128);
		if (loaded != NULL && !g_str_equal(loaded, parts[1]))
			g_ptr_array_add(reasons, g_strdup_printf(
				"it was built for the module %s with srcversion %s, and %s is loaded; "
				"build it against the module that is in use",
				parts[0], parts[1], loaded));
	}
}

static void add_namesake(const char *root, const KpPatch *patch, GPtrArray *reasons)
{
	if (kp_live_is_namesake(root, patch->name))
		g_ptr_array_add(reasons, g_strdup_printf(
			"a module named %s is loaded and is no patch, and the kernel takes a name "
			"once; 'rmmod %s' if nobody needs it, else build the patch under another "
			"name", patch->name, patch->name));
}

void kp_conflicts_read(const char *root, const KpPatch *patch, const GPtrArray *live,
		       GPtrArray *reasons)
{
	add_namesake(root, patch, reasons);
	if (patch->targets != NULL)
		add_targets(root, patch, reasons);
	if (patch->funcs != NULL && *patch->funcs != NULL)
		add_probes(root, patch, live, reasons);
}
