/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply.h"
#include "base/error.h"
#include "diff.h"
#include "lines.h"
#include "mirror.h"
#include "touched.h"
#include "units.h"

typedef struct {
	const KpSeriesRequest *request;
	KpSeries *series;
	GPtrArray *diffs;	/* KpDiff* */
	GPtrArray *changed;	/* KpChanged*, in the order of the diffs */
	GHashTable *before;	/* struct stat of the user's files, by name */
	char *work;
} Run;

static void changed_free(gpointer data)
{
	KpChanged *change = data;

	g_free(change->name);
	g_free(change->where);
	g_free(change);
}

static gboolean find_tree(Run *run, GError **error)
{
	g_autofree char *makefile = NULL;
	char *real = realpath(run->request->tree, NULL);

	if (real == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "%s: the source tree cannot be read: %s",
			    run->request->tree, g_strerror(errno));
		return FALSE;
	}
	run->series->original = g_strdup(real);
	free(real);
	makefile = g_build_filename(run->series->original, "Makefile", NULL);
	if (access(makefile, R_OK) == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
		    "%s: it is no source tree: %s: name the folder that has the Makefile of all",
		    run->request->tree, g_strerror(errno));
	return FALSE;
}

static gboolean read_diffs(Run *run, GError **error)
{
	for (const char *const *path = run->request->diffs; *path != NULL; path++) {
		KpDiff *diff = kp_diff_read(*path, error);

		if (diff == NULL)
			return FALSE;
		g_ptr_array_add(run->diffs, diff);
	}
	if (run->diffs->len > 0)
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE, "no diff was named");
	return FALSE;
}

static gboolean left_out(const KpDiffFile *file)
{
	const char *reason;

	return kp_touched(file->name, &reason) == KP_TOUCHED_LEFT_OUT;
}

/* All that is refused is told at once. */
static void judge_file(Run *run, const KpDiff *diff, const KpDiffFile *file, GString *problems)
{
	const char *reason;
	KpTouched touched = kp_touched(file->name, &reason);

	if (touched == KP_TOUCHED_CODE && file->deletes) {
		touched = KP_TOUCHED_REFUSED;
		reason = "it is deleted, and cannot be taken out of a kernel that runs: change what calls it";
	}
	if (touched == KP_TOUCHED_REFUSED)
		g_string_append_printf(problems, "%s%s:%u: %s: %s", problems->len > 0 ? "\n" : "", diff->path,
				       file->line, file->name, reason);
	else if (touched == KP_TOUCHED_LEFT_OUT)
		g_ptr_array_add(run->series->notes,
				g_strdup_printf("%s:%u: %s is left out: %s", diff->path, file->line, file->name,
						reason));
}

static gboolean judge(Run *run, GError **error)
{
	g_autoptr(GString) problems = g_string_new(NULL);

	for (guint i = 0; i < run->diffs->len; i++) {
		const KpDiff *diff = g_ptr_array_index(run->diffs, i);

		for (guint n = 0; n < diff->files->len; n++)
			judge_file(run, diff, g_ptr_array_index(diff->files, n), problems);
	}
	if (problems->len == 0)
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED, problems->str);
	return FALSE;
}

static gboolean make_copy(Run *run, GError **error)
{
	KpSeries *series = run->series;
	g_autofree char *folder = g_canonicalize_filename(run->request->folder, NULL);

	series->copy = kp_mirror_make(series->original, folder, &series->lock, error);
	if (series->copy == NULL)
		return FALSE;
	series->tree = g_build_filename(series->copy, "tree", NULL);
	run->work = g_build_filename(series->copy, "work", NULL);
	return mkdir(run->work, 0700) == 0 || kp_mirror_failed("cannot be made", run->work, errno, error);
}

static char *original_of(const Run *run, const char *name)
{
	return g_build_filename(run->series->original, name, NULL);
}

/* The user's file, before anything is done: it must be the same in the end. */
static void remember(Run *run, const char *name)
{
	g_autofree char *path = original_of(run, name);
	struct stat st;

	if (lstat(path, &st) == 0 && !g_hash_table_contains(run->before, name))
		g_hash_table_insert(run->before, g_strdup(name), g_memdup2(&st, sizeof(st)));
}

