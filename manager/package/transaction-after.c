/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The look at what came of it: librpm may say that all is well when it is not, as
 * when the disk is full between the files and the database. */
#include <rpm/rpmdb.h>
#include <rpm/rpmfileutil.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "base/error.h"
#include "base/names.h"
#include "base/root.h"
#include "package/corridor.h"
#include "package/files.h"
#include "package/repair.h"
#include "package/tags.h"
#include "package/transaction.h"

/* less than this and sqlite, which wants some pages for its journal, may have failed */
#define LEAST_ROOM (1024 * 1024)

/* NEVRAs of what the database has under the name and architecture of @info. Caller
 * frees. */
static GPtrArray *releases_of(rpmts ts, const KpPackageHeader *info)
{
	GPtrArray *nevras = g_ptr_array_new_with_free_func(g_free);
	rpmdbMatchIterator found = rpmtsInitIterator(ts, RPMDBI_NAME, info->name, 0);
	Header header;

	while ((header = rpmdbNextIterator(found)) != NULL) {
		g_autofree char *evr = kp_tag_evr(header), *arch = kp_tag_text(header, RPMTAG_ARCH);

		if (g_str_equal(arch, info->arch))
			g_ptr_array_add(nevras, g_strdup_printf("%s-%s.%s", info->name, evr, arch));
	}
	rpmdbFreeIterator(found);
	return nevras;
}

/* What librpm said first; the rest follows from it. */
static const char *first_line(const KpRun *run)
{
	return run->lines->len > 0 ? g_ptr_array_index(run->lines, 0) : "nothing";
}

static gboolean part_is_right(const KpRun *run, rpmts ts, const KpPart *part, GError **error)
{
	g_autoptr(GPtrArray) releases = releases_of(ts, part->info);
	g_autofree char *name = kp_text_printable(part->info->nevra);

	if (releases->len != 1 || !g_str_equal(g_ptr_array_index(releases, 0), part->info->nevra)) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "the package database is not as it should be after the installation of "
			    "%s (librpm said: %s)", name, first_line(run));
		return FALSE;
	}
	for (guint i = 0; i < part->info->files->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(part->info->files, i);
		g_autofree char *path = kp_text_printable(file->path);

		if (!kp_file_is_right(run->t->root, file)) {
			g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
				    "%s of %s is not on the disk as it should be; install the package "
				    "file again, or see what is wrong with the disk", path, name);
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean is_erased(rpmts ts, const KpTransactionItem *item, GError **error)
{
	rpmdbMatchIterator found;
	gboolean gone;

	if (item->kind != KP_STEP_ERASE)
		return TRUE;
	found = rpmtsInitIterator(ts, RPMDBI_LABEL, item->nevra, 0);
	gone = rpmdbNextIterator(found) == NULL;
	rpmdbFreeIterator(found);
	if (!gone) {
		g_autofree char *name = kp_text_printable(item->nevra);

		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s was to be removed and is still in the package database, though librpm "
			    "says that all is done; say this again", name);
	}
	return gone;
}

static gboolean doubles_are_gone(const KpRun *run, rpmts ts, GError **error)
{
	g_autoptr(GPtrArray) doubles = kp_repair_doubles(ts, run->t->globs);
	g_autofree char *name = NULL;

	if (doubles->len == 0)
		return TRUE;
	name = kp_text_printable(((const KpInstance *)g_ptr_array_index(doubles, 0))->nevra);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "the package database still has %s, beside the release that took its place "
		    "(librpm said: %s)", name, first_line(run));
	return FALSE;
}

gboolean kp_run_look_again(const KpRun *run, rpmts ts, GError **error)
{
	for (guint i = 0; i < run->parts->len; i++)
		if (!part_is_right(run, ts, g_ptr_array_index(run->parts, i), error))
			return FALSE;
	for (guint i = 0; i < run->t->items->len; i++)
		if (!is_erased(ts, &g_array_index(run->t->items, KpTransactionItem, i), error))
			return FALSE;
	return doubles_are_gone(run, ts, error);
}

/* Of several packages librpm may have installed some before one fails, and of one the
 * new release without having removed the old one. */
static void add_state(const KpRun *run, rpmts ts, GString *text)
{
	g_autoptr(GString) now = g_string_new(NULL);
	gboolean changed = FALSE;

	for (guint i = 0; i < run->parts->len; i++) {
		const KpPart *part = g_ptr_array_index(run->parts, i);
		g_autoptr(GPtrArray) releases = releases_of(ts, part->info);

		for (guint k = 0; k < releases->len; k++) {
			const char *nevra = g_ptr_array_index(releases, k);
			g_autofree char *name = kp_text_printable(nevra);

			changed = changed || (!part->was_there &&
					      g_str_equal(nevra, part->info->nevra));
			g_string_append_printf(now, "%s%s", now->len > 0 ? ", " : "", name);
		}
	}
	if (changed)
		g_string_append_printf(text, "; the package database has now: %s", now->str);
	else if (run->parts->len > 0)
		g_string_append(text, "; what was there before stays");
}

static gboolean add_room(GString *text, const char *folder)
{
	g_autofree char *room = NULL;
	struct statvfs st;
	guint64 bytes;

	if (statvfs(folder, &st) != 0)
		return FALSE;
	bytes = (guint64)st.f_bavail * st.f_frsize;
	if (bytes >= LEAST_ROOM)
		return FALSE;
	room = g_format_size_full(bytes, G_FORMAT_SIZE_IEC_UNITS);
	g_string_append_printf(text, "; the disk of %s has %s left: make room there and say this "
			       "again", folder, room);
	return TRUE;
}

void kp_run_tell_state(const KpRun *run, rpmts ts, GError **error)
{
	g_autoptr(GString) text = g_string_new((*error)->message);
	char *database = rpmGenPath(run->t->root, "%{_dbpath}", NULL);
	g_autofree char *corridor = kp_root_path(run->t->root, KP_CORRIDOR);

	add_state(run, ts, text);
	if (!add_room(text, database))
		add_room(text, corridor);
	free(database);
	g_free((*error)->message);
	(*error)->message = g_string_free(g_steal_pointer(&text), FALSE);
}
