/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/live.h"

#include "base/names.h"
#include "base/root.h"

static const char *const folders[] = {
	[KP_BACKEND_KPATCH] = "/sys/kernel/kpatch",
	[KP_BACKEND_LIVEPATCH] = "/sys/kernel/livepatch",
};

static void live_free(gpointer data)
{
	KpLivePatch *live = data;

	g_free(live->name);
	g_free(live->version);
	g_free(live);
}

const char *kp_live_folder(KpBackendKind kind)
{
	return folders[kind];
}

char *kp_live_attribute_path(const char *root, KpBackendKind kind, const char *name,
			     const char *attribute)
{
	return kp_root_pathf(root, "%s/%s/%s", folders[kind], name, attribute);
}

gboolean kp_live_flag(const char *root, KpBackendKind kind, const char *name,
		      const char *attribute, gboolean missing)
{
	g_autofree char *path = kp_live_attribute_path(root, kind, name, attribute);
	g_autofree char *text = kp_read_text(path, 16);

	return text == NULL ? missing : g_str_equal(text, "1");
}

gboolean kp_module_loaded(const char *root, const char *name)
{
	g_autofree char *path = kp_root_pathf(root, "/sys/module/%s", name);

	return g_file_test(path, G_FILE_TEST_IS_DIR);
}

static void add_live(GPtrArray *all, const char *root, KpBackendKind kind,
		     const char *name, gboolean enabled)
{
	g_autofree char *path = kp_root_pathf(root, "/sys/module/%s/version", name);
	KpLivePatch *live = g_new0(KpLivePatch, 1);

	live->name = g_strdup(name);
	live->version = kp_read_text(path, 256);
	live->backend = kind;
	live->enabled = enabled;
	live->transition = kp_live_flag(root, kind, name, "transition", FALSE);
	g_ptr_array_add(all, live);
}

static void read_backend(GPtrArray *all, const char *root, KpBackendKind kind)
{
	g_autofree char *folder = kp_root_path(root, folders[kind]);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = kp_live_attribute_path(root, kind, name, "enabled");

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			add_live(all, root, kind, name,
				 kp_live_flag(root, kind, name, "enabled", FALSE));
	}
}

static void read_leftovers(GPtrArray *all, const char *root, const KpCandidates *candidates)
{
	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);

		if (kp_live_find(all, patch->name) == NULL &&
		    kp_module_loaded(root, patch->name))
			add_live(all, root, patch->backend, patch->name, FALSE);
	}
}

static int compare_live(gconstpointer a, gconstpointer b)
{
	const KpLivePatch *left = *(const KpLivePatch *const *)a;
	const KpLivePatch *right = *(const KpLivePatch *const *)b;

	if (left->enabled != right->enabled)
		return right->enabled - left->enabled;
	return kp_version_compare(right->version, left->version);
}

GPtrArray *kp_live_read(const char *root, const KpCandidates *candidates)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(live_free);

	for (guint kind = 0; kind < G_N_ELEMENTS(folders); kind++)
		read_backend(all, root, kind);
	if (candidates != NULL)
		read_leftovers(all, root, candidates);
	g_ptr_array_sort(all, compare_live);
	return all;
}

const KpLivePatch *kp_live_top(const GPtrArray *live)
{
	const KpLivePatch *top = live->len > 0 ? g_ptr_array_index(live, 0) : NULL;

	return top != NULL && top->enabled ? top : NULL;
}

const KpLivePatch *kp_live_find(const GPtrArray *live, const char *name)
{
	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);

		if (kp_name_equal(entry->name, name))
			return entry;
	}
	return NULL;
}
