/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/available.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/available-note.h"
#include "base/error.h"
#include "base/names.h"
#include "base/release.h"
#include "base/replace.h"
#include "base/root.h"

/* one line of some hundred bytes for each kernel */
#define MOST_BYTES (1024 * 1024)
/* repomd.xml has a line for each kind of metadata */
#define MOST_REPOMD (1024 * 1024)

/* What is no kernel's: when somebody looked, and at what. No uname -r has a slash. */
#define LOOK "/"

static const struct member {
	const char *key;
	gsize offset;
} member_table[] = {
	{ "version", G_STRUCT_OFFSET(KpAvailable, version) },
	{ "package", G_STRUCT_OFFSET(KpAvailable, package) },
	{ "repository", G_STRUCT_OFFSET(KpAvailable, repo) },
	{ "repomd", G_STRUCT_OFFSET(KpAvailable, repomd) },
	{ "cookie", G_STRUCT_OFFSET(KpAvailable, cookie) },
};

static void available_free(gpointer data)
{
	KpAvailable *available = data;

	g_free(available->kver);
	g_free(available->version);
	g_free(available->package);
	g_free(available->repo);
	g_free(available->repomd);
	g_free(available->cookie);
	g_strfreev(available->cves);
	g_free(available);
}

/* The content of a small file that nobody else may write, or NULL. */
static char *read_file(const char *root, const char *path, gsize most, gsize *size)
{
	int fd = kp_root_open(root, path, O_RDONLY | O_NONBLOCK, 0);
	char *content = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (gsize)st.st_size <= most &&
	    (st.st_uid == 0 || st.st_uid == geteuid()) && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0) {
		gssize n;

		content = g_malloc((gsize)st.st_size + 1);
		n = read(fd, content, (size_t)st.st_size);
		*size = n > 0 ? (gsize)n : 0;
		content[*size] = '\0';
	}
	close(fd);
	return content;
}

static gboolean is_in_force(const char *root, const char *repomd, const char *noted)
{
	gsize size;
	g_autofree char *content = read_file(root, repomd, MOST_REPOMD, &size);
	g_autofree char *cookie = content == NULL ? NULL :
		g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)content, size);

	return g_strcmp0(cookie, noted) == 0;
}

static KpAvailable *read_group(GKeyFile *file, const char *kver)
{
	KpAvailable *available = g_new0(KpAvailable, 1);
	gboolean ok = kp_kver_valid(kver);

	available->kver = g_strdup(kver);
	for (gsize i = 0; i < G_N_ELEMENTS(member_table); i++) {
		char *value = g_key_file_get_string(file, kver, member_table[i].key, NULL);

		G_STRUCT_MEMBER(char *, available, member_table[i].offset) = value;
		ok = ok && value != NULL && *value != '\0';
	}
	available->cves = g_key_file_get_string_list(file, kver, "cves", NULL, NULL);
	if (available->cves == NULL)
		available->cves = g_new0(char *, 1);
	if (ok)
		return available;
	available_free(available);
	return NULL;
}

/* The file, or an empty one. */
static GKeyFile *read_notes(const char *root)
{
	g_autofree char *path = kp_root_path(root, KP_AVAILABLE_FILE);
	g_autoptr(GKeyFile) file = g_key_file_new();
	gsize size = 0;
	g_autofree char *content = read_file(root, path, MOST_BYTES, &size);

	if (content != NULL &&
	    g_key_file_load_from_data(file, content, size, G_KEY_FILE_NONE, NULL))
		return g_steal_pointer(&file);
	return g_key_file_new();
}

static GPtrArray *read_all(GKeyFile *file)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(available_free);
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (char **group = groups; *group != NULL; group++) {
		KpAvailable *available = read_group(file, *group);

		if (available != NULL)
			g_ptr_array_add(list, available);
	}
	return list;
}

void kp_look_clear(KpLook *look)
{
	g_clear_pointer(&look->standing, g_free);
}

static KpLook read_look(const char *root, GKeyFile *file)
{
	KpLook look = {
		.fetched = g_key_file_get_int64(file, LOOK, "fetched", NULL),
		.made = g_key_file_get_int64(file, LOOK, "made", NULL),
		.standing = g_key_file_get_string(file, LOOK, "standing", NULL),
	};
	g_auto(GStrv) repomds = g_key_file_get_string_list(file, LOOK, "repomds", NULL, NULL);
	g_auto(GStrv) cookies = g_key_file_get_string_list(file, LOOK, "cookies", NULL, NULL);
	guint count = cookies != NULL ? g_strv_length(cookies) : 0;

	for (guint i = 0; !look.changed && repomds != NULL && repomds[i] != NULL; i++)
		look.changed = i >= count || !is_in_force(root, repomds[i], cookies[i]);
	return look;
}

GPtrArray *kp_available_read(const char *root, KpLook *look)
{
	g_autoptr(GKeyFile) file = read_notes(root);
	GPtrArray *list = read_all(file);

	*look = read_look(root, file);
	for (guint i = list->len; i > 0; i--) {
		const KpAvailable *available = g_ptr_array_index(list, i - 1);

		if (!is_in_force(root, available->repomd, available->cookie))
			g_ptr_array_remove_index(list, i - 1);
	}
	return list;
}

