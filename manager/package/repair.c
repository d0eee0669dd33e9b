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
#include "package/owner.h"
#include "package/rpmdb.h"
#include "package/rpmlock.h"
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

GPtrArray *kp_repair_leftovers(const char *root, GError **error)
{
	return kp_corridor_find(root, is_temporary, error);
}

/* What is looked through, and what comes of it. */
typedef struct {
	rpmts ts;
	const char *root;
	KpFound *found;
	GHashTable *told;	/* paths of which something is said */
} Look;

static void add_left(const Look *look, const char *path)
{
	g_autofree char *name = kp_text_printable(path);

	g_hash_table_add(look->told, g_strdup(path));
	g_ptr_array_add(look->found->damage, g_strdup_printf(
		"%s was left by an installation that was killed", name));
}

static void add_doubles(const Look *look, const char *const *globs)
{
	g_autoptr(GPtrArray) doubles = kp_repair_doubles(look->ts, globs);

	for (guint i = 0; i < doubles->len; i++) {
		const KpInstance *instance = g_ptr_array_index(doubles, i);
		g_autofree char *nevra = kp_text_printable(instance->nevra);

		g_ptr_array_add(look->found->damage, g_strdup_printf(
			"%s is in the package database beside the release that took its place", nevra));
	}
}

static gboolean add_temporary(const Look *look, GError **error)
{
	g_autoptr(GPtrArray) paths = kp_repair_leftovers(look->root, error);

	for (guint i = 0; paths != NULL && i < paths->len; i++)
		add_left(look, g_ptr_array_index(paths, i));
	return paths != NULL;
}

/* A second name of what is as it should be is only one name too many. */
static gboolean add_kept(const Look *look, GError **error)
{
	g_autoptr(GPtrArray) kept = kp_keep_names(look->root, error);

	for (guint i = 0; kept != NULL && i < kept->len; i++) {
		const char *name = g_ptr_array_index(kept, i);
		g_autofree char *place = NULL;
		KpKept what;

		if (!kp_keep_judge(look->ts, look->root, name, &what, &place, error))
			return FALSE;
		if (what == KP_KEPT_NEEDLESS)
			look->found->stale = TRUE;
		else
			add_left(look, what == KP_KEPT_UNOWNED ? place : name);
	}
	return kept != NULL;
}

/* A list without anything that it would tell about: nothing had begun, or all was done. */
static gboolean add_arrivals(const Look *look, GError **error)
{
	g_autoptr(GPtrArray) list = NULL, unowned = NULL;

	if (!kp_arriving_is_left(look->root))
		return TRUE;
	look->found->stale = TRUE;
	list = kp_arriving_read(look->root);
	unowned = kp_arrivals_unowned(look->ts, look->root, list, error);
	for (guint i = 0; unowned != NULL && i < unowned->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(unowned, i);
		g_autofree char *path = kp_root_path(look->root, file->path);

		add_left(look, path);
	}
	return unowned != NULL;
}

static gboolean add_unowned(const Look *look, GError **error)
{
	g_autoptr(GPtrArray) paths = kp_owner_missing(look->ts, look->root, error);

	for (guint i = 0; paths != NULL && i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);

		if (!g_hash_table_contains(look->told, path))
			g_ptr_array_add(look->found->unowned, kp_owner_missing_text(path));
	}
	return paths != NULL;
}

static gboolean look_through(const Look *look, const char *const *globs, GError **error)
{
	add_doubles(look, globs);
	return add_temporary(look, error) && add_kept(look, error) && add_arrivals(look, error) &&
	       add_unowned(look, error);
}

/* What is half done by somebody who is at work is none of our business. */
static KpFound *look_below(rpmts ts, const char *root, const char *const *globs, int lock,
			   GError **error)
{
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(KpFound) found = kp_found_new();
	const Look look = { ts, root, found, told };

	found->state = kp_rpmdb_state(ts, error);
	if (found->state == NULL)
		return NULL;
	found->holder = lock >= 0 ? NULL : kp_rpmlock_holder(root);
	if (found->holder == NULL && !look_through(&look, globs, error))
		return NULL;
	return g_steal_pointer(&found);
}

KpFound *kp_repair_look(const char *root, const char *rpmdb, const char *const *globs,
			int lock, GError **error)
{
	rpmts ts = NULL;
	KpFound *found;

	if (lock >= 0 && !kp_rpmlock_again(lock, error))
		return NULL;
	ts = kp_rpmdb_open(root, rpmdb, error);
	found = ts != NULL ? look_below(ts, root, globs, lock, error) : NULL;
	rpmtsFree(ts);
	return found;
}
