/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-repomd.h"

#include <unistd.h>

#include "package/fetch-key.h"
#include "package/metadata-check.h"
#include "package/small-file.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LrResult, lr_result_free)

#define SIGNATURE_MAX (256 * 1024)

/* A metalink says which repomd.xml is the newest: with its checksum librepo passes
 * by mirrors that have another one. */
static gboolean take_checksum(LrHandle *handle, KpFetchItem *item, GError **error)
{
	g_autoptr(LrResult) result = lr_result_init();	/* librepo insists on one */
	LrMetalink *metalink = NULL;

	if (!lr_handle_setopt(handle, error, LRO_FETCHMIRRORS, 1L) ||
	    !lr_handle_perform(handle, result, error) ||
	    !lr_handle_setopt(handle, error, LRO_FETCHMIRRORS, 0L) ||
	    !lr_handle_getinfo(handle, error, LRI_METALINK, &metalink))
		return FALSE;
	for (GSList *each = metalink != NULL ? metalink->hashes : NULL; each != NULL;
	     each = each->next) {
		const LrMetalinkHash *hash = each->data;
		LrChecksumType type = lr_checksum_type(hash->type);
		GChecksumType known;

		/* of several the strongest; the enumeration is in that order */
		if (type <= item->type || !kp_checksum_type(hash->type, &known) ||
		    !kp_checksum_is_valid(known, hash->value))
			continue;
		item->type = type;
		g_free(item->checksum);
		item->checksum = g_ascii_strdown(hash->value, -1);
	}
	return TRUE;
}

static gboolean has_list(const KpRepo *repo)
{
	return repo->metalink != NULL || repo->mirrorlist != NULL;
}

static gboolean fetch_one(const KpRepo *repo, LrHandle *handle, const char *location,
			  char *dest, guint64 limit, const KpFetchWatch *watch, GError **error)
{
	g_autoptr(GPtrArray) items =
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_fetch_item_free);
	KpFetchItem *item = kp_fetch_item_new(repo, handle, location, location, dest);
	g_autoptr(GError) problem = NULL;

	g_ptr_array_add(items, item);
	item->limit = limit;
	if (limit == KP_REPOMD_MAX && has_list(repo) && !take_checksum(handle, item, &problem)) {
		kp_fetch_failed(repo, "its list of mirrors", problem->message, error);
		return FALSE;
	}
	return kp_fetch_run(items, FALSE, watch, error);
}

static gboolean check_signature(const char *root, const KpRepo *repo, LrHandle *handle,
				const char *folder, const char *path, const KpFetchWatch *watch,
				GError **error)
{
	g_autofree char *sig = g_build_filename(folder, "repomd.xml.asc", NULL);

	if (!fetch_one(repo, handle, "repodata/repomd.xml.asc", g_strdup(sig), SIGNATURE_MAX,
		       watch, error)) {
		g_prefix_error(error, "repo_gpgcheck=1 wants a signature: ");
		return FALSE;
	}
	return kp_fetch_check_signature(root, repo, folder, sig, path, error);
}

static KpRepomd *parse(const KpRepo *repo, const char *path, char **cookie, GError **error)
{
	gsize size;
	g_autofree char *text = kp_small_file_read(path, KP_REPOMD_MAX, &size, error);
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

KpRepomd *kp_fetch_repomd(const char *root, const KpRepo *repo, LrHandle *handle,
			  const char *folder, const KpFetchWatch *watch, char **cookie,
			  GError **error)
{
	g_autofree char *path = g_build_filename(folder, "repomd.xml", NULL);

	unlink(path);
	if (!fetch_one(repo, handle, "repodata/repomd.xml", g_strdup(path), KP_REPOMD_MAX, watch,
		       error))
		return NULL;
	if (repo->repo_gpgcheck &&
	    !check_signature(root, repo, handle, folder, path, watch, error))
		return NULL;
	return parse(repo, path, cookie, error);
}
