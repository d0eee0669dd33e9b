/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/live.h"

#include <string.h>

#include "base/listing.h"
#include "base/names.h"
#include "base/release.h"
#include "base/root.h"
#include "base/version.h"
#include "live/stack.h"
#include "live/switched.h"

/* some 60 bytes a module */
#define MODULES_MAX (256 * 1024)

static const char *const folders[] = {
	[KP_BACKEND_KPATCH] = "/sys/kernel/kpatch",
	[KP_BACKEND_LIVEPATCH] = "/sys/kernel/livepatch",
};

static void live_free(gpointer data)
{
	KpLivePatch *live = data;

	g_free(live->name);
	g_free(live->version);
	g_free(live->pending);
	g_free(live->covered);
	g_free(live->missed);
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
	g_autofree char *text = kp_root_read(root, path, 16);

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
	live->version = kp_root_read(root, path, 256);
	live->backend = kind;
	live->enabled = enabled;
	live->transition = kp_live_flag(root, kind, name, "transition", FALSE);
	g_ptr_array_add(all, live);
}

static void read_backend(GPtrArray *all, const char *root, KpBackendKind kind)
{
	g_autofree char *folder = kp_root_path(root, folders[kind]);
	/* kp_live_problem() says what is wrong with it */
	g_autoptr(GPtrArray) names = kp_list_folder(folder, NULL);

	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *path = kp_live_attribute_path(root, kind, name, "enabled");

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			add_live(all, root, kind, name,
				 kp_live_flag(root, kind, name, "enabled", FALSE));
	}
}

gboolean kp_live_is_namesake(const char *root, const char *name)
{
	g_autofree char *path = kp_root_pathf(root, "/sys/module/%s/taint", name);
	g_autofree char *taints = kp_root_read(root, path, 64);

	return taints != NULL && strchr(taints, 'K') == NULL;
}

static void read_leftovers(GPtrArray *all, const char *root, const KpCandidates *candidates)
{
	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);

		if (kp_live_find(all, patch->name) == NULL &&
		    kp_module_loaded(root, patch->name) &&
		    !kp_live_is_namesake(root, patch->name))
			add_live(all, root, patch->backend, patch->name, FALSE);
	}
}

/* A line of /proc/modules ends with its taints: 'K' for a live patch, see
 * tainted-kernels.rst of the kernel. One that is in no folder of live patches
 * patches nothing. Its backend does not matter: it can only be removed. */
static void read_leftover_line(GPtrArray *all, const char *root, const char *line)
{
	const char *taints = strrchr(line, '(');
	g_autofree char *name = g_strndup(line, strcspn(line, " "));

	if (taints != NULL && strchr(taints, 'K') != NULL && kp_live_find(all, name) == NULL)
		add_live(all, root, KP_BACKEND_LIVEPATCH, name, FALSE);
}

/* Modules whose file is gone are found by what the kernel knows of them. */
static void read_nameless_leftovers(GPtrArray *all, const char *root)
{
	g_autofree char *path = kp_root_path(root, "/proc/modules");
	g_autofree char *text = kp_root_read(root, path, MODULES_MAX);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);

	for (char **line = lines; *line != NULL; line++)
		read_leftover_line(all, root, *line);
}

static void read_switched(GPtrArray *all, const char *root, const char *kver)
{
	for (guint i = 0; i < all->len; i++) {
		KpLivePatch *live = g_ptr_array_index(all, i);

		if (live->enabled && !live->transition)
			kp_switched_read(root, kver, live);
	}
}

/* Where the module says none, its name may have it. */
static void add_release(GPtrArray *all, const char *kver)
{
	for (guint i = 0; kver != NULL && i < all->len; i++) {
		KpLivePatch *live = g_ptr_array_index(all, i);

		if (live->version == NULL)
			live->version = kp_release_in_name(live->name, kver);
	}
}

/* As status gives one to a file that came in a package. */
static void take_versions_of_files(GPtrArray *all, const KpCandidates *candidates)
{
	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);
		KpLivePatch *live = (KpLivePatch *)kp_live_find(all, patch->name);

		if (live != NULL && live->version == NULL)
			live->version = g_strdup(patch->version);
	}
}

static gboolean has_unversioned(const KpCandidates *candidates)
{
	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);

		if (!kp_version_says(patch->version))
			return TRUE;
	}
	return FALSE;
}

/* A module that says no release is known by its name. Where all candidates have
 * a release, it is somebody else's. */
static void take_names_for_versions(GPtrArray *all)
{
	for (guint i = 0; i < all->len; i++) {
		KpLivePatch *live = g_ptr_array_index(all, i);

		if (live->version == NULL)
			live->version = g_strdup(live->name);
	}
}

GPtrArray *kp_live_read(const char *root, const KpCandidates *candidates)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(live_free);
	g_autofree char *path = kp_root_path(root, "/proc/sys/kernel/osrelease");
	g_autofree char *kver = kp_root_read(root, path, 256);

	for (guint kind = 0; kind < G_N_ELEMENTS(folders); kind++)
		read_backend(all, root, kind);
	if (candidates != NULL)
		read_leftovers(all, root, candidates);
	read_switched(all, root, kver);
	add_release(all, kver);
	if (candidates != NULL)
		take_versions_of_files(all, candidates);
	if (candidates != NULL && has_unversioned(candidates))
		take_names_for_versions(all);
	read_nameless_leftovers(all, root);
	kp_stack_sort(all, root);
	return all;
}

/* A folder that is not there has no patches; one that cannot be read may. */
static char *folder_problem(const char *root, const char *path, gboolean needed)
{
	g_autofree char *full = kp_root_path(root, path);
	/* not errno: making the error's text may change it */
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(full, 0, &error);
	gboolean missing = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);

	if (dir != NULL || (missing && !needed))
		return NULL;
	return g_strdup_printf("what is live cannot be read from %s: %s%s", full, error->message,
			       missing ? "; is /sys mounted?" : "");
}

char *kp_live_problem(const KpHost *host)
{
	/* a captured tree may be without /sys; a machine may not */
	char *problem = folder_problem(host->root, "/sys/kernel", host->is_machine);

	for (guint kind = 0; problem == NULL && kind < G_N_ELEMENTS(folders); kind++)
		problem = folder_problem(host->root, folders[kind], FALSE);
	return problem;
}

const KpLivePatch *kp_live_top(const GPtrArray *live)
{
	const KpLivePatch *top = live->len > 0 ? g_ptr_array_index(live, 0) : NULL;

	return top != NULL && top->enabled ? top : NULL;
}

const KpLivePatch *kp_live_ours(const GPtrArray *live)
{
	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);

		if (entry->enabled && !entry->foreign)
			return entry;
	}
	return NULL;
}

gboolean kp_live_is_in_force(const KpLivePatch *live)
{
	return live->enabled && !live->transition && live->covered == NULL && live->missed == NULL;
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
