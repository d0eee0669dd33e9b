/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/listing.h"
#include "base/names.h"
#include "base/root.h"
#include "base/version.h"
#include "live/seal.h"

/* our core module may lie beside the patches */
#define CORE_FILE "kpatch.ko"

static const struct {
	const char *folder;
	KpOrigin origin;
} folders[] = {
	{ KP_PACKAGE_FOLDER, KP_ORIGIN_PACKAGE },
	{ KP_STORE_FOLDER, KP_ORIGIN_STORE },
};

void kp_candidates_free(KpCandidates *candidates)
{
	if (candidates == NULL)
		return;
	g_ptr_array_unref(candidates->patches);
	g_ptr_array_unref(candidates->problems);
	g_free(candidates);
}

uid_t kp_store_owner(const char *root)
{
	return kp_root_is_machine(root) ? 0 : geteuid();
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_problem(KpCandidates *candidates, char *text)
{
	g_ptr_array_add(candidates->problems, text);
}

static void scan_file(KpCandidates *candidates, const char *path, KpOrigin origin,
		      uid_t owner, const char *kver)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpPatch) patch = kp_patch_open(path, origin, owner, &error);

	if (patch == NULL)
		add_problem(candidates, g_strdup(error->message));
	else if (!g_str_equal(patch->kver, kver))
		add_problem(candidates, g_strdup_printf(
			"%s: it is for kernel %s and lies in the folder of %s",
			path, patch->kver, kver));
	else
		g_ptr_array_add(candidates->patches, g_steal_pointer(&patch));
}

/* What is wrong with @folder, or NULL. Whoever may write it says what is loaded:
 * that must be root alone, or the caller in a tree of his own. */
static char *folder_problem(const char *root, const char *folder, const struct stat *st)
{
	const struct {
		gboolean wrong;
		const char *reason;
	} rules[] = {
		{ !S_ISDIR(st->st_mode), "it is no folder" },
		{ st->st_uid != 0 && st->st_uid != kp_store_owner(root),
		  "its owner is not root; chown it to root if you trust what is in it" },
		{ (st->st_mode & (S_IWGRP | S_IWOTH)) != 0,
		  "others than its owner may write it; chmod go-w it if you trust what is in it" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
		if (rules[i].wrong)
			return g_strdup_printf("%s: %s", folder, rules[i].reason);
	return NULL;
}

/* TRUE when patches in @folder, which is @kver's below @top, may be trusted.
 * Else *@problem says why, or is NULL when there is no such folder. @top may be
 * a link to another disk; below it none is followed, for root writes there. */
static gboolean folder_ok(const char *root, const char *top, const char *folder, char **problem,
			  gboolean *unread)
{
	g_autofree char *above = kp_root_path(root, top);
	struct stat st;

	*problem = NULL;
	if (stat(above, &st) == 0 && (*problem = folder_problem(root, above, &st)) == NULL &&
	    lstat(folder, &st) == 0)
		*problem = folder_problem(root, folder, &st);
	else if (*problem == NULL && errno != ENOENT) {
		*problem = g_strdup_printf("%s: %s", folder, g_strerror(errno));
		*unread = TRUE;
	} else
		return FALSE;
	return *problem == NULL;
}

static void scan_folder(KpCandidates *candidates, const char *root, gsize row,
			const char *kver)
{
	g_autofree char *folder = kp_root_leaf(root, "%s/%s", folders[row].folder, kver);
	g_autoptr(GPtrArray) names = NULL;
	g_autoptr(GError) error = NULL;
	char *problem;

	if (!folder_ok(root, folders[row].folder, folder, &problem, &candidates->unread)) {
		if (problem != NULL)
			add_problem(candidates, problem);
		return;
	}
	names = kp_list_folder(folder, &error);
	if (names == NULL) {
		candidates->unread = TRUE;
		add_problem(candidates, g_strdup(error->message));
		return;
	}
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *path = kp_root_entry(folder, name);

		/* rpm unpacks to name.ko;hex: not a patch until it is renamed */
		if (g_str_has_suffix(name, ".ko") && *name != '.' && !g_str_equal(name, CORE_FILE))
			scan_file(candidates, path, folders[row].origin,
				  kp_store_owner(root), kver);
	}
}

KpCandidates *kp_store_scan(const char *root, const char *kver)
{
	KpCandidates *candidates = g_new0(KpCandidates, 1);

	candidates->patches = g_ptr_array_new_with_free_func((GDestroyNotify)kp_patch_free);
	candidates->problems = g_ptr_array_new_with_free_func(g_free);
	for (gsize row = 0; row < G_N_ELEMENTS(folders); row++)
		scan_folder(candidates, root, row, kver);
	return candidates;
}

GPtrArray *kp_store_kernels(const char *root, GError **error)
{
	g_autoptr(GPtrArray) kernels = g_ptr_array_new_with_free_func(g_free);

	for (gsize row = 0; row < G_N_ELEMENTS(folders); row++) {
		g_autofree char *folder = kp_root_path(root, folders[row].folder);
		g_autoptr(GPtrArray) names = kp_list_folder(folder, error);

		if (names == NULL)
			return NULL;
		for (guint i = 0; i < names->len; i++) {
			const char *name = g_ptr_array_index(names, i);
			g_autofree char *link = kp_root_entry(folder, name);
			g_autofree char *path = kp_root_follow(root, link);

			if (kp_kver_valid(name) && g_file_test(path, G_FILE_TEST_IS_DIR) &&
			    !g_ptr_array_find_with_equal_func(kernels, name, g_str_equal, NULL))
				g_ptr_array_add(kernels, g_strdup(name));
		}
	}
	g_ptr_array_sort(kernels, compare_names);
	return g_steal_pointer(&kernels);
}

gboolean kp_store_has(const KpCandidates *candidates, const KpPatch *patch)
{
	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *other = g_ptr_array_index(candidates->patches, i);

		/* the size is known, a digest has to be worked out */
		if (other->origin == KP_ORIGIN_STORE && other->size == patch->size &&
		    g_str_equal(kp_patch_sha256(other), kp_patch_sha256(patch)))
			return TRUE;
	}
	return FALSE;
}

