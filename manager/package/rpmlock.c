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

gboolean kp_rpmlock_again(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_SETLK, &lock) == 0;
}

static KpTry try_lock(gpointer data, GError **error)
{
	if (kp_rpmlock_again(*(int *)data))
		return KP_TRY_DONE;
	if (errno == EACCES || errno == EAGAIN || errno == EINTR)
		return KP_TRY_AGAIN;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the package database cannot be locked: %s",
		    g_strerror(errno));
	return KP_TRY_FAILED;
}

static void set_busy(int fd, gint64 limit_ms, GError **error)
{
	g_autofree char *holder = kp_lock_holder(fd);

	g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
		    "the package database is in use by %s, for more than %" G_GINT64_FORMAT
		    " s; nothing was changed: try again later, or wait longer (lock-limit= in "
		    "[packages], manager.conf)",
		    holder != NULL ? holder : "somebody else", limit_ms / 1000);
}

int kp_rpmlock_take(const char *root, gint64 limit_ms, const KpWatch *watch, GError **error)
{
	char *path = rpmGenPath(kp_root_is_machine(root) ? "/" : root, "%{?_rpmlock_path}", NULL);
	KpPace pace = { "waiting for whoever changes packages", limit_ms, 10, 250 };
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot open the lock %s: %s%s", path,
			    g_strerror(errno), errno == EACCES ? "; run this as root" : "");
	free(path);
	if (fd < 0)
		return -1;
	switch (kp_wait(&pace, watch, try_lock, &fd, error)) {
	case KP_TRY_DONE:
		return fd;
	case KP_TRY_AGAIN:
		set_busy(fd, limit_ms, error);
		break;
	case KP_TRY_FAILED:
		break;
	}
	close(fd);
	return -1;
}
