/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/rpmlock.h"

#include <errno.h>
#include <fcntl.h>
#include <rpm/rpmfileutil.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "base/root.h"

static KpTry try_lock(gpointer data, GError **error)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(*(int *)data, F_SETLK, &lock) == 0)
		return KP_TRY_DONE;
	if (errno == EACCES || errno == EAGAIN || errno == EINTR)
		return KP_TRY_AGAIN;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the package database cannot be locked: %s",
		    g_strerror(errno));
	return KP_TRY_FAILED;
}

static char *holder_of(int fd)
{
	char *holder = kp_lock_holder(fd);

	return holder != NULL ? holder : g_strdup("somebody else");
}

static void set_busy(int fd, gint64 limit_ms, gboolean stopped, GError **error)
{
	g_autofree char *holder = holder_of(fd);

	if (stopped)
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "interrupted while the package database was in use by %s; nothing was "
			    "changed", holder);
	else
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "the package database is in use by %s, for more than %" G_GINT64_FORMAT
			    " s; nothing was changed: try again later, or wait longer (lock-limit= in "
			    "[packages], manager.conf)", holder, limit_ms / 1000);
}

static gboolean wait_for(int fd, gint64 limit_ms, const KpWatch *watch, GError **error)
{
	g_autofree char *holder = holder_of(fd);
	g_autofree char *what = g_strdup_printf("waiting for the package database, which is in use "
						"by %s", holder);
	KpPace pace = { what, limit_ms, 10, 250 };
	KpTry answer = kp_wait(&pace, watch, try_lock, &fd, error);

	if (answer == KP_TRY_AGAIN)
		set_busy(fd, limit_ms, kp_watch_stops(watch), error);
	return answer == KP_TRY_DONE;
}

/* Where librpm has it. Returns a descriptor, or -1 with errno set. */
static int open_lock(const char *root, int flags, char **path)
{
	*path = rpmGenPath(kp_root_is_machine(root) ? "/" : root, "%{?_rpmlock_path}", NULL);
	return open(*path, flags | O_CLOEXEC | O_NOFOLLOW, 0644);
}

int kp_rpmlock_take(const char *root, gint64 limit_ms, const KpWatch *watch, GError **error)
{
	char *path;
	int fd = open_lock(root, O_RDWR | O_CREAT, &path);

	if (fd < 0)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot open the lock %s: %s%s", path,
			    g_strerror(errno), errno == EACCES ? "; run this as root" : "");
	free(path);
	if (fd < 0 || wait_for(fd, limit_ms, watch, error))
		return fd;
	close(fd);
	return -1;
}

gboolean kp_rpmlock_again(int fd, GError **error)
{
	return wait_for(fd, 0, NULL, error);
}

char *kp_rpmlock_holder(const char *root)
{
	char *path, *holder;
	int fd = open_lock(root, O_RDONLY | O_NONBLOCK, &path);

	free(path);
	if (fd < 0)
		return NULL;
	holder = kp_lock_holder(fd);
	close(fd);
	return holder;
}
