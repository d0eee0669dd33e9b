/* SPDX-License-Identifier: GPL-2.0-or-later */
/* patch(1) puts hunks where they belong; which file it is, is said here. It writes to a
 * new file, which then takes the place of the old one. */
#include "apply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "lines.h"
#include "mirror.h"

/* patch(1) knows no more context than the diff has: three lines, mostly. */
#define MOST_FUZZ 3

typedef struct {
	int status;
	char *out;
	char *err;
} Outcome;

static void outcome_clear(Outcome *outcome)
{
	g_free(outcome->out);
	g_free(outcome->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

/* FALSE: it could not be run, or was killed. Its status is in @outcome. */
static gboolean run(const KpApply *apply, char **argv, Outcome *outcome, GError **error)
{
	g_auto(GStrv) environment = g_get_environ();
	g_autoptr(GError) reason = NULL;
	int status;

	/* Its words are read; its options come from us alone. */
	environment = g_environ_setenv(environment, "LC_ALL", "C", TRUE);
	environment = g_environ_setenv(environment, "TMPDIR", apply->work, TRUE);
	environment = g_environ_unsetenv(environment, "POSIXLY_CORRECT");
	environment = g_environ_unsetenv(environment, "PATCH_GET");
	if (!g_spawn_sync(apply->work, argv, environment, G_SPAWN_SEARCH_PATH | G_SPAWN_STDIN_FROM_DEV_NULL,
			  NULL, NULL, &outcome->out, &outcome->err, &status, &reason)) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s cannot be run: %s", argv[0], reason->message);
		return FALSE;
	}
	if (!WIFEXITED(status)) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s was killed by a signal", argv[0]);
		return FALSE;
	}
	outcome->status = WEXITSTATUS(status);
	return TRUE;
}

static gboolean run_patch(const KpApply *apply, const char *input, const char *hunks, guint fuzz,
			  gboolean reverse, const char *output, Outcome *outcome, GError **error)
{
	g_autofree char *limit = g_strdup_printf("--fuzz=%u", fuzz);
	char *argv[] = { "patch", "--unified", "--force", "--binary", "--no-backup-if-mismatch",
			 "--reject-file=-", limit, reverse ? "--reverse" : "--quoting-style=literal",
			 "--output", (char *)output, (char *)input, (char *)hunks, NULL };

	return run(apply, argv, outcome, error);
}

/* "Hunk #2 FAILED at 30." ... : the number, and the rest; NULL: no more. */
static const char *next_hunk(const char **at, guint *number)
{
	static const char begin[] = "Hunk #";
	const char *found = strstr(*at, begin);
	char *end;

	if (found == NULL)
		return NULL;
	*number = (guint)g_ascii_strtoull(found + strlen(begin), &end, 10);
	*at = end;
	return *end == ' ' ? end + 1 : end;
}

static const KpHunk *hunk_of(const KpDiffFile *file, guint number)
{
	return number >= 1 && number <= file->hunks->len ?
	       &g_array_index(file->hunks, KpHunk, number - 1) : NULL;
}

/* patch(1) says what it had to bend. */
static void note_hunks(const KpApply *apply, const KpDiff *diff, const KpDiffFile *file, const char *text)
{
	const char *what;
	guint number;

	while ((what = next_hunk(&text, &number)) != NULL) {
		const KpHunk *hunk = hunk_of(file, number);
		gsize size = strcspn(what, "\n");

		if (hunk != NULL)
			g_ptr_array_add(apply->notes,
					g_strdup_printf("%s:%u: hunk %u of %s %.*s", diff->path, hunk->line,
							number, file->name, (int)size, what));
	}
}

/* Would it fit with @fuzz, or taken back? */
static gboolean would_fit(const KpApply *apply, const char *input, const char *hunks, guint fuzz,
			  gboolean reverse)
{
	g_autofree char *output = g_build_filename(apply->work, "trial", NULL);
	g_auto(Outcome) outcome = { 0 };

	return run_patch(apply, input, hunks, fuzz, reverse, output, &outcome, NULL) && outcome.status == 0;
}

