/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/repo-config.h"

#include <fnmatch.h>
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "base/packager.h"
#include "base/root.h"
#include "package/dnf-files.h"
#include "package/dnf-vars.h"
#include "package/zypp.h"

#define ID_MAX 200	/* with a hash behind it, it is the name of a folder */

/* What one file says of a repository. */
struct layer {
	const KpDnfFile *file;
	const KpIniSection *section;
};

/* A repository as far as it is known: of a key in several layers the last one counts. */
struct draft {
	char *id;
	GArray *layers;		/* struct layer */
};

struct reader {
	const char *root;
	const KpDnfRules *rules;
	GPtrArray *mains;	/* KpDnfFile: what has a [main], what counts most last */
	KpDnfFile *main_file;	/* the one of them that may have repositories, or NULL */
	GPtrArray *files;	/* KpDnfFile, all others */
	GPtrArray *drafts;	/* struct draft, of disabled ones too */
	GHashTable *vars;
	KpRepo *defaults;
	char **disabled;	/* disable_excludes= */
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

static void draft_free(gpointer data)
{
	struct draft *draft = data;

	g_free(draft->id);
	g_array_unref(draft->layers);
	g_free(draft);
}

static KpRepo *new_defaults(const KpDnfRules *rules)
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
	repo->dnf_cache = g_strdup(rules->cache);
	return repo;
}

/* The id becomes part of a path, so this is no matter of taste. */
static gboolean valid_id(const char *id)
{
	return *id != '\0' && *id != '.' && strlen(id) <= ID_MAX &&
	       id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "0123456789-_.:")] == '\0';
}

/* An alias of zypper's may have any letter; what paths have is kp_repo_path_name(). */
static gboolean valid_alias(const char *alias)
{
	g_autofree char *name = kp_repo_path_name(alias);

	return *alias != '\0' && *alias != '.' && strlen(name) <= ID_MAX && g_utf8_validate(alias, -1, NULL);
}

static void add_layer(struct draft *draft, const KpDnfFile *file, const KpIniSection *section)
{
	const struct layer layer = { file, section };

	g_array_append_val(draft->layers, layer);
}

static gboolean is_called(gconstpointer draft, gconstpointer id)
{
	return g_str_equal(((const struct draft *)draft)->id, id);
}

static void take_section(struct reader *reader, const KpDnfFile *file, const KpIniSection *section)
{
	const gboolean zypp = reader->rules->zypp;
	g_autofree char *id = zypp ? g_strdup(section->name) :
			      kp_dnf_vars_fill(reader->vars, section->name);
	struct draft *draft;

	if (zypp && !valid_alias(id)) {
		warn(reader, "%s: [%s] is left out; its name is empty, too long, no UTF-8 or begins with "
		     "a dot", file->path, section->name);
		return;
	}
	if (!zypp && !valid_id(id)) {
		warn(reader, "%s: [%s] is left out; a repository's name has letters, digits and - _ . : "
		     "only", file->path, section->name);
		return;
	}
	if (g_ptr_array_find_with_equal_func(reader->drafts, id, is_called, NULL)) {
		warn(reader, "%s: [%s] is left out; an earlier file has a repository of this name",
		     file->path, id);
		return;
	}
	draft = g_new0(struct draft, 1);
	draft->id = g_steal_pointer(&id);
	draft->layers = g_array_new(FALSE, FALSE, sizeof(struct layer));
	add_layer(draft, file, section);
	g_ptr_array_add(reader->drafts, draft);
}

static void take_sections(struct reader *reader, const KpDnfFile *file)
{
	for (guint i = 0; i < file->sections->len; i++) {
		const KpIniSection *section = g_ptr_array_index(file->sections, i);

		if (reader->rules->zypp || !g_str_equal(section->name, "main"))
			take_section(reader, file, section);
	}
}

static gboolean take_files(struct reader *reader, const char *const *folders, GError **error)
{
	g_autoptr(GPtrArray) paths = kp_dnf_repo_files(reader->root, reader->rules, folders, error);

	for (guint i = 0; paths != NULL && i < paths->len; i++) {
		g_autoptr(GError) problem = NULL;
		const char *path = g_ptr_array_index(paths, i);
		KpDnfFile *file = kp_dnf_file_read(reader->root, reader->rules, path, &problem);

		if (file == NULL) {
			warn(reader, "%s; its repositories are left out", problem->message);
			continue;
		}
		g_ptr_array_add(reader->files, file);
		take_sections(reader, file);
	}
	return paths != NULL;
}

/* The name of @section is a pattern of ids. */
static void override(struct reader *reader, const KpDnfFile *file, const KpIniSection *section)
{
	g_autofree char *pattern = kp_dnf_vars_fill(reader->vars, section->name);

	for (guint i = 0; i < reader->drafts->len; i++) {
		struct draft *draft = g_ptr_array_index(reader->drafts, i);

		if (fnmatch(pattern, draft->id, 0) == 0)
			add_layer(draft, file, section);
	}
}

