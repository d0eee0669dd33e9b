/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-metadata.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "base/metadata.h"
#include "base/root.h"
#include "package/fetch-handle.h"
#include "package/fetch-publish.h"
#include "package/fetch-repomd.h"
#include "package/fetch-room.h"
#include "package/metadata-check.h"
#include "package/metadata-place.h"
#include "package/revision.h"
#include "package/small-file.h"

#define COPY_PIECE (1024 * 1024)
#define TRIES_MAX 4	/* of mirrors, for what does not go together */

/* What there is of ours already. */
struct old {
	char *folder;		/* of the set, or NULL: nothing that can be used */
	KpStamp *stamp;
	KpRepomd *repomd;
	char *rejected;		/* cookie of what nobody could read */
};

struct fetch {
	const char *root;
	const KpRepo *repo;
	const KpFetchWatch *watch;
	const KpFetchSource *source;
	KpFetchSet *set;
	struct old old;
};

static void old_read(struct old *old, const char *root, const char *folder)
{
	g_autofree char *target = kp_metadata_target(folder, KP_METADATA_CURRENT);
	g_autofree char *stamp = target != NULL ?
				 kp_root_entry(target, KP_METADATA_STAMP) : NULL;
	g_autofree char *repomd = target != NULL ?
				  kp_root_entry(target, "repomd.xml") : NULL;
	g_autofree char *text = NULL;
	gsize size;

	old->rejected = kp_metadata_rejected(root, folder);
	old->stamp = stamp != NULL ? kp_stamp_read(stamp, target) : NULL;
	if (old->stamp == NULL)
		return;
	text = kp_small_file_read(root, repomd, KP_REPOMD_MAX, &size, NULL);
	old->repomd = text != NULL ? kp_repomd_parse(text, size, NULL) : NULL;
	if (old->repomd != NULL)
		old->folder = g_steal_pointer(&target);
}

static void old_clear(struct old *old)
{
	g_free(old->folder);
	g_free(old->rejected);
	kp_stamp_free(old->stamp);
	kp_repomd_free(old->repomd);
}

/* A mirror that falls behind what we have seen would take fixes back, so what we have is
 * better. */
static gboolean is_older(const struct fetch *fetch, const KpRepomd *repomd, GError **error)
{
	g_autofree char *why = NULL;
	guint64 now;

	if (!kp_revision_is_behind(repomd->revision, fetch->old.stamp, &now))
		return FALSE;
	why = g_strdup_printf("the mirror is behind: it has revision %" G_GUINT64_FORMAT ", and %"
			      G_GUINT64_FORMAT " was here before, which is kept (if the repository "
			      "was really set back, remove %s)", now, fetch->old.stamp->floor,
			      fetch->set->folder);
	kp_fetch_failed(fetch->repo, "its repomd.xml", why, error);
	return TRUE;
}

static gboolean was_rejected(const struct fetch *fetch, const char *cookie, GError **error)
{
	if (g_strcmp0(fetch->old.rejected, cookie) != 0)
		return FALSE;
	kp_fetch_failed(fetch->repo, "its metadata",
			"they are still those that could not be read", error);
	return TRUE;
}

static LrChecksumType librepo_type(GChecksumType type)
{
	switch (type) {
	case G_CHECKSUM_SHA512:
		return LR_CHECKSUM_SHA512;
	case G_CHECKSUM_SHA384:
		return LR_CHECKSUM_SHA384;
	case G_CHECKSUM_SHA256:
		return LR_CHECKSUM_SHA256;
	default:
		return LR_CHECKSUM_SHA1;
	}
}

static gboolean copy_all(int from, int to)
{
	gssize n;

	do
		n = sendfile(to, from, NULL, COPY_PIECE);
	while (n > 0 || (n < 0 && errno == EINTR));
	return n == 0;
}

/* No link: the time of the inode tells whether a file was changed, and would be that
 * of the link. */