/* Why the first hunk that failed did. */
static gboolean explain(const KpApply *apply, const KpDiff *diff, const KpDiffFile *file,
			const char *input, const char *hunks, const Outcome *outcome, GError **error)
{
	const char *at = outcome->out, *what;
	const KpHunk *hunk = NULL;
	guint number = 0, fuzz = apply->fuzz + 1;

	while (hunk == NULL && (what = next_hunk(&at, &number)) != NULL)
		if (g_str_has_prefix(what, "FAILED"))
			hunk = hunk_of(file, number);
	if (hunk == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s:%u: patch(1) fails on %s: %s", diff->path,
			    file->line, file->name, *outcome->err != '\0' ? outcome->err : outcome->out);
		return FALSE;
	}
	if (would_fit(apply, input, hunks, 0, TRUE)) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s:%u: the change of %s is in the tree already: leave this diff out, or it was named twice",
			    diff->path, hunk->line, file->name);
		return FALSE;
	}
	while (fuzz <= MOST_FUZZ && !would_fit(apply, input, hunks, fuzz, FALSE))
		fuzz++;
	if (fuzz <= MOST_FUZZ)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s:%u: hunk %u (line %u of %s) fits only with a fuzz of %u, that is if not all lines of its context have to fit: "
			    "look at that place, and allow it, or take the diff of this kernel's release",
			    diff->path, hunk->line, number, hunk->old_start, file->name, fuzz);
	else
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s:%u: hunk %u (line %u of %s) does not apply: is the tree of the release that the diff is for?",
			    diff->path, hunk->line, number, hunk->old_start, file->name);
	return FALSE;
}

/* The hunks alone, under a name that says nothing. */
static gboolean write_hunks(const KpDiff *diff, const KpDiffFile *file, const char *path, GError **error)
{
	g_autoptr(GString) text = g_string_new("--- file\n+++ file\n");
	g_autoptr(GError) reason = NULL;

	for (guint i = 0; i < file->hunks->len; i++) {
		const KpHunk *hunk = &g_array_index(file->hunks, KpHunk, i);

		g_string_append_len(text, diff->text + hunk->from, (gssize)(hunk->to - hunk->from));
	}
	if (g_file_set_contents(path, text->str, (gssize)text->len, &reason))
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, reason->message);
	return FALSE;
}

static gboolean refuse(const KpDiff *diff, const KpDiffFile *file, KpErrorCode code, GError **error,
		       const char *reason)
{
	g_set_error(error, KP_ERROR, code, "%s:%u: %s %s", diff->path, file->line, file->name, reason);
	return FALSE;
}

/* A link in the way would lead out of the copy, into the user's files. */
static gboolean no_links(const KpApply *apply, const KpDiff *diff, const KpDiffFile *file,
			 const char *name, GError **error)
{
	for (const char *at = name; at != NULL;) {
		const char *slash = strchr(at, '/');
		g_autofree char *part = g_strndup(name, slash != NULL ? (gsize)(slash - name) : strlen(name));
		g_autofree char *path = g_build_filename(apply->tree, part, NULL);
		struct stat st;

		if (lstat(path, &st) != 0)
			return TRUE;
		if (S_ISLNK(st.st_mode))
			return refuse(diff, file, KP_ERROR_REFUSED, error,
				      "goes through a symbolic link: make the diff for the file that it leads to");
		if (slash != NULL ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
			return refuse(diff, file, KP_ERROR_FAILED, error, "is no file in this tree");
		at = slash != NULL ? slash + 1 : NULL;
	}
	return TRUE;
}

static gboolean in_tree(const KpApply *apply, const char *name)
{
	g_autofree char *path = g_build_filename(apply->tree, name, NULL);

	return access(path, F_OK) == 0;
}

/* The name that the tree has: both of a diff may be right, as with "file.orig" and "file". */
static const char *find_name(const KpApply *apply, const KpDiff *diff, const KpDiffFile *file, GError **error)
{
	const char *name = in_tree(apply, file->name) ? file->name : file->other;
	gboolean there = in_tree(apply, name);

	if (file->creates) {
		g_autofree char *path = g_build_filename(apply->tree, file->name, NULL);
		struct stat st;

		if (lstat(path, &st) != 0 || st.st_size == 0)
			return file->name;
		refuse(diff, file, KP_ERROR_FAILED, error, "is in the tree already, and the diff makes it");
		return NULL;
	}
	if (there)
		return name;
	if (in_tree(apply, file->whole))
		refuse(diff, file, KP_ERROR_FAILED, error,
		       "is not in the tree, but with the folder in front it is: "
		       "names need a/ and b/ in front of them, as git diff writes them");
	else
		refuse(diff, file, KP_ERROR_FAILED, error,
		       "is not in the tree: is it of the release that the diff is for?");
	return NULL;
}

/* @output takes the place of @path, or nothing does. */
static gboolean put_in_place(const KpDiffFile *file, const char *path, const char *output, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);

	if (file->deletes) {
		unlink(output);
		return unlink(path) == 0 || kp_mirror_failed("cannot be removed", path, errno, error);
	}
	if (g_mkdir_with_parents(folder, 0755) != 0)
		return kp_mirror_failed("cannot be made", folder, errno, error);
	return kp_mirror_replace(path, output, error);
}