static gboolean not_read(const struct reader *reader, const GError *problem, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "%s; mend it, %s does not read it either",
		    problem->message, kp_packager_name(kp_packager(reader->root)));
	return FALSE;
}

/* Adds the files with @suffix in @folders to @files. */
static gboolean read_needed(const struct reader *reader, const char *const *folders,
			    const char *suffix, GPtrArray *files, GError **error)
{
	g_autoptr(GPtrArray) paths = kp_dnf_drop_ins(reader->root, folders, suffix, error);

	for (guint i = 0; paths != NULL && i < paths->len; i++) {
		g_autoptr(GError) problem = NULL;
		KpDnfFile *file = kp_dnf_file_read(reader->root, reader->rules,
						   g_ptr_array_index(paths, i), &problem);

		if (file == NULL)
			return not_read(reader, problem, error);
		g_ptr_array_add(files, file);
	}
	return paths != NULL;
}

/* Without one of them a repository would be used that somebody has disabled: one that
 * cannot be read is an error, as it is for dnf5. */
static gboolean take_overrides(struct reader *reader, GError **error)
{
	guint from = reader->files->len;

	if (!read_needed(reader, reader->rules->overrides, ".repo", reader->files, error))
		return FALSE;
	for (guint i = from; i < reader->files->len; i++) {
		const KpDnfFile *file = g_ptr_array_index(reader->files, i);

		for (guint k = 0; k < file->sections->len; k++)
			override(reader, file, g_ptr_array_index(file->sections, k));
	}
	return TRUE;
}

static gboolean is_enabled(const struct reader *reader, const struct draft *draft)
{
	const gboolean zypp = reader->rules->zypp;
	gboolean enabled = TRUE;

	for (guint i = 0; i < draft->layers->len; i++) {
		const struct layer *layer = &g_array_index(draft->layers, struct layer, i);
		const char *value = g_hash_table_lookup(layer->section->values, "enabled");
		g_autofree char *filled = value != NULL ? kp_dnf_vars_fill(reader->vars, value) : NULL;
		int said = value == NULL ? enabled : zypp ? kp_zypp_boolean(value) == TRUE :
			   kp_repo_boolean(g_strstrip(filled));

		if (said < 0)
			warn(reader, "%s: [%s] enabled=%s: not used; give 1 or 0",
			     layer->file->path, layer->section->name, filled);
		else
			enabled = said;
	}
	return enabled;
}

/* @whose is "main" or a repository's id. dnf's disable_excludes= is about includepkgs= as
 * well. */
static gboolean lists_disabled(const struct reader *reader, const char *whose, gboolean globs)
{
	const char *const *disabled = (const char *const *)reader->disabled;

	return g_strv_contains(disabled, reader->rules->no_excludes) ||
	       g_strv_contains(disabled, whose) || (globs && kp_name_matches(whose, disabled));
}

static void empty_lists(KpRepo *repo)
{
	g_strfreev(repo->excludes);
	g_strfreev(repo->includes);
	repo->excludes = g_new0(char *, 1);
	repo->includes = g_new0(char *, 1);
}

static void prepend(char ***list, char **words)
{
	char **own = *list;

	*list = g_strdupv(words);
	kp_repo_list_add(list, own);
	g_strfreev(own);
}

/* The repository's own lists, which its layers may empty, come behind those of [main]. */
static void store_layers(const struct reader *reader, const struct draft *draft, KpRepo *repo)
{
	kp_repo_keys_copy(repo, reader->defaults);
	empty_lists(repo);
	for (guint i = 0; i < draft->layers->len; i++) {
		const struct layer *layer = &g_array_index(draft->layers, struct layer, i);
		KpKeyPlace place = { reader->rules->in_repo, layer->file->path,
				     layer->section->name, reader->vars, reader->warnings };

		kp_repo_keys_store(repo, layer->section, &place);
	}
	if (lists_disabled(reader, draft->id, reader->rules->globs))
		empty_lists(repo);
	prepend(&repo->excludes, reader->defaults->excludes);
	prepend(&repo->includes, reader->defaults->includes);
}

static gboolean has_source(const KpRepo *repo)
{
	return *repo->baseurl != NULL || repo->mirrorlist != NULL || repo->metalink != NULL;
}

static void finish(struct reader *reader, const struct draft *draft)
{
	const char *path = g_array_index(draft->layers, struct layer, 0).file->path;
	g_autoptr(KpRepo) repo = NULL;

	if (!is_enabled(reader, draft))
		return;
	repo = new_defaults(reader->rules);
	repo->id = g_strdup(draft->id);
	repo->file = kp_text_printable(path);
	store_layers(reader, draft, repo);
	if (reader->rules->zypp)
		kp_zypp_finish(reader->root, repo, g_array_index(draft->layers, struct layer, 0).section,
			       reader->warnings);
	if (repo->name == NULL)
		repo->name = g_strdup(repo->id);
	if (has_source(repo))
		g_ptr_array_add(reader->repos, g_steal_pointer(&repo));
	else
		warn(reader, "%s: [%s] is left out; it has no usable baseurl, mirrorlist or metalink",
		     path, repo->id);
}