const KpAvailable *kp_available_find(const GPtrArray *list, const char *kver)
{
	for (guint i = 0; i < list->len; i++) {
		const KpAvailable *available = g_ptr_array_index(list, i);

		if (g_str_equal(available->kver, kver))
			return available;
	}
	return NULL;
}

static const KpRepoData *find_data(const GPtrArray *repos, const KpRepo *repo)
{
	for (guint i = 0; i < repos->len; i++) {
		const KpRepoData *data = g_ptr_array_index(repos, i);

		if (data->repo == repo)
			return data;
	}
	return NULL;
}

static void set_cves(GKeyFile *file, const KpUpdateKernel *kernel)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();

	for (char **cve = kernel->cves; *cve != NULL; cve++)
		g_ptr_array_add(all, *cve);
	for (char **cve = kernel->logged; cve != NULL && *cve != NULL; cve++)
		if (!g_strv_contains((const char *const *)kernel->cves, *cve))
			g_ptr_array_add(all, *cve);
	g_key_file_set_string_list(file, kernel->kver, "cves", (const char *const *)all->pdata,
				   all->len);
}

/* Paths are those that the tree has: it may be looked at from elsewhere. */
static void note_kernel(GKeyFile *file, const char *root, const KpUpdateKernel *kernel,
			const GPtrArray *repos)
{
	const KpPackage *best = kernel->best;
	const KpRepoData *data = best != NULL ? find_data(repos, best->repo) : NULL;
	g_autofree char *nevra = NULL;

	g_key_file_remove_group(file, kernel->kver, NULL);
	if (data == NULL)
		return;
	nevra = g_strdup_printf("%s-%s.%s", best->name, best->evr, best->arch);
	g_key_file_set_string(file, kernel->kver, "version", kp_release_without_epoch(best->evr));
	g_key_file_set_string(file, kernel->kver, "package", nevra);
	g_key_file_set_string(file, kernel->kver, "repository", data->repo->id);
	g_key_file_set_string(file, kernel->kver, "repomd",
			      kp_root_inner(root, data->repomd));
	g_key_file_set_string(file, kernel->kver, "cookie", data->cookie);
	set_cves(file, kernel);
}

/* That one of the sources which has been the same for longest. */
static void note_standing(GKeyFile *file, const GPtrArray *sources, const GPtrArray *repos)
{
	const KpRepoData *oldest = NULL;

	for (guint i = 0; i < repos->len; i++) {
		const KpRepoData *data = g_ptr_array_index(repos, i);

		if (data->made > 0 && g_ptr_array_find((GPtrArray *)sources, data->repo, NULL) &&
		    (oldest == NULL || data->made < oldest->made))
			oldest = data;
	}
	if (oldest == NULL)
		return;
	g_key_file_set_int64(file, LOOK, "made", oldest->made);
	g_key_file_set_string(file, LOOK, "standing", oldest->repo->id);
}

static void note_look(GKeyFile *file, const char *root, const GPtrArray *sources, const GPtrArray *repos)
{
	g_autofree const char **repomds = g_new(const char *, repos->len);
	g_autofree const char **cookies = g_new(const char *, repos->len);
	gint64 fetched = 0;

	for (guint i = 0; i < repos->len; i++) {
		const KpRepoData *data = g_ptr_array_index(repos, i);

		repomds[i] = kp_root_inner(root, data->repomd);
		cookies[i] = data->cookie;
		if (fetched == 0 || data->fetched < fetched)
			fetched = data->fetched;
	}
	g_key_file_remove_group(file, LOOK, NULL);
	g_key_file_set_int64(file, LOOK, "fetched", fetched);
	g_key_file_set_string_list(file, LOOK, "repomds", repomds, repos->len);
	g_key_file_set_string_list(file, LOOK, "cookies", cookies, repos->len);
	note_standing(file, sources, repos);
}

static gboolean is_noted(const char *root, const char *path, const char *text)
{
	gsize size = 0;
	g_autofree char *noted = read_file(root, path, MOST_BYTES, &size);

	return noted != NULL && g_str_equal(noted, text);
}

gboolean kp_available_note(const char *root, const KpUpdatePlan *plan, const GPtrArray *repos,
			   gboolean all, GError **error)
{
	g_autofree char *path = kp_root_path(root, KP_AVAILABLE_FILE);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autoptr(GKeyFile) file = all ? g_key_file_new() : read_notes(root);
	g_autofree char *text = NULL;

	for (guint i = 0; i < plan->kernels->len; i++)
		note_kernel(file, root, g_ptr_array_index(plan->kernels, i), repos);
	if (all)
		note_look(file, root, plan->sources, repos);
	text = g_key_file_to_data(file, NULL, NULL);
	/* putting it on the disk again would take longer than all of a check */
	if (is_noted(root, path, text))
		return TRUE;
	if (g_mkdir_with_parents(folder, 0755) == 0 &&
	    kp_replace_file(path, text, -1, FALSE, error))
		return TRUE;
	if (error != NULL && *error == NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot make %s", folder);
	return FALSE;
}
