/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/repo-config.h"

#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "base/root.h"
#include "package/dnf-ini.h"
#include "package/dnf-vars.h"
#include "package/repo-keys.h"
#include "package/small-file.h"

#define SUFFIX ".repo"
#define ID_MAX 200	/* with a hash behind it, it is the name of a folder */

static const char *const main_files[] = { "/etc/dnf/dnf.conf", "/etc/yum.conf" };
static const char *const repo_folders[] = {
	"/etc/yum.repos.d", "/etc/yum/repos.d", "/etc/distro.repos.d", NULL,
};
static const char *const nothing[] = { NULL };
static const char *const vars_folders[] = { "/etc/yum/vars", "/etc/dnf/vars", NULL };

struct reader {
	const char *root;
	GHashTable *vars;
	KpRepo *defaults;
	char **disabled;	/* disable_excludes=: "all", "main" and ids */
	GHashTable *seen;	/* ids, of disabled ones too */
	GPtrArray *repos;
	GPtrArray *warnings;
};

static void warn(const struct reader *reader, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void warn(const struct reader *reader, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_ptr_array_add(reader->warnings, kp_text_printable(text));
}

static KpRepo *new_defaults(void)
{
	KpRepo *repo = g_new0(KpRepo, 1);

	repo->baseurl = g_new0(char *, 1);
	repo->excludes = g_new0(char *, 1);
	repo->includes = g_new0(char *, 1);
	repo->gpgkey = g_new0(char *, 1);
	repo->priority = 99;
	repo->metadata_expire = 48 * 3600;
	repo->sslverify = repo->proxy_sslverify = TRUE;
	repo->timeout = 30;
	repo->minrate = 1000;
	repo->dnf_cache = g_strdup("/var/cache/dnf");
	return repo;
}

static gboolean is_enabled(const struct reader *reader, const KpIniSection *section,
			   const char *file)
{
	const char *value = g_hash_table_lookup(section->values, "enabled");
	g_autofree char *filled = value != NULL ? kp_dnf_vars_fill(reader->vars, value) : NULL;
	int enabled = filled != NULL ? kp_repo_boolean(g_strstrip(filled)) : TRUE;

	if (enabled < 0)
		warn(reader, "%s: [%s] enabled=%s: not used; give 1 or 0", file, section->name,
		     filled);
	return enabled != FALSE;
}

/* The id becomes part of a path, so this is no matter of taste. */
static gboolean valid_id(const char *id)
{
	return *id != '\0' && *id != '.' && strlen(id) <= ID_MAX &&
	       id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "0123456789-_.:")] == '\0';
}

static gboolean excludes_disabled(const struct reader *reader, const char *whose)
{
	const char *const *disabled = (const char *const *)reader->disabled;

	return g_strv_contains(disabled, "all") || g_strv_contains(disabled, whose);
}

/* dnf's disable_excludes= is about includepkgs= as well. */
static void take_lists(KpRepo *repo, const KpRepo *from)
{
	g_strfreev(repo->excludes);
	repo->excludes = g_strdupv(from->excludes);
	g_strfreev(repo->includes);
	repo->includes = g_strdupv(from->includes);
}

static gboolean has_source(const KpRepo *repo)
{
	return *repo->baseurl != NULL || repo->mirrorlist != NULL || repo->metalink != NULL;
}

static void take_repo(struct reader *reader, const KpIniSection *section, const char *file)
{
	g_autoptr(KpRepo) repo = new_defaults();
	KpKeyPlace place = { file, section->name, reader->vars, reader->warnings };

	kp_repo_keys_copy(repo, reader->defaults);
	repo->id = kp_dnf_vars_fill(reader->vars, section->name);
	if (!valid_id(repo->id)) {
		warn(reader, "%s: [%s] is left out; a repository's name has letters, digits and - _ . : "
		     "only", file, section->name);
		return;
	}
	if (!g_hash_table_add(reader->seen, g_strdup(repo->id))) {
		warn(reader, "%s: [%s] is left out; an earlier file has a repository of this name",
		     file, repo->id);
		return;
	}
	if (!is_enabled(reader, section, file))
		return;
	repo->file = kp_text_printable(file);
	kp_repo_keys_store(repo, section, FALSE, &place);
	if (excludes_disabled(reader, repo->id))
		take_lists(repo, reader->defaults);
	if (repo->name == NULL)
		repo->name = g_strdup(repo->id);
	if (has_source(repo))
		g_ptr_array_add(reader->repos, g_steal_pointer(&repo));
	else
		warn(reader, "%s: [%s] is left out; it has no usable baseurl, mirrorlist or metalink",
		     file, repo->id);
}

static void take_repos(struct reader *reader, const GPtrArray *sections, const char *file)
{
	for (guint i = 0; i < sections->len; i++) {
		const KpIniSection *section = g_ptr_array_index(sections, i);

		if (!g_str_equal(section->name, "main"))
			take_repo(reader, section, file);
	}
}