/* Staged beside its place, synced, then renamed: a crash leaves the old
 * content or the new, never a part. The lock makes us the only writer. */
static gboolean publish(const KpPatch *patch, const char *folder, const char *path)
{
	g_autofree char *staged = kp_root_entry(folder, ".staged");
	int fd = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	gboolean ok;
	int saved;

	if (fd < 0)
		return FALSE;
	ok = kp_copy_bytes(patch->fd, fd, patch->size) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	saved = errno;
	if (close(fd) != 0 && ok) {
		ok = FALSE;
		saved = errno;
	}
	if (ok && rename(staged, path) == 0 && kp_sync_folder(folder))
		return TRUE;
	saved = ok ? errno : saved;
	unlink(staged);
	errno = saved;
	return FALSE;
}

gboolean kp_store_keep(const char *root, const KpPatch *patch, GError **error)
{
	g_autofree char *leaf = g_strdup_printf("%s.ko", patch->name);

	return kp_store_keep_as(root, patch, leaf, error);
}

gboolean kp_store_keep_as(const char *root, const KpPatch *patch, const char *leaf,
			  GError **error)
{
	g_autofree char *store = kp_root_path(root, KP_STORE_FOLDER);
	g_autofree char *folder = kp_root_entry(store, patch->kver);
	g_autofree char *path = kp_root_entry(folder, leaf);
	g_autofree char *problem = NULL;
	gboolean unread;

	/* a new folder is on disk when the one that names it is */
	if (g_mkdir_with_parents(folder, 0755) == 0 &&
	    folder_ok(root, KP_STORE_FOLDER, folder, &problem, &unread) && publish(patch, folder, path) &&
	    kp_sync_folder(store))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot keep a copy of %s as %s: %s",
		    patch->path, path, problem != NULL ? problem : g_strerror(errno));
	return FALSE;
}

static int compare_newest_first(gconstpointer a, gconstpointer b)
{
	const KpPatch *left = *(const KpPatch *const *)a;
	const KpPatch *right = *(const KpPatch *const *)b;

	return kp_version_compare(right->version, left->version);
}

void kp_store_prune(const char *root, const char *kver, gint64 keep, const char *const *apart,
		    const char *const *spared)
{
	g_autoptr(KpCandidates) candidates = kp_store_scan(root, kver);
	gint64 kept[] = { 0, 0 };

	g_ptr_array_sort(candidates->patches, compare_newest_first);
	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);

		if (patch->origin != KP_ORIGIN_STORE)
			continue;
		if (kept[g_strv_contains(apart, kp_patch_sha256(patch))]++ >= keep && !g_strv_contains(spared, kp_patch_sha256(patch)))
			unlink(patch->path);
	}
}
