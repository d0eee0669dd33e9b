/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/stream.h"

#include <string.h>

#include "base/names.h"
#include "base/release.h"
#include "base/version.h"

/* A module's name has letters, digits and '_'. */
static char *flatten(const char *version)
{
	char *flat = g_strdup(version);

	for (char *c = flat; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c))
			*c = '_';
	return flat;
}

/* @name without @version at its end, or NULL. */
static char *cut(const char *name, const char *version)
{
	g_autofree char *tail = flatten(version);
	gsize length = strlen(name), cut_off = strlen(tail);

	if (length < cut_off + 2 || name[length - cut_off - 1] != '_' ||
	    !g_str_has_suffix(name, tail))
		return NULL;
	return g_strndup(name, length - cut_off - 1);
}

/* The version may have the name of a distribution that the module's name has not. */
char *kp_stream_name(const char *name, const char *version)
{
	g_autofree char *canonical = kp_name_canonical(name);
	g_autofree char *rest = g_strdup(version != NULL ? version : "");
	char *stream = NULL, *dot;

	while (stream == NULL && kp_version_says(rest)) {
		stream = cut(canonical, rest);
		dot = strrchr(rest, '.');
		if (dot == NULL || !g_ascii_isalpha(dot[1]))
			break;
		*dot = '\0';
	}
	return stream != NULL ? stream : g_steal_pointer(&canonical);
}

gboolean kp_stream_same(const char *name, const char *version, const char *other_name,
			const char *other_version)
{
	g_autofree char *left = kp_stream_name(name, version);
	g_autofree char *right = kp_stream_name(other_name, other_version);

	return g_str_equal(left, right) || kp_name_equal(name, other_name);
}

static gboolean is_of(const KpPatch *patch, const char *stream)
{
	g_autofree char *own = kp_stream_name(patch->name, patch->version);

	return g_str_equal(own, stream) || g_str_equal(patch->name, stream);
}

/* TRUE when one of @patches is of the stream, and is a package's if that is wanted. */
static gboolean any_of(const GPtrArray *patches, const char *stream, gboolean packaged)
{
	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);

		if ((!packaged || patch->origin == KP_ORIGIN_PACKAGE) && is_of(patch, stream))
			return TRUE;
	}
	return FALSE;
}

static gboolean any_packaged(const GPtrArray *patches)
{
	for (guint i = 0; i < patches->len; i++)
		if (((KpPatch *)g_ptr_array_index(patches, i))->origin == KP_ORIGIN_PACKAGE)
			return TRUE;
	return FALSE;
}

static gboolean made_live(const KpRecord *record)
{
	return *record->name != '\0' && g_str_equal(record->result, "done");
}

static gboolean is_recorded(const GPtrArray *records, const char *name)
{
	for (guint i = 0; records != NULL && i < records->len; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);

		if (made_live(record) && kp_name_equal(record->name, name))
			return TRUE;
	}
	return FALSE;
}

/* Older programs did not write down where a file lay: those made live what packages had. */
static gboolean came_in_package(const GPtrArray *records, const char *name)
{
	gboolean came = FALSE;

	for (guint i = 0; records != NULL && i < records->len; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);

		if (!made_live(record) || !kp_name_equal(record->name, name))
			continue;
		if (g_strcmp0(record->origin, "file") == 0)
			return FALSE;
		came |= g_strcmp0(record->origin, "store") != 0;
	}
	return came;
}

/* Where a vendor calls each of its modules otherwise, only packages tie them together; so
 * it is with a copy of which nothing was written down. */
static gboolean is_succeeded(const GPtrArray *patches, const GPtrArray *records,
			     const char *name, const char *stream)
{
	return any_packaged(patches) && !any_of(patches, stream, TRUE) &&
	       (came_in_package(records, name) ||
		(g_str_equal(name, stream) && !is_recorded(records, name)));
}

/* A module whose name is the kernel's and a release is a vendor's for it. */
static gboolean is_known(const KpLivePatch *live, const KpCandidates *candidates,
			 const GPtrArray *records, const char *kver, const char *stream)
{
	g_autofree char *release = candidates->patches->len > 0 || kver == NULL ? NULL :
		kp_release_in_name(live->name, kver);

	return release != NULL || any_of(candidates->patches, stream, FALSE) ||
	       is_recorded(records, live->name);
}

void kp_stream_mark(GPtrArray *live, const KpCandidates *candidates, const GPtrArray *records,
		    const char *kver)
{
	for (guint i = 0; i < live->len; i++) {
		KpLivePatch *entry = g_ptr_array_index(live, i);
		g_autofree char *stream = kp_stream_name(entry->name, entry->version);

		entry->foreign = entry->enabled &&
				 !is_known(entry, candidates, records, kver, stream);
		entry->succeeded = entry->enabled && !entry->foreign &&
				   is_succeeded(candidates->patches, records, entry->name, stream);
	}
}

/* What was live last, if it did not go for good and is still there; else NULL. */
static char *last_live(const GPtrArray *patches, const GPtrArray *records)
{
	for (guint i = 0; records != NULL && i < records->len; i++) {
		const KpRecord *record = g_ptr_array_index(records, i);
		g_autofree char *stream = NULL;

		if (!g_str_equal(record->result, "done"))
			continue;
		if (*record->name == '\0')
			return NULL;
		stream = kp_stream_name(record->name, record->version);
		if (is_succeeded(patches, records, record->name, stream))
			return NULL;
		if (any_of(patches, stream, FALSE))
			return g_steal_pointer(&stream);
	}
	return NULL;
}

/* What packages have comes before copies, and what says a release before what does not. */
static char *best_stream(const GPtrArray *patches)
{
	const KpPatch *best = NULL;

	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);

		if (best == NULL || patch->origin < best->origin ||
		    (patch->origin == best->origin &&
		     kp_version_compare(patch->version, best->version) > 0))
			best = patch;
	}
	return best != NULL ? kp_stream_name(best->name, best->version) : NULL;
}

GPtrArray *kp_stream_followed(const GPtrArray *patches, const GPtrArray *live,
			      const GPtrArray *records)
{
	GPtrArray *followed = g_ptr_array_new();
	const KpLivePatch *ours = kp_live_ours(live);
	g_autofree char *stream = NULL;

	if (ours == NULL)
		stream = last_live(patches, records);
	else if (!ours->succeeded)
		stream = kp_stream_name(ours->name, ours->version);
	if (stream == NULL)
		stream = best_stream(patches);
	for (guint i = 0; stream != NULL && i < patches->len; i++) {
		KpPatch *patch = g_ptr_array_index(patches, i);

		if (is_of(patch, stream))
			g_ptr_array_add(followed, patch);
	}
	return followed;
}

const KpLivePatch *kp_stream_newest(const GPtrArray *live, const KpPatch *patch)
{
	const KpLivePatch *newest = NULL;

	for (guint i = 0; i < live->len; i++) {
		const KpLivePatch *entry = g_ptr_array_index(live, i);

		if (entry->enabled &&
		    kp_stream_same(entry->name, entry->version, patch->name, patch->version) &&
		    (newest == NULL || kp_version_compare(entry->version, newest->version) > 0))
			newest = entry;
	}
	return newest;
}

gboolean kp_stream_is_packaged(const KpLivePatch *live, const KpCandidates *candidates,
			       const GPtrArray *records)
{
	g_autofree char *stream = kp_stream_name(live->name, live->version);

	if (live->foreign)
		return FALSE;
	return any_of(candidates->patches, stream, TRUE) || came_in_package(records, live->name) ||
	       !is_recorded(records, live->name);
}
