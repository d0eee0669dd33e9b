/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/stack.h"

#include <string.h>

#include "base/root.h"
#include "base/version.h"

/* some 60 bytes a module */
#define MODULES_MAX (256 * 1024)

#define BACKENDS (KP_BACKEND_LIVEPATCH + 1)

/* What entries are compared by, beside themselves. */
struct order {
	const char *newest[BACKENDS];	/* version of the newest that is enabled, or NULL */
};

static gboolean is_of(const KpLivePatch *entry, guint kind)
{
	return entry->enabled && entry->backend == kind;
}

static guint count_enabled(const GPtrArray *live, guint kind)
{
	guint count = 0;

	for (guint i = 0; i < live->len; i++)
		count += is_of(g_ptr_array_index(live, i), kind);
	return count;
}

/* stack_order is 1 for what was enabled first. */
static gint64 read_stack_order(const char *root, const KpLivePatch *entry)
{
	g_autofree char *path = kp_live_attribute_path(root, entry->backend, entry->name,
						       "stack_order");
	g_autofree char *text = kp_root_read(root, path, 32);

	return text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
}

/* The kernel lists the module that was loaded last first. */
static gint64 read_load_order(char **modules, const KpLivePatch *entry)
{
	guint count = g_strv_length(modules);
	gsize length = strlen(entry->name);

	for (guint i = 0; i < count; i++)
		if (strncmp(modules[i], entry->name, length) == 0 && modules[i][length] == ' ')
			return count - i;
	return 0;
}

/* Half an order is none: an entry without a place says nothing of the others. */
static gboolean all_have_places(const GPtrArray *live, guint kind)
{
	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);

		if (is_of(entry, kind) && entry->place <= 0)
			return FALSE;
	}
	return TRUE;
}

static void find_places(GPtrArray *live, const char *root, guint kind)
{
	g_autofree char *path = kp_root_path(root, "/proc/modules");
	g_autofree char *text = NULL;
	g_auto(GStrv) modules = NULL;

	for (guint i = 0; i < live->len; i++) {
		KpLivePatch *entry = g_ptr_array_index(live, i);

		if (is_of(entry, kind))
			entry->place = read_stack_order(root, entry);
	}
	if (all_have_places(live, kind))
		return;
	text = kp_root_read(root, path, MODULES_MAX);
	modules = g_strsplit(text != NULL ? text : "", "\n", -1);
	for (guint i = 0; i < live->len; i++) {
		KpLivePatch *entry = g_ptr_array_index(live, i);

		if (is_of(entry, kind))
			entry->place = read_load_order(modules, entry);
	}
	for (guint i = 0; !all_have_places(live, kind) && i < live->len; i++)
		if (is_of(g_ptr_array_index(live, i), kind))
			((KpLivePatch *)g_ptr_array_index(live, i))->place = 0;
}

/* Each backend has a stack of its own. */
static int compare_backends(const struct order *order, const KpLivePatch *a, const KpLivePatch *b)
{
	int newer = kp_version_compare(order->newest[b->backend], order->newest[a->backend]);

	return newer != 0 ? newer : (int)a->backend - (int)b->backend;
}

static int compare(gconstpointer a, gconstpointer b, gpointer data)
{
	const KpLivePatch *left = *(const KpLivePatch *const *)a;
	const KpLivePatch *right = *(const KpLivePatch *const *)b;

	if (left->enabled != right->enabled)
		return right->enabled - left->enabled;
	if (left->enabled && left->backend != right->backend)
		return compare_backends(data, left, right);
	if (left->place != right->place)
		return left->place > right->place ? -1 : 1;
	return kp_version_compare(right->version, left->version);
}

/* /sys has a folder for each object of a patch, and in there one for each function. */
static void cover(GHashTable *above, const char *root, KpLivePatch *entry, const char *object)
{
	g_autofree char *folder = kp_live_attribute_path(root, entry->backend, entry->name, object);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *function;

	while (dir != NULL && (function = g_dir_read_name(dir)) != NULL) {
		char *key = g_strjoin("/", object, function, NULL);
		const char *by = strchr(function, ',') != NULL ? g_hash_table_lookup(above, key) : NULL;

		if (by != NULL && entry->covered == NULL)
			entry->covered = g_strdup(by);
		if (by != NULL || strchr(function, ',') == NULL)
			g_free(key);
		else
			g_hash_table_insert(above, key, entry->name);
	}
}

/* From the top down, so that whoever had a function before covers the others. */
static void find_covered(GPtrArray *live, const char *root)
{
	g_autoptr(GHashTable) above = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < live->len; i++) {
		KpLivePatch *entry = g_ptr_array_index(live, i);
		g_autofree char *folder = kp_root_pathf(root, "%s/%s", kp_live_folder(entry->backend),
							entry->name);
		g_autoptr(GDir) dir = entry->enabled ? g_dir_open(folder, 0, NULL) : NULL;
		const char *object;

		while (dir != NULL && (object = g_dir_read_name(dir)) != NULL)
			cover(above, root, entry, object);
	}
}

void kp_stack_sort(GPtrArray *live, const char *root)
{
	struct order order = { { NULL } };
	guint enabled = 0;

	for (guint kind = 0; kind < BACKENDS; kind++) {
		guint count = count_enabled(live, kind);

		enabled += count;
		if (count > 1)
			find_places(live, root, kind);
	}
	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);

		if (entry->enabled &&
		    kp_version_compare(entry->version, order.newest[entry->backend]) > 0)
			order.newest[entry->backend] = entry->version;
	}
	g_ptr_array_sort_with_data(live, compare, &order);
	if (enabled > 1)
		find_covered(live, root);
}