static gboolean copy(const char *path, const char *dest)
{
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int to = from >= 0 ? open(dest, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) : -1;
	gboolean ok = to >= 0 && copy_all(from, to);

	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	if (to >= 0 && !ok)
		unlink(dest);
	return ok;
}

/* The disk may have changed it meanwhile. */
static gboolean is_as_it_came(const char *path, const KpRepomdFile *file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	gboolean ok = fd >= 0 &&
		      kp_checksum_compare(fd, path, file->type, file->checksum, file->size, NULL);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* A file that has not changed since is taken from the set before. */
static gboolean reuse(const struct fetch *fetch, const KpRepomdFile *file,
		      const KpRepomdFile *before, const char *name, const char *dest)
{
	g_autofree char *path = NULL;

	if (before == NULL || name == NULL || before->type != file->type ||
	    !g_str_equal(before->checksum, file->checksum))
		return FALSE;
	path = kp_root_entry(fetch->old.folder, name);
	if (copy(path, dest) && is_as_it_came(dest, file))
		return TRUE;
	unlink(dest);
	return FALSE;
}

/* The name of @file in the set, and an item to fetch it unless that is not needed. */
static gboolean add_file(struct fetch *fetch, LrHandle *handle, GPtrArray *items,
			 const char *what, const KpRepomdFile *file, const KpRepomdFile *before,
			 const char *name_before, char **name, GError **error)
{
	g_autofree char *dest = NULL;
	KpFetchItem *item;

	*name = g_strconcat(what, ".xml", kp_location_suffix(file->location), NULL);
	dest = kp_root_entry(fetch->set->path, *name);
	unlink(dest);
	if (!kp_fetch_place(fetch->repo, what, file->location, file->base, error))
		return FALSE;
	if (reuse(fetch, file, before, name_before, dest))
		return TRUE;
	item = kp_fetch_item_new(fetch->repo, handle, file->location, file->location,
				 g_steal_pointer(&dest));
	item->base = g_strdup(file->base);
	item->type = librepo_type(file->type);
	item->checksum = g_strdup(file->checksum);
	item->size = file->size;
	g_ptr_array_add(items, item);
	return TRUE;
}

static gboolean fetch_files(struct fetch *fetch, LrHandle *handle, const KpRepomd *repomd,
			    KpStamp *stamp, GError **error)
{
	g_autoptr(GPtrArray) items =
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_fetch_item_free);
	const KpRepomd *before = fetch->old.folder != NULL ? fetch->old.repomd : NULL;
	const KpStamp *old = fetch->old.stamp;

	if (!add_file(fetch, handle, items, "primary", repomd->primary,
		      before != NULL ? before->primary : NULL, old != NULL ? old->primary : NULL,
		      &stamp->primary, error))
		return FALSE;
	if (repomd->updateinfo != NULL &&
	    !add_file(fetch, handle, items, "updateinfo", repomd->updateinfo,
		      before != NULL ? before->updateinfo : NULL,
		      old != NULL ? old->updateinfo : NULL, &stamp->updateinfo, error))
		return FALSE;
	return kp_fetch_room(fetch->root, fetch->set->path, items, error) &&
	       kp_fetch_run(items, FALSE, fetch->watch, error);
}

/* All of it is read: whoever asks again may do so because it cannot be. */
static gboolean old_is_right(const struct fetch *fetch)
{
	g_autoptr(KpStamp) now = kp_metadata_check(fetch->root, fetch->old.folder, TRUE, 0, NULL);

	return now != NULL && g_str_equal(now->cookie, fetch->old.stamp->cookie);
}

/* What is here is what the mirror has: only the time is written down. */
static gboolean is_current(struct fetch *fetch, const KpRepomd *repomd, const char *cookie)
{
	g_autofree char *path = NULL;
	KpStamp *stamp = fetch->old.stamp;

	if (fetch->old.folder == NULL || !g_str_equal(stamp->cookie, cookie) ||
	    stamp->gpg != fetch->repo->repo_gpgcheck || !old_is_right(fetch))
		return FALSE;
	path = kp_root_entry(fetch->old.folder, KP_METADATA_STAMP);
	stamp->asked = g_get_real_time() / G_USEC_PER_SEC;
	kp_revision_note(stamp, repomd->revision, stamp);
	return kp_stamp_write(path, fetch->old.folder, stamp);
}