static GPtrArray *read_sections(const char *path, GError **error)
{
	gsize size;
	g_autofree char *text = kp_small_file_read(path, KP_INI_MAX, &size, error);
	GPtrArray *sections = text != NULL ? kp_ini_parse(text, size, error) : NULL;

	if (text != NULL && sections == NULL)
		g_prefix_error(error, "%s: ", path);
	return sections;
}

static void take_file(struct reader *reader, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) sections = read_sections(path, &error);

	if (sections != NULL)
		take_repos(reader, sections, path);
	else
		warn(reader, "%s; its repositories are left out", error->message);
}

/* Orders paths as dnf does: folder by folder, and without the suffix, so that
 * a.repo comes before a-b.repo. */
static int by_path(gconstpointer a, gconstpointer b)
{
	g_autofree char *left = g_strdelimit(g_strdup(*(char *const *)a), "/", '\1');
	g_autofree char *right = g_strdelimit(g_strdup(*(char *const *)b), "/", '\1');

	left[strlen(left) - strlen(SUFFIX)] = '\0';
	right[strlen(right) - strlen(SUFFIX)] = '\0';
	return strcmp(left, right);
}

static void list_folder(const struct reader *reader, const char *folder, GPtrArray *paths)
{
	g_autofree char *below = kp_root_path(reader->root, folder);
	g_autoptr(GDir) dir = g_dir_open(below, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, SUFFIX) && *name != '.')
			g_ptr_array_add(paths, g_build_filename(below, name, NULL));
}

static void take_folders(struct reader *reader, char **folders)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);

	for (char **folder = folders; *folder != NULL; folder++)
		list_folder(reader, *folder, paths);
	g_ptr_array_sort(paths, by_path);
	for (guint i = 0; i < paths->len; i++)
		take_file(reader, g_ptr_array_index(paths, i));
}

/* dnf.conf, or else yum.conf, or nothing at all, which is an empty list. */
static GPtrArray *read_main(const char *root, char **path, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(main_files); i++) {
		g_autofree char *below = kp_root_path(root, main_files[i]);
		g_autoptr(GError) problem = NULL;
		GPtrArray *sections = read_sections(below, &problem);

		if (sections != NULL) {
			*path = g_steal_pointer(&below);
			return sections;
		}
		if (!g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT) &&
		    !g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOTDIR)) {
			g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
				    "%s; mend it, dnf does not read it either", problem->message);
			return NULL;
		}
	}
	return g_ptr_array_new();
}

/* The list that @key of [main] has, or else @usual. Caller frees. */
static char **list_of(const KpIniSection *main_section, const char *key,
		      const char *const *usual)
{
	const char *value = main_section != NULL ?
			    g_hash_table_lookup(main_section->values, key) : NULL;

	return value != NULL ? kp_repo_list(value, NULL) : g_strdupv((char **)usual);
}

static int by_id(gconstpointer a, gconstpointer b)
{
	return strcmp((*(KpRepo *const *)a)->id, (*(KpRepo *const *)b)->id);
}

static void read_all(struct reader *reader, const GPtrArray *sections, const char *path)
{
	const KpIniSection *main_section = kp_ini_section(sections, "main");
	g_auto(GStrv) folders = list_of(main_section, "reposdir", repo_folders);
	KpKeyPlace place = { path, "main", reader->vars, reader->warnings };

	if (main_section != NULL)
		kp_repo_keys_store(reader->defaults, main_section, TRUE, &place);
	if (excludes_disabled(reader, "main")) {
		g_autoptr(KpRepo) none = new_defaults();

		take_lists(reader->defaults, none);
	}
	if (path != NULL)
		take_repos(reader, sections, path);
	take_folders(reader, folders);
	g_ptr_array_sort(reader->repos, by_id);
}

GPtrArray *kp_repos_read(const char *root, GPtrArray *warnings, GError **error)
{
	g_autoptr(GPtrArray) repos = g_ptr_array_new_with_free_func((GDestroyNotify)kp_repo_free);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(KpRepo) defaults = new_defaults();
	g_autoptr(GHashTable) vars = NULL;
	g_autofree char *path = NULL;
	g_autoptr(GPtrArray) sections = read_main(root, &path, error);
	g_auto(GStrv) folders = NULL, disabled = NULL;
	const KpIniSection *main_section;

	if (sections == NULL)
		return NULL;
	main_section = kp_ini_section(sections, "main");
	folders = list_of(main_section, "varsdir", vars_folders);
	disabled = list_of(main_section, "disable_excludes", nothing);
	vars = kp_dnf_vars_read(root, (const char *const *)folders);

	struct reader reader = { root, vars, defaults, disabled, seen, repos, warnings };

	read_all(&reader, sections, path);
	return g_steal_pointer(&repos);
}
