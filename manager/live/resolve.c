/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/resolve.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "base/root.h"
#include "live/object.h"
#include "live/wanted.h"

/* who needs more has the wrong kernel */
#define REASONS_MAX 10

void kp_resolve_objects(const KpHost *host, const KpPatch *patch, GPtrArray *reasons)
{
	g_autoptr(GPtrArray) wanted = kp_wanted_read(patch->fd);
	g_auto(GStrv) objects = kp_wanted_objects(wanted);

	for (char **object = objects; *object != NULL; object++) {
		char *problem = kp_object_problem(host->root, host->kver, *object);

		if (problem != NULL)
			g_ptr_array_add(reasons, problem);
	}
}

/* How often the kernel has what is wanted. */
struct search {
	const GPtrArray *wanted;
	GHashTable *names;	/* name: GArray of positions in wanted */
	guint *counts;
	gboolean has_data;	/* without CONFIG_KALLSYMS_ALL it has functions alone */
};

static void index_names(struct search *search)
{
	search->names = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					      (GDestroyNotify)g_array_unref);
	for (guint i = 0; i < search->wanted->len; i++) {
		const KpWanted *wanted = g_ptr_array_index(search->wanted, i);
		GArray *list = g_hash_table_lookup(search->names, wanted->name);

		if (list == NULL) {
			list = g_array_new(FALSE, FALSE, sizeof(guint));
			g_hash_table_insert(search->names, wanted->name, list);
		}
		g_array_append_val(list, i);
	}
}

static gboolean is_of(const KpWanted *wanted, const char *module)
{
	if (wanted->object == NULL)
		return TRUE;
	return module == NULL ? g_str_equal(wanted->object, "vmlinux") :
	       g_str_equal(wanted->object, module);
}

/* "ffffffff81000000 T name" and, of a module, "\t[module]". */
static void count_line(struct search *search, char *line)
{
	char *type = strchr(line, ' '), *name = type != NULL ? strchr(type + 1, ' ') : NULL;
	char *module = name != NULL ? strchr(name, '\t') : NULL;
	const GArray *list;

	if (name == NULL)
		return;
	*name++ = '\0';
	name[strcspn(name, "\t\n")] = '\0';
	if (module != NULL && module[1] == '[') {
		module += 2;
		module[strcspn(module, "]")] = '\0';
	} else {
		module = NULL;
	}
	search->has_data |= module == NULL && strpbrk(type, "dDbB") != NULL;
	list = g_hash_table_lookup(search->names, name);
	for (guint i = 0; list != NULL && i < list->len; i++) {
		guint at = g_array_index(list, guint, i);

		search->counts[at] += is_of(g_ptr_array_index(search->wanted, at), module);
	}
}

/* FALSE when there is nothing to be read. */
static gboolean count_all(struct search *search, const char *root)
{
	g_autofree char *path = kp_root_path(root, "/proc/kallsyms");
	g_autofree char *line = NULL;
	int fd = kp_root_open(root, path, O_RDONLY, 0);
	FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
	size_t size = 0;
	gboolean any = FALSE;

	while (file != NULL && getline(&line, &size, file) > 0) {
		any = TRUE;
		count_line(search, line);
	}
	if (file != NULL)
		fclose(file);
	return any;
}

/* Symbols that our core module has are there when it is. */
static gboolean can_be_told(const struct search *search, const KpHost *host,
			    const KpPatch *patch, const KpWanted *wanted)
{
	if (wanted->kind != KP_WANTED_FUNCTION && !search->has_data)
		return FALSE;
	if (wanted->kind == KP_WANTED_IMPORT)
		return patch->backend != KP_BACKEND_KPATCH || host->has_core ||
		       !g_str_has_prefix(wanted->name, "kpatch_");
	return kp_object_state(host->root, host->kver, wanted->object) == KP_OBJECT_THERE;
}

/* NULL when the kernel has it. */
static char *why_not(const KpWanted *wanted, guint count)
{
	g_autofree char *name = kp_text_printable(wanted->name);
	g_autofree char *object = wanted->object != NULL ? kp_text_printable(wanted->object) : NULL;
	const char *does = wanted->kind == KP_WANTED_FUNCTION ? "replaces the function" :
			   "uses the symbol";

	if (wanted->kind == KP_WANTED_IMPORT)
		return count > 0 ? NULL : g_strdup_printf(
			"it uses the symbol %s, which neither the kernel nor a loaded module has", name);
	if (count == 0)
		return g_strdup_printf("it %s %s of %s, and there is none of that name", does, name,
				       object);
	if (wanted->sympos > count)
		return g_strdup_printf("it %s %s of %s, the %lu. of that name, and there are only %u",
				       does, name, object, wanted->sympos, count);
	if (wanted->sympos == 0 && count > 1)
		return g_strdup_printf("it %s %s of %s, of which there are %u, and does not say which",
				       does, name, object, count);
	return NULL;
}

static void add_reasons(const struct search *search, const KpHost *host, const KpPatch *patch,
			GPtrArray *reasons)
{
	guint more = 0, first = reasons->len;

	for (guint i = 0; i < search->wanted->len; i++) {
		const KpWanted *wanted = g_ptr_array_index(search->wanted, i);
		char *reason = can_be_told(search, host, patch, wanted) ?
			why_not(wanted, search->counts[i]) : NULL;

		if (reason == NULL)
			continue;
		if (g_ptr_array_find_with_equal_func(reasons, reason, g_str_equal, NULL) ||
		    reasons->len - first >= REASONS_MAX) {
			more += reasons->len - first >= REASONS_MAX;
			g_free(reason);
			continue;
		}
		g_ptr_array_add(reasons, reason);
	}
	if (more > 0)
		g_ptr_array_add(reasons, g_strdup_printf("and %u more symbols are not there", more));
}

void kp_resolve_symbols(const KpHost *host, const KpPatch *patch, GPtrArray *reasons)
{
	g_autoptr(GPtrArray) wanted = kp_wanted_read(patch->fd);
	g_autofree guint *counts = g_new0(guint, wanted->len + 1);
	struct search search = { .wanted = wanted, .counts = counts };

	/* what the running kernel has says nothing of another one */
	if (g_strcmp0(host->kver, patch->kver) != 0)
		return;
	index_names(&search);
	if (count_all(&search, host->root))
		add_reasons(&search, host, patch, reasons);
	g_hash_table_unref(search.names);
}