/* dnf.conf, or else yum.conf, where dnf 4 reads it, or nothing at all. */
static gboolean read_main_file(struct reader *reader, GError **error)
{
	for (const char *const *each = reader->rules->main_files; *each != NULL; each++) {
		g_autofree char *path = kp_root_path(reader->root, *each);
		g_autoptr(GError) problem = NULL;

		reader->main_file = kp_dnf_file_read(reader->root, reader->rules, path, &problem);
		if (reader->main_file != NULL) {
			g_ptr_array_add(reader->mains, reader->main_file);
			return TRUE;
		}
		if (!g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT) &&
		    !g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
			return not_read(reader, problem, error);
	}
	return TRUE;
}

/* Reads all that has a [main], what counts most last. */
static gboolean read_mains(struct reader *reader, GError **error)
{
	if (reader->rules->drop_ins_last && !read_main_file(reader, error))
		return FALSE;
	return read_needed(reader, reader->rules->drop_ins, ".conf", reader->mains, error) &&
	       (reader->rules->drop_ins_last || read_main_file(reader, error));
}

/* The list that @key of [main] has, or else @usual. Caller frees. */
static char **list_of(const struct reader *reader, const char *key, const char *const *usual)
{
	const char *value = NULL;

	for (guint i = 0; i < reader->mains->len; i++) {
		const KpDnfFile *file = g_ptr_array_index(reader->mains, i);
		const KpIniSection *section = kp_ini_section(file->sections, "main");
		const char *said = section != NULL ?
				   g_hash_table_lookup(section->values, key) : NULL;

		value = said != NULL ? said : value;
	}
	return value != NULL ? kp_repo_list(value, NULL) : g_strdupv((char **)usual);
}

static void store_mains(struct reader *reader)
{
	for (guint i = 0; i < reader->mains->len; i++) {
		const KpDnfFile *file = g_ptr_array_index(reader->mains, i);
		const KpIniSection *section = kp_ini_section(file->sections, "main");
		KpKeyPlace place = { reader->rules->in_main, file->path, "main", reader->vars,
				     reader->warnings };

		if (section != NULL)
			kp_repo_keys_store(reader->defaults, section, &place);
	}
	if (lists_disabled(reader, "main", FALSE))
		empty_lists(reader->defaults);
}

static int by_id(gconstpointer a, gconstpointer b)
{
	return strcmp((*(KpRepo *const *)a)->id, (*(KpRepo *const *)b)->id);
}

static gboolean read_all(struct reader *reader, const char *releasever, GError **error)
{
	static const char *const nothing[] = { NULL };
	g_auto(GStrv) vars_folders = NULL, repo_folders = NULL;

	if (!read_mains(reader, error))
		return FALSE;
	vars_folders = list_of(reader, "varsdir", reader->rules->vars_folders);
	repo_folders = list_of(reader, "reposdir", reader->rules->repo_folders);
	reader->disabled = list_of(reader, "disable_excludes", nothing);
	reader->vars = kp_dnf_vars_read(reader->root, (const char *const *)vars_folders,
					reader->rules, releasever);
	store_mains(reader);
	if (reader->main_file != NULL && !reader->rules->zypp)
		take_sections(reader, reader->main_file);
	if (!take_files(reader, (const char *const *)repo_folders, error) || !take_overrides(reader, error))
		return FALSE;
	for (guint i = 0; i < reader->drafts->len; i++)
		finish(reader, g_ptr_array_index(reader->drafts, i));
	g_ptr_array_sort(reader->repos, by_id);
	return TRUE;
}

static void reader_clear(struct reader *reader)
{
	g_ptr_array_unref(reader->mains);
	g_ptr_array_unref(reader->files);
	g_ptr_array_unref(reader->drafts);
	g_clear_pointer(&reader->vars, g_hash_table_unref);
	g_strfreev(reader->disabled);
	kp_repo_free(reader->defaults);
}

GPtrArray *kp_repos_read(const char *root, const char *releasever, GPtrArray *warnings,
			 GError **error)
{
	g_autoptr(GPtrArray) repos = g_ptr_array_new_with_free_func((GDestroyNotify)kp_repo_free);
	struct reader reader = { .root = root, .rules = kp_dnf_rules(root), .repos = repos,
				 .warnings = warnings };
	gboolean ok;

	reader.mains = g_ptr_array_new_with_free_func((GDestroyNotify)kp_dnf_file_free);
	reader.files = g_ptr_array_new_with_free_func((GDestroyNotify)kp_dnf_file_free);
	reader.drafts = g_ptr_array_new_with_free_func(draft_free);
	reader.defaults = new_defaults(reader.rules);
	ok = read_all(&reader, releasever, error);
	reader_clear(&reader);
	return ok ? g_steal_pointer(&repos) : NULL;
}
