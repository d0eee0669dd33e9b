/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-repomd.h"

#include <unistd.h>

#include "base/root.h"
#include "package/fetch-key.h"
#include "package/metadata-check.h"
#include "package/small-file.h"

#define SIGNATURE_MAX (256 * 1024)

/* With a checksum librepo passes by mirrors that have another one. @sum may be NULL. */
static gboolean fetch_one(const KpRepo *repo, LrHandle *handle, const char *location,
			  const char *dest, guint64 limit, const KpFetchSum *sum,
			  const KpFetchWatch *watch, GError **error)
{
	g_autoptr(GPtrArray) items =
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_fetch_item_free);
	KpFetchItem *item = kp_fetch_item_new(repo, handle, location, location, g_strdup(dest));

	g_ptr_array_add(items, item);
	item->limit = limit;
	if (sum != NULL) {
		item->type = sum->type;
		item->checksum = g_strdup(sum->text);
	}
	return kp_fetch_run(items, FALSE, watch, error);
}

/* The newest that a metalink knows of and a mirror has. */
static gboolean fetch_newest(const KpFetchSource *source, LrHandle *handle, const char *dest,
			     const KpFetchWatch *watch, GError **error)
{
	g_autoptr(GError) first = NULL;

	for (guint i = 0; i < MAX(1, source->sums->len); i++) {
		const KpFetchSum *sum = source->sums->len > 0 ? source->sums->pdata[i] : NULL;
		GError *problem = NULL;

		if (fetch_one(source->repo, handle, "repodata/repomd.xml", dest, KP_REPOMD_MAX, sum,
			      watch, &problem))
			return TRUE;
		if (!kp_fetch_go_on(&first, problem))
			break;
	}
	g_propagate_error(error, g_steal_pointer(&first));
	return FALSE;
}

static gboolean check_signature(const KpFetchSource *source, LrHandle *handle,
				const char *folder, const char *path, const KpFetchWatch *watch,
				GError **error)
{
	g_autofree char *sig = kp_root_entry(folder, "repomd.xml.asc");

	if (!fetch_one(source->repo, handle, "repodata/repomd.xml.asc", sig, SIGNATURE_MAX, NULL,
		       watch, error)) {
		g_prefix_error(error, "repo_gpgcheck=1 wants a signature: ");
		return FALSE;
	}
	return kp_fetch_check_signature(source->root, source->repo, folder, sig, path, error);
}

static KpRepomd *parse(const KpRepo *repo, const char *path, char **cookie, GError **error)
{
	gsize size;
	/* it was just made in a folder of our own */
	g_autofree char *text = kp_small_file_read(NULL, path, KP_REPOMD_MAX, &size, error);
	g_autoptr(GError) problem = NULL;
	KpRepomd *repomd;

	if (text == NULL)
		return NULL;
	repomd = kp_repomd_parse(text, size, &problem);
	if (repomd == NULL)
		kp_fetch_failed(repo, "what came as", problem->message, error);
	else
		*cookie = kp_metadata_cookie(text, size);
	return repomd;
}

KpRepomd *kp_fetch_repomd(const KpFetchSource *source, LrHandle *handle, const char *folder,
			  const KpFetchWatch *watch, char **cookie, GError **error)
{
	g_autofree char *path = kp_root_entry(folder, "repomd.xml");

	unlink(path);
	if (!fetch_newest(source, handle, path, watch, error))
		return NULL;
	if (source->repo->repo_gpgcheck &&
	    !check_signature(source, handle, folder, path, watch, error))
		return NULL;
	return parse(source->repo, path, cookie, error);
}
