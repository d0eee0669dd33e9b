/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "units.h"

#include <string.h>

#include "base/error.h"
#include "includes.h"
#include "touched.h"

typedef struct {
	const KpSeriesRequest *request;
	KpSeries *series;
	KpIncludes *includes;
	GHashTable *units;	/* KpUnit, by source */
} Finder;

void kp_unit_free(KpUnit *unit)
{
	g_free(unit->source);
	g_free(unit->object);
	g_free(unit);
}

static void note(Finder *f, char *text)
{
	g_ptr_array_add(f->series->notes, text);
}

static char *object_of(const char *source)
{
	return g_strdup_printf("%.*s.o", (int)(strlen(source) - strlen(".c")), source);
}

static gboolean is_built(const Finder *f, const char *source)
{
	g_autofree char *object = object_of(source);

	return f->request->built == NULL || f->request->built(object, f->request->data);
}

static void add_unit(Finder *f, const char *source, gboolean header)
{
	KpUnit *unit = g_hash_table_lookup(f->units, source);

	if (unit != NULL) {
		unit->header &= header;
		return;
	}
	unit = g_new0(KpUnit, 1);
	unit->source = g_strdup(source);
	unit->object = object_of(source);
	unit->header = header;
	g_hash_table_insert(f->units, unit->source, unit);
}

/* Those of @users that are in the kernel. What runs elsewhere is told of once. */
static void add_users(Finder *f, const char *name, const GPtrArray *users)
{
	gboolean told = FALSE;

	for (guint i = 0; i < users->len; i++) {
		const char *source = g_ptr_array_index(users, i), *reason;
		KpTouched touched = kp_touched(source, &reason);

		if (touched == KP_TOUCHED_REFUSED && !told) {
			/* the reason alone, not what to do about a diff of it */
			note(f, g_strdup_printf("%s includes %s too, and stays as it is: %.*s", source, name,
						(int)strcspn(reason, ":"), reason));
			told = TRUE;
		}
		if (touched == KP_TOUCHED_CODE && is_built(f, source))
			add_unit(f, source, TRUE);
	}
}

static gboolean has_word(const char *text, const char *word)
{
	for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
		char before = at > text ? at[-1] : ' ', after = at[strlen(word)];

		if (!g_ascii_isalnum(before) && before != '_' && before != '-' &&
		    !g_ascii_isalnum(after) && after != '_' && after != '-')
			return TRUE;
	}
	return FALSE;
}

/* Does the nearest Makefile name the object of @source? FALSE if it makes the name up. */
static gboolean is_listed(const Finder *f, const char *source)
{
	static const char *const names[] = { "Makefile", "Kbuild" };
	g_autofree char *base = g_path_get_basename(source);
	g_autofree char *object = object_of(base);
	g_autofree char *folder = g_path_get_dirname(source);

	for (;;) {
		gboolean found = FALSE, listed = FALSE;
		char *above;

		for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
			g_autofree char *path = g_build_filename(f->series->tree, folder, names[i], NULL);
			g_autofree char *text = NULL;

			if (!g_file_get_contents(path, &text, NULL, NULL))
				continue;
			found = TRUE;
			listed |= has_word(text, object);
		}
		if (found || strcmp(folder, ".") == 0)
			return listed;
		above = g_path_get_dirname(folder);
		g_free(folder);
		folder = above;
	}
}

/* A .c that is an object is included, if at all, by those around it, as those of
 * kernel/sched are; all others may be included from anywhere. */
static gboolean scan_for(Finder *f, const KpChanged *change, GError **error)
{
	const char *slash = strchr(change->name, '/'), *reason;
	g_autofree char *folder = NULL;

	if (kp_touched(change->name, &reason) != KP_TOUCHED_CODE || !is_listed(f, change->name) || slash == NULL)
		return kp_includes_scan(f->includes, "", error);
	if (strchr(slash + 1, '/') != NULL)
		slash = strchr(slash + 1, '/');
	folder = g_strndup(change->name, (gsize)(slash - change->name));
	return kp_includes_scan(f->includes, folder, error);
}

/* A .c is an object of its own, or a part of those that include it, or both. */
static gboolean find_code(Finder *f, const KpChanged *change, const GPtrArray *users, GError **error)
{
	gboolean listed = is_listed(f, change->name);

	if (change->created && !listed && users->len == 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "%s: %s is new, and no Makefile names it: put its code into a file that is there",
			    change->where, change->name);
		return FALSE;
	}
	if (users->len > 0 && !listed && (f->request->built == NULL || !is_built(f, change->name)))
		return TRUE;
	if (is_built(f, change->name))
		add_unit(f, change->name, FALSE);
	else if (users->len == 0)
		note(f, g_strdup_printf("%s: %s is not in this kernel", change->where, change->name));
	return TRUE;
}

static gboolean find_for(Finder *f, const KpChanged *change, GError **error)
{
	g_autoptr(GPtrArray) users = kp_includes_users(f->includes, change->name);
	const char *reason;
	KpTouched touched = kp_touched(change->name, &reason);

	add_users(f, change->name, users);
	if (touched == KP_TOUCHED_CODE)
		return find_code(f, change, users, error);
	if (reason != NULL)
		note(f, g_strdup_printf("%s: %s: %s", change->where, change->name, reason));
	if (users->len > 0)
		return TRUE;
	if (touched == KP_TOUCHED_HEADER) {
		note(f, g_strdup_printf("%s: nothing includes %s", change->where, change->name));
		return TRUE;
	}
	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
		    "%s: nothing includes %s, so it is not known what is made of it: leave this part of the diff out, "
		    "or update the kernel", change->where, change->name);
	return FALSE;
}

static int by_object(gconstpointer a, gconstpointer b)
{
	const KpUnit *x = *(const KpUnit *const *)a;
	const KpUnit *y = *(const KpUnit *const *)b;

	return strcmp(x->object, y->object);
}

gboolean kp_units_find(KpSeries *series, const GPtrArray *changed, const KpSeriesRequest *request,
		       GError **error)
{
	g_autoptr(GHashTable) units = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(KpIncludes) includes = NULL;
	Finder finder = { .request = request, .series = series, .units = units };
	gboolean done = TRUE;
	GHashTableIter iter;
	gpointer unit;

	includes = finder.includes = kp_includes_new(series->tree);
	for (guint i = 0; done && i < changed->len; i++)
		done = scan_for(&finder, g_ptr_array_index(changed, i), error);
	for (guint i = 0; done && i < changed->len; i++)
		done = find_for(&finder, g_ptr_array_index(changed, i), error);
	g_hash_table_iter_init(&iter, units);
	while (g_hash_table_iter_next(&iter, NULL, &unit))
		g_ptr_array_add(series->units, unit);
	g_ptr_array_sort(series->units, by_object);
	return done;
}
