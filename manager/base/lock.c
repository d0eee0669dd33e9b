/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "base/root.h"

struct attempt {
	int fd;
	const char *path;
};

static KpTry try_lock(gpointer data, GError **error)
{
	struct attempt *attempt = data;

	if (flock(attempt->fd, LOCK_EX | LOCK_NB) == 0)
		return KP_TRY_DONE;
	if (errno == EWOULDBLOCK || errno == EINTR)
		return KP_TRY_AGAIN;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot lock %s: %s",
		    attempt->path, g_strerror(errno));
	return KP_TRY_FAILED;
}

/* Whoever may open a file may lock it, even for reading. What an older program made is
 * closed to others; who has it open already keeps it until he ends. */
int kp_lock_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		       ((st.st_mode & 077) == 0 || fchmod(fd, 0600) == 0)))
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

/* The pid that was written there, if that process lives; or NULL. */
static char *living_holder(const char *path)
{
	g_autofree char *text = kp_read_text(path, 32);
	long pid = text != NULL ? strtol(text, NULL, 10) : 0;

	if (pid <= 0 || pid > G_MAXINT || (kill((pid_t)pid, 0) != 0 && errno == ESRCH))
		return NULL;
	return g_strdup_printf("%ld", pid);
}

static void set_busy(const char *path, gboolean stopped, GError **error)
{
	g_autofree char *holder = living_holder(path);

	if (stopped)
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "interrupted while another kpatch-manager was at work (%s is locked)",
			    path);
	else if (holder == NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "another kpatch-manager is at work (%s is locked); try again later",
			    path);
	else
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "another kpatch-manager is at work, process %s (it holds %s); try again later",
			    holder, path);
}

/* The pid is a courtesy to whoever waits; the lock itself is the flock(2). */
static void write_holder(int fd)
{
	char text[32];
	int length = g_snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)length, 0) != length)
		return;
}

int kp_lock_take(const char *root, gint64 limit_ms, const KpWatch *watch, GError **error)
{
	g_autofree char *path = kp_root_leaf(root, KP_LOCK_FILE);
	KpPace pace = { "waiting for another kpatch-manager", limit_ms, 10, 250 };
	struct attempt attempt = { .path = path };

	attempt.fd = kp_lock_open(path);
	if (attempt.fd < 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "cannot open the lock %s: %s%s", path, g_strerror(errno),
			    errno == EACCES ? "; run this as root" : "");
		return -1;
	}
	switch (kp_wait(&pace, watch, try_lock, &attempt, error)) {
	case KP_TRY_DONE:
		write_holder(attempt.fd);
		return attempt.fd;
	case KP_TRY_AGAIN:
		set_busy(path, kp_watch_stops(watch), error);
		break;
	case KP_TRY_FAILED:
		break;
	}
	close(attempt.fd);
	return -1;
}

/* A shared lock for an instant: whoever wants the lock itself tries again. */
gboolean kp_lock_is_taken(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	gboolean held;

	if (fd < 0)
		return errno == EACCES;
	held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

gboolean kp_lock_is_held(const char *root)
{
	g_autofree char *path = kp_root_leaf(root, KP_LOCK_FILE);

	return kp_lock_is_taken(path);
}

char *kp_lock_holder(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	g_autofree char *path = NULL, *command = NULL, *clean = NULL;

	if (fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
		return NULL;
	/* 0 and -1: of another namespace, or a lock that belongs to no process */
	if (lock.l_pid <= 0)
		return g_strdup("a process that cannot be seen from here");
	path = g_strdup_printf("/proc/%d/comm", (int)lock.l_pid);
	command = kp_read_text(path, 64);
	clean = kp_text_printable(command != NULL ? command : "it has just ended");
	return g_strdup_printf("process %d (%s)", (int)lock.l_pid, clean);
}
