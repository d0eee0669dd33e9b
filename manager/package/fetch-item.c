/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-item.h"

#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "package/fetch-advice.h"

KpFetchItem *kp_fetch_item_new(const KpRepo *repo, LrHandle *handle, const char *what,
			       const char *location, char *dest)
{
	KpFetchItem *item = g_new0(KpFetchItem, 1);

	item->repo = repo;
	item->handle = handle;
	item->what = kp_text_printable(what);
	item->location = g_strdup(location);
	item->dest = dest;
	item->type = LR_CHECKSUM_UNKNOWN;
	return item;
}

void kp_fetch_item_free(KpFetchItem *item)
{
	if (item == NULL)
		return;
	g_free(item->what);
	g_free(item->location);
	g_free(item->base);
	g_free(item->dest);
	g_free(item->checksum);
	g_free(item->problem);
	g_free(item);
}

/* http://user:password@host: what stands before the '@' is nobody's business. */
static char *without_passwords(const char *text)
{
	g_autoptr(GRegex) regex = g_regex_new("://[^/@ ]+@", 0, 0, NULL);

	return g_regex_replace_literal(regex, text, -1, 0, "://***@", 0, NULL);
}

void kp_fetch_failed(const KpRepo *repo, const char *what, const char *why, GError **error)
{
	g_autofree char *line = g_strchomp(g_strdup(why));
	g_autofree char *clean = kp_text_printable(line);
	g_autofree char *shown = without_passwords(clean);
	g_autofree char *advice = kp_fetch_advice(repo, shown);

	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "repository %s: %s: %s; %s", repo->id, what,
		    shown, advice);
}

gboolean kp_fetch_stopped(const KpFetchWatch *watch, GError **error)
{
	if (watch->stop == NULL || *watch->stop == 0)
		return FALSE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_BUSY,
			    "stopped while fetching; what was there before is unchanged");
	return TRUE;
}

gboolean kp_fetch_go_on(GError **first, GError *problem)
{
	gboolean stopped = g_error_matches(problem, KP_ERROR, KP_ERROR_BUSY);

	if (stopped)
		g_clear_error(first);
	if (*first == NULL)
		*first = problem;
	else
		g_error_free(problem);
	return !stopped;
}

static int on_progress(void *data, double total, double now)
{
	KpFetchItem *item = data;
	const KpFetchWatch *watch = item->watch;

	if (kp_fetch_stopped(watch, NULL))
		return LR_CB_ERROR;
	if (item->limit != 0 && now > (double)item->limit) {
		item->too_much = TRUE;
		return LR_CB_ABORT;
	}
	if (watch->progress != NULL && now > 0)
		watch->progress(watch->user, item->what, (guint64)now,
				item->size != 0 ? item->size : total > 0 ? (guint64)total : 0);
	return LR_CB_OK;
}

/* The first mirror's answer tells most: the later ones may be tries of the same. */
static int on_mirror_failure(void *data, const char *message, const char *url)
{
	KpFetchItem *item = data;

	if (item->problem == NULL)
		item->problem = strstr(message, url) != NULL ? g_strdup(message) :
				g_strdup_printf("%s: %s", url, message);
	return kp_fetch_stopped(item->watch, NULL) ? LR_CB_ERROR : LR_CB_OK;
}

/* Metadata spell names as they are; a URL has some characters escaped. */
static LrPackageTarget *target_of(KpFetchItem *item, GError **error)
{
	g_autofree char *escaped = item->is_url ? g_strdup(item->location) :
				   g_uri_escape_string(item->location, "/", FALSE);

	/* A part of the file has neither its checksum nor its size, and of a transfer that
	 * goes on librepo compares the rest with the size of the whole. */
	return lr_packagetarget_new_v3(item->handle, escaped, item->dest,
				       item->end != 0 ? LR_CHECKSUM_UNKNOWN : item->type,
				       item->end != 0 ? NULL : item->checksum,
				       item->end != 0 || item->resume ? 0 : (gint64)item->size,
				       item->base,
				       item->resume, on_progress, item, NULL, on_mirror_failure, 0,
				       (gint64)item->end, error);
}

static void free_target(gpointer data)
{
	lr_packagetarget_free(data);
}

static GSList *make_targets(GPtrArray *items, const KpFetchWatch *watch, GError **error)
{
	GSList *targets = NULL;

	for (guint i = items->len; i > 0; i--) {
		KpFetchItem *item = g_ptr_array_index(items, i - 1);
		LrPackageTarget *target = target_of(item, error);

		if (target == NULL) {
			g_slist_free_full(targets, free_target);
			return NULL;
		}
		item->watch = watch;
		g_clear_pointer(&item->problem, g_free);
		targets = g_slist_prepend(targets, target);
	}
	return targets;
}

static void settle(KpFetchItem *item, const LrPackageTarget *target, const char *whole)
{
	const char *trouble = target->err != NULL ? target->err : whole;

	/* what was there and is right already counts as trouble for librepo */
	if (g_strcmp0(target->err, "Already downloaded") == 0)
		trouble = NULL;
	if (trouble == NULL)
		g_clear_pointer(&item->problem, g_free);
	else if (item->problem == NULL)
		item->problem = g_strdup(trouble);
	if (trouble != NULL && item->too_much) {
		g_free(item->problem);
		item->problem = g_strdup_printf("more than %" G_GUINT64_FORMAT " bytes came, which "
						"is more than it may have", item->limit);
	}
}

static gboolean first_problem(GPtrArray *items, GError **error)
{
	for (guint i = 0; i < items->len; i++) {
		const KpFetchItem *item = g_ptr_array_index(items, i);

		if (item->problem != NULL) {
			kp_fetch_failed(item->repo, item->what, item->problem, error);
			return TRUE;
		}
	}
	return FALSE;
}

gboolean kp_fetch_run(GPtrArray *items, gboolean each, const KpFetchWatch *watch, GError **error)
{
	g_autoptr(GError) problem = NULL;
	GSList *targets;
	guint i = 0;

	if (items->len == 0)
		return TRUE;
	if (kp_fetch_stopped(watch, error))
		return FALSE;
	targets = make_targets(items, watch, &problem);
	if (targets == NULL) {
		const KpFetchItem *first = g_ptr_array_index(items, 0);

		kp_fetch_failed(first->repo, first->what, problem->message, error);
		return FALSE;
	}
	lr_download_packages(targets, 0, &problem);
	for (GSList *each_target = targets; each_target != NULL; each_target = each_target->next)
		settle(g_ptr_array_index(items, i++), each_target->data,
		       problem != NULL ? problem->message : NULL);
	g_slist_free_full(targets, free_target);
	if (kp_fetch_stopped(watch, error))
		return FALSE;
	return each || !first_problem(items, error);
}