static gboolean apply_to(const KpApply *apply, const KpDiff *diff, const KpDiffFile *file,
			 const char *path, GError **error)
{
	g_autofree char *hunks = g_build_filename(apply->work, "hunks", NULL);
	g_autofree char *empty = g_build_filename(apply->work, "empty", NULL);
	g_autofree char *output = g_build_filename(apply->work, "output", NULL);
	const char *input = file->creates ? empty : path;
	g_auto(Outcome) outcome = { 0 };
	struct stat st;

	if (!write_hunks(diff, file, hunks, error) ||
	    (file->creates && !g_file_set_contents(empty, "", 0, error)) ||
	    !run_patch(apply, input, hunks, apply->fuzz, FALSE, output, &outcome, error))
		return FALSE;
	if (outcome.status != 0)
		return explain(apply, diff, file, input, hunks, &outcome, error);
	note_hunks(apply, diff, file, outcome.out);
	if (file->deletes && stat(output, &st) == 0 && st.st_size > 0)
		return refuse(diff, file, KP_ERROR_FAILED, error,
			      "should be gone then, but has more lines than the diff takes away");
	return put_in_place(file, path, output, error);
}

gboolean kp_apply_file(const KpApply *apply, const KpDiff *diff, const KpDiffFile *file, char **name,
		       GError **error)
{
	g_autofree char *path = NULL;
	const char *found;

	if (!no_links(apply, diff, file, file->name, error) || !no_links(apply, diff, file, file->other, error))
		return FALSE;
	found = find_name(apply, diff, file, error);
	if (found == NULL)
		return FALSE;
	path = g_build_filename(apply->tree, found, NULL);
	if (!apply_to(apply, diff, file, path, error))
		return FALSE;
	*name = g_strdup(found);
	return TRUE;
}

/* diff -U0 says of a range without lines which line it comes after. */
static KpChange change_of(const KpHunk *hunk)
{
	KpChange change = { hunk->old_start, hunk->old_count, hunk->new_start, hunk->new_count };

	change.old += hunk->old_count == 0;
	change.new += hunk->new_count == 0;
	return change;
}

GArray *kp_apply_compare(const KpApply *apply, const char *old, const char *new, GError **error)
{
	char *argv[] = { "diff", "--text", "--unified=0", "--label=a/x", "--label=b/x", "--", (char *)old,
			 (char *)new, NULL };
	g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(KpChange));
	g_autoptr(KpDiff) diff = NULL;
	g_auto(Outcome) outcome = { 0 };
	const KpDiffFile *file;
	char *text;

	if (!run(apply, argv, &outcome, error))
		return NULL;
	if (outcome.status > 1) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "diff(1) fails on %s: %s", new, outcome.err);
		return NULL;
	}
	if (outcome.status == 0)
		return g_steal_pointer(&changes);
	text = g_steal_pointer(&outcome.out);
	diff = kp_diff_parse("diff", text, strlen(text), error);
	if (diff == NULL)
		return NULL;
	file = g_ptr_array_index(diff->files, 0);
	for (guint i = 0; i < file->hunks->len; i++) {
		KpChange change = change_of(&g_array_index(file->hunks, KpHunk, i));

		g_array_append_val(changes, change);
	}
	return g_steal_pointer(&changes);
}
