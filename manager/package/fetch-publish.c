/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "base/root.h"
#include "package/fetch-room.h"
#include "package/metadata-place.h"

#define LOCK_LIMIT_MS 30000

#define UNFINISHED "new-"	/* with what mkdtemp(3) adds, later behind md- */

/* a link before it takes the place of another */
#define NEXT ".new"

static gboolean fail(GError **error, const char *what, const char *path)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot %s %s: %s", what, path,
		    g_strerror(errno));
	return FALSE;
}

struct attempt {
	const char *path;
	int fd;
};

static KpTry try_lock(gpointer data, GError **error)
{
	const struct attempt *attempt = data;

	if (flock(attempt->fd, LOCK_EX | LOCK_NB) == 0)
		return KP_TRY_DONE;
	if (errno == EWOULDBLOCK || errno == EINTR)
		return KP_TRY_AGAIN;
	fail(error, "lock", attempt->path);
	return KP_TRY_FAILED;
}

/* Held for moments only: while a set begins, and while one is published. */
static int lock_folder(const char *folder, const volatile sig_atomic_t *stop, GError **error)
{
	g_autofree char *path = kp_root_entry(folder, "lock");
	const KpPace pace = { "waiting for another kpatch-manager", LOCK_LIMIT_MS, 10, 250 };
	const KpWatch watch = { .stop = stop };
	struct attempt attempt = { path, kp_lock_open(path) };

	if (attempt.fd < 0) {
		fail(error, "lock", path);
		return -1;
	}
	switch (kp_wait(&pace, &watch, try_lock, &attempt, error)) {
	case KP_TRY_DONE:
		return attempt.fd;
	case KP_TRY_AGAIN:
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "another kpatch-manager is at work in %s; try again later", folder);
		break;
	case KP_TRY_FAILED:
		break;
	}
	close(attempt.fd);
	return -1;
}

/* A lock on what others may open says nothing: any of them may hold it. */
static gboolean is_alive(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	gboolean alive = fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 077) == 0 &&
			 flock(fd, LOCK_EX | LOCK_NB) != 0;

	if (fd >= 0)
		close(fd);
	return alive;
}

/* What was to be published is one of these, or was given up half-way. */
static gboolean is_published(const char *folder, const char *path)
{
	g_autofree char *current = kp_metadata_target(folder, KP_METADATA_CURRENT);
	g_autofree char *previous = kp_metadata_target(folder, KP_METADATA_PREVIOUS);

	return g_strcmp0(path, current) == 0 || g_strcmp0(path, previous) == 0;
}

static gboolean is_left(const char *folder, const char *name, const char *path)
{
	if (g_str_has_prefix(name, UNFINISHED))
		return !is_alive(path);
	return g_str_has_prefix(name, KP_METADATA_PREFIX) && !is_published(folder, path);
}

/* With the folder locked: nobody begins or publishes now. */
static void clean(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = kp_root_entry(folder, name);

		if (g_str_has_suffix(name, NEXT))
			unlink(path);
		else if (is_left(folder, name, path))
			kp_fetch_remove(path);
	}
}

static gboolean begin(KpFetchSet *set, GError **error)
{
	set->path = kp_root_entry(set->folder, UNFINISHED "XXXXXX");
	if (g_mkdtemp_full(set->path, 0700) == NULL)
		return fail(error, "make a folder in", set->folder);
	set->fd = open(set->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (set->fd < 0 || flock(set->fd, LOCK_EX | LOCK_NB) != 0)
		return fail(error, "lock", set->path);
	return TRUE;
}

KpFetchSet *kp_fetch_set_new(const char *folder, const volatile sig_atomic_t *stop, GError **error)
{
	g_autoptr(KpFetchSet) set = g_new0(KpFetchSet, 1);
	int lock = lock_folder(folder, stop, error);
	gboolean ok;

	set->fd = -1;
	set->stop = stop;
	set->folder = g_strdup(folder);
	if (lock < 0)
		return NULL;
	clean(folder);
	ok = begin(set, error);
	close(lock);
	return ok ? g_steal_pointer(&set) : NULL;
}

void kp_fetch_set_free(KpFetchSet *set)
{
	if (set == NULL)
		return;
	if (set->path != NULL)
		kp_fetch_remove(set->path);
	if (set->fd >= 0)
		close(set->fd);
	g_free(set->folder);
	g_free(set->path);
	g_free(set);
}

/* umask has no say: a file that a group may write is not believed later. */
static gboolean settle(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	gboolean ok = fd >= 0 && fchmod(fd, 0644) == 0 && fsync(fd) == 0;

	if (!ok)
		fail(error, "write", path);
	if (fd >= 0)
		close(fd);
	return ok;
}

static gboolean settle_all(const char *folder, const KpStamp *stamp, GError **error)
{
	const char *const names[] = { "repomd.xml", stamp->primary, stamp->updateinfo };

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = names[i] != NULL ?
					kp_root_entry(folder, names[i]) : NULL;

		if (path != NULL && !settle(path, error))
			return FALSE;
	}
	return kp_sync_folder(folder) || fail(error, "write", folder);
}

/* A link in the place of another, in one step. */
static gboolean point(const char *folder, const char *name, const char *target, GError **error)
{
	g_autofree char *path = kp_root_entry(folder, name);
	g_autofree char *next = g_strconcat(path, NEXT, NULL);

	unlink(next);
	if (symlink(target, next) == 0 && rename(next, path) == 0)
		return TRUE;
	return fail(error, "make", path);
}

static gboolean swap(KpFetchSet *set, GError **error)
{
	g_autofree char *old = kp_metadata_target(set->folder, KP_METADATA_CURRENT);
	g_autofree char *old_name = old != NULL ? g_path_get_basename(old) : NULL;
	g_autofree char *name = g_strconcat(KP_METADATA_PREFIX,
					    strrchr(set->path, '/') + 1 + strlen(UNFINISHED), NULL);
	g_autofree char *path = kp_root_entry(set->folder, name);

	if (rename(set->path, path) != 0)
		return fail(error, "make", path);
	g_free(set->path);
	set->path = g_steal_pointer(&path);
	/* from here on it is found by its links: its lock, which others may take, has no say */
	if (fchmod(set->fd, 0755) != 0)
		return fail(error, "make readable", set->path);
	if ((old_name != NULL && !point(set->folder, KP_METADATA_PREVIOUS, old_name, error)) ||
	    !point(set->folder, KP_METADATA_CURRENT, name, error))
		return FALSE;
	g_clear_pointer(&set->path, g_free);	/* it is not ours to remove any more */
	kp_sync_folder(set->folder);
	clean(set->folder);
	return TRUE;
}

gboolean kp_fetch_set_publish(KpFetchSet *set, const KpStamp *stamp, GError **error)
{
	g_autofree char *path = kp_root_entry(set->path, KP_METADATA_STAMP);
	gboolean ok;
	int lock;

	if (!settle_all(set->path, stamp, error))
		return FALSE;
	if (!kp_stamp_write(path, set->path, stamp))
		return fail(error, "write", path);
	lock = lock_folder(set->folder, set->stop, error);
	if (lock < 0)
		return FALSE;
	ok = swap(set, error);
	close(lock);
	return ok;
}