static gboolean same_as_before(const Run *run, const char *name, const struct stat *before, GError **error)
{
	g_autofree char *path = original_of(run, name);
	struct stat st;

	if (lstat(path, &st) == 0 && st.st_ino == before->st_ino && st.st_dev == before->st_dev &&
	    st.st_size == before->st_size && st.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s: the file was changed while the diffs were applied: start again", path);
	return FALSE;
}

static gboolean untouched(const Run *run, GError **error)
{
	GHashTableIter iter;
	gpointer name, before;

	g_hash_table_iter_init(&iter, run->before);
	while (g_hash_table_iter_next(&iter, &name, &before))
		if (!same_as_before(run, name, before, error))
			return FALSE;
	return TRUE;
}

/* @name is taken over. */
static void add_changed(Run *run, const KpDiff *diff, const KpDiffFile *file, char *name)
{
	KpChanged *change = NULL;
	g_autofree char *original = original_of(run, name);

	for (guint i = 0; i < run->changed->len && change == NULL; i++) {
		KpChanged *other = g_ptr_array_index(run->changed, i);

		if (strcmp(other->name, name) == 0)
			change = other;
	}
	if (change == NULL) {
		change = g_new0(KpChanged, 1);
		change->name = g_strdup(name);
		change->created = access(original, F_OK) != 0;
		g_ptr_array_add(run->changed, change);
	}
	g_free(name);
	g_free(change->where);
	change->where = g_strdup_printf("%s:%u", diff->path, file->line);
	change->deleted = file->deletes;
}

static gboolean apply_diff(Run *run, const KpDiff *diff, GError **error)
{
	KpApply apply = { run->series->tree, run->work, run->request->fuzz, run->series->notes };

	for (guint i = 0; i < diff->files->len; i++) {
		const KpDiffFile *file = g_ptr_array_index(diff->files, i);
		char *name = NULL;

		if (left_out(file))
			continue;
		remember(run, file->name);
		remember(run, file->other);
		if (!kp_apply_file(&apply, diff, file, &name, error))
			return FALSE;
		add_changed(run, diff, file, name);
	}
	return TRUE;
}

/* Writes @text in place of a file of the copy. */
static gboolean rewrite(const Run *run, const char *path, const char *text, gsize size, GError **error)
{
	g_autofree char *fresh = g_build_filename(run->work, "lines", NULL);
	g_autoptr(GError) reason = NULL;

	if (g_file_set_contents(fresh, text, (gssize)size, &reason))
		return kp_mirror_replace(path, fresh, error);
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, reason->message);
	return FALSE;
}

/* The line numbers of one file. @same is set if the diffs took back what they did. */
static gboolean keep_lines(const Run *run, const KpChanged *change, gboolean *same, GError **error)
{
	KpApply apply = { run->series->tree, run->work, 0, NULL };
	g_autofree char *old = original_of(run, change->name);
	g_autofree char *path = g_build_filename(run->series->tree, change->name, NULL);
	g_autoptr(GArray) changes = NULL;
	g_autofree char *text = NULL, *kept = NULL;
	gsize size, kept_size;

	*same = change->created && change->deleted;
	if (change->created || change->deleted)
		return TRUE;
	changes = kp_apply_compare(&apply, old, path, error);
	if (changes == NULL)
		return FALSE;
	*same = changes->len == 0;
	if (*same)
		return TRUE;
	if (!g_file_get_contents(path, &text, &size, error))
		return FALSE;
	kept = kp_lines_keep(text, size, changes, &kept_size);
	return rewrite(run, path, kept, kept_size, error);
}

static gboolean apply_all(Run *run, GError **error)
{
	for (guint i = 0; i < run->diffs->len; i++)
		if (!apply_diff(run, g_ptr_array_index(run->diffs, i), error))
			return FALSE;
	for (guint i = 0; i < run->changed->len;) {
		const KpChanged *change = g_ptr_array_index(run->changed, i);
		gboolean same;

		if (!keep_lines(run, change, &same, error))
			return FALSE;
		if (same) {
			g_ptr_array_remove_index(run->changed, i);
			continue;
		}
		g_ptr_array_add(run->series->changed, g_strdup(change->name));
		i++;
	}
	return TRUE;
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean run_all(Run *run, GError **error)
{
	if (!find_tree(run, error) || !read_diffs(run, error) || !judge(run, error) ||
	    !make_copy(run, error) || !apply_all(run, error) ||
	    !kp_units_find(run->series, run->changed, run->request, error) || !untouched(run, error))
		return FALSE;
	g_ptr_array_sort(run->series->changed, by_text);
	return TRUE;
}

KpSeries *kp_series_apply(const KpSeriesRequest *request, GError **error)
{
	g_autoptr(KpSeries) series = g_new0(KpSeries, 1);
	g_autoptr(GPtrArray) diffs = g_ptr_array_new_with_free_func((GDestroyNotify)kp_diff_free);
	g_autoptr(GPtrArray) changed = g_ptr_array_new_with_free_func(changed_free);
	g_autoptr(GHashTable) before = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	Run run = { .request = request, .series = series, .diffs = diffs, .changed = changed, .before = before };
	gboolean done;

	series->lock = -1;
	series->units = g_ptr_array_new_with_free_func((GDestroyNotify)kp_unit_free);
	series->changed = g_ptr_array_new_with_free_func(g_free);
	series->notes = g_ptr_array_new_with_free_func(g_free);
	done = run_all(&run, error);
	g_free(run.work);
	return done ? g_steal_pointer(&series) : NULL;
}

void kp_series_free(KpSeries *series)
{
	if (series == NULL)
		return;
	if (series->copy != NULL)
		kp_mirror_remove(series->copy, series->lock);
	g_ptr_array_unref(series->notes);
	g_ptr_array_unref(series->changed);
	g_ptr_array_unref(series->units);
	g_free(series->copy);
	g_free(series->original);
	g_free(series->tree);
	g_free(series);
}
