/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/repair.h"

#include <rpm/rpmdb.h>
#include <rpm/rpmds.h>
#include <string.h>

#include "base/arriving.h"
#include "base/names.h"
#include "base/root.h"
#include "package/arrivals.h"
#include "package/corridor.h"
#include "package/keep.h"
#include "package/rpmdb.h"
#include "package/tags.h"

static void instance_free(gpointer data)
{
	KpInstance *instance = data;

	g_free(instance->nevra);
	g_free(instance->name);
	headerFree(instance->header);
	g_free(instance);
}

static KpInstance *instance_new(Header header, unsigned int offset)
{
	KpInstance *instance = g_new0(KpInstance, 1);

	instance->offset = offset;
	instance->nevra = kp_tag_text(header, RPMTAG_NEVRA);
	instance->name = kp_tag_text(header, RPMTAG_NAME);
	instance->header = headerLink(header);
	instance->installed = (gint64)headerGetNumber(header, RPMTAG_INSTALLTIME);
	return instance;
}

typedef struct {
	GPtrArray *all;		/* KpInstance */
	const char *const *globs;
} Finder;

static void add_instance(Header header, unsigned int offset, gpointer user)
{
	const Finder *finder = user;
	KpInstance *instance = instance_new(header, offset);

	if (kp_name_matches(instance->name, finder->globs))
		g_ptr_array_add(finder->all, instance);
	else
		instance_free(instance);
}

static GPtrArray *all_patches(rpmts ts, const char *const *globs)
{
	Finder finder = { g_ptr_array_new_with_free_func(instance_free), globs };

	kp_rpmdb_patches(ts, add_instance, &finder);
	return finder.all;
}

/* A number in the database grows with each package that is added, so it decides
 * between two of the same second. */
static gboolean is_later(const KpInstance *a, const KpInstance *b)
{
	return a->installed != b->installed ? a->installed > b->installed : a->offset > b->offset;
}

static gboolean excludes(Header header, Header other)
{
	rpmds conflicts = rpmdsNew(header, RPMTAG_CONFLICTNAME, 0);
	gboolean found = FALSE;

	while (!found && rpmdsNext(conflicts) >= 0)
		found = rpmdsAnyMatchesDep(other, conflicts, 1) != 0;
	rpmdsFree(conflicts);
	return found;
}

/* Has @later taken the place of @instance? A site may also have patch packages that
 * are installed side by side. */
static gboolean supersedes(const KpInstance *later, const KpInstance *instance)
{
	return g_str_equal(instance->name, later->name) && is_later(later, instance) &&
	       (excludes(later->header, instance->header) ||
		excludes(instance->header, later->header));
}

GPtrArray *kp_repair_doubles(rpmts ts, const char *const *globs)
{
	g_autoptr(GPtrArray) all = all_patches(ts, globs);
	GPtrArray *doubles = g_ptr_array_new_with_free_func(instance_free);

	for (guint i = all->len; i-- > 0;) {
		const KpInstance *instance = g_ptr_array_index(all, i);
		gboolean superseded = FALSE;

		for (guint k = 0; k < all->len && !superseded; k++)
			superseded = k != i && supersedes(g_ptr_array_index(all, k), instance);
		if (superseded)
			g_ptr_array_add(doubles, g_ptr_array_steal_index(all, i));
	}
	return doubles;
}

/* librpm's temporary name: the file's, a semicolon and a number of 8 hexadecimal
 * digits. */
static gboolean is_temporary(const char *name)
{
	const char *mark = strrchr(name, ';');

	return mark != NULL && strlen(mark + 1) == 8 &&
	       strspn(mark + 1, "0123456789abcdef") == 8;
}

GPtrArray *kp_repair_leftovers(const char *root)
{
	return kp_corridor_find(root, is_temporary);
}

static void add_left(GPtrArray *texts, const char *path)
{
	g_autofree char *name = kp_text_printable(path);

	g_ptr_array_add(texts, g_strdup_printf("%s was left by an installation that was killed", name));
}

static void add_left_below(GPtrArray *texts, const char *root, const char *path)
{
	g_autofree char *full = kp_root_path(root, path);

	add_left(texts, full);
}

static void add_doubles(GPtrArray *texts, const GPtrArray *doubles)
{
	for (guint i = 0; i < doubles->len; i++) {
		const KpInstance *instance = g_ptr_array_index(doubles, i);
		g_autofree char *nevra = kp_text_printable(instance->nevra);

		g_ptr_array_add(texts, g_strdup_printf(
			"%s is in the package database beside the release that took its place", nevra));
	}
}

static void add_all_left(GPtrArray *texts, GPtrArray *paths)
{
	for (guint i = 0; i < paths->len; i++)
		add_left(texts, g_ptr_array_index(paths, i));
	g_ptr_array_unref(paths);
}

/* What was killed before it did anything has left at least its list. */
static void add_arrivals(rpmts ts, const char *root, GPtrArray *texts)
{
	g_autoptr(GPtrArray) list = kp_arriving_read(root);
	g_autoptr(GPtrArray) unowned = kp_arrivals_unowned(ts, root, list, NULL);

	for (guint i = 0; i < unowned->len; i++)
		add_left_below(texts, root, ((const KpPackageFile *)g_ptr_array_index(unowned, i))->path);
	if (texts->len == 0)
		add_left_below(texts, root, KP_ARRIVING_FILE);
}

GPtrArray *kp_repair_damage(const char *root, const char *rpmdb, const char *const *globs,
			    GError **error)
{
	rpmts ts = kp_rpmdb_open(root, rpmdb, error);
	g_autoptr(GPtrArray) doubles = NULL;
	GPtrArray *texts;

	if (ts == NULL)
		return NULL;
	doubles = kp_repair_doubles(ts, globs);
	texts = g_ptr_array_new_with_free_func(g_free);
	add_doubles(texts, doubles);
	add_all_left(texts, kp_repair_leftovers(root));
	add_all_left(texts, kp_keep_names(root));
	if (kp_arriving_is_left(root))
		add_arrivals(ts, root, texts);
	rpmtsFree(ts);
	return texts;
}