static gboolean fetch_rest(struct fetch *fetch, LrHandle *handle, const KpRepomd *repomd,
			   char **cookie, GError **error)
{
	g_autoptr(KpStamp) stamp = g_new0(KpStamp, 1);

	stamp->cookie = g_steal_pointer(cookie);
	stamp->asked = g_get_real_time() / G_USEC_PER_SEC;
	stamp->gpg = fetch->repo->repo_gpgcheck;
	kp_revision_note(stamp, repomd->revision, fetch->old.stamp);
	return fetch_files(fetch, handle, repomd, stamp, error) &&
	       kp_fetch_set_publish(fetch->set, stamp, error);
}

/* All files of one try come from mirrors in one order; librepo goes on to the next
 * mirror for a file that is not there or not right. */
static gboolean try_from(struct fetch *fetch, guint first, GError **error)
{
	g_autoptr(LrHandle) handle = kp_fetch_source_turned(fetch->source, first, error);
	g_autofree char *cookie = NULL;
	g_autoptr(KpRepomd) repomd = NULL;

	if (handle == NULL)
		return FALSE;
	repomd = kp_fetch_repomd(fetch->source, handle, fetch->set->path, fetch->watch, &cookie,
				 error);
	if (repomd == NULL || was_rejected(fetch, cookie, error) ||
	    is_older(fetch, repomd, error))
		return FALSE;
	return is_current(fetch, repomd, cookie) || fetch_rest(fetch, handle, repomd, &cookie, error);
}

/* A mirror may have a repomd.xml that does not go with its files, or an old one: then
 * the next one is asked for all of it. */
static gboolean try_all(struct fetch *fetch, GError **error)
{
	guint tries = MIN(g_strv_length(fetch->source->urls), TRIES_MAX);
	g_autoptr(GError) first = NULL;

	for (guint i = 0; i < tries; i++) {
		GError *problem = NULL;

		if (try_from(fetch, i, &problem))
			return TRUE;
		if (!kp_fetch_go_on(&first, problem))
			break;
	}
	g_propagate_error(error, g_steal_pointer(&first));
	return FALSE;
}

/* Finding it again is cheap, and shows that what was published can be found. */
static KpRepoData *found(const char *root, const KpRepo *repo, GError **error)
{
	KpRepoData *data = kp_metadata_find(root, repo, error);

	if (data != NULL)
		data->stale = FALSE;	/* a mirror was asked right now: nothing is newer */
	else
		kp_fetch_failed(repo, "its metadata", "what was fetched is gone already", error);
	return data;
}

KpRepoData *kp_fetch_metadata(const char *root, const KpRepo *repo, KpFetchProgress progress,
			      gpointer user, const volatile sig_atomic_t *stop, GError **error)
{
	const KpFetchWatch watch = { progress, user, stop };
	g_autofree char *folder = kp_metadata_folder(root, repo);
	g_autoptr(KpFetchSet) set = NULL;
	g_autoptr(KpFetchSource) source = NULL;
	struct fetch fetch = { .root = root, .repo = repo, .watch = &watch };
	gboolean ok;

	if (!kp_fetch_folder(folder, 0755, error))
		return NULL;
	set = kp_fetch_set_new(folder, stop, error);
	source = set != NULL ? kp_fetch_source_new(root, repo, &watch, error) : NULL;
	if (source == NULL)
		return NULL;
	fetch.set = set;
	fetch.source = source;
	old_read(&fetch.old, root, folder);
	ok = try_all(&fetch, error);
	old_clear(&fetch.old);
	return ok ? found(root, repo, error) : NULL;
}
