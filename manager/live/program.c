/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define MOST_LINKS 40	/* as the kernel has it (path_resolution(7)) */

/* A way that is walked part by part. */
struct way {
	const char *path;
	uid_t owner;
	int at;			/* the folder that was reached, O_PATH */
	GQueue left;		/* char *: parts that are still to be walked */
	guint links;
};

static gboolean fail(const struct way *way, const char *part, const char *why, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s cannot be opened: %s: %s", way->path, part,
		    why);
	return FALSE;
}

static const char *distrusted(const struct way *way, const struct stat *st)
{
	/* the mode of a link says nothing; whoever may write its folder may change it */
	gboolean writable = !S_ISLNK(st->st_mode) && (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;

	if (st->st_uid != 0 && st->st_uid != way->owner)
		return "does not belong to root";
	if (writable && !(S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0))
		return "may be written by others than its owner";
	return NULL;
}

static gboolean is_trusted(const struct way *way, const struct stat *st, const char *part,
			   GError **error)
{
	const char *why = distrusted(way, st);

	if (why == NULL)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "%s: \"%s\" on the way to it %s", way->path,
		    part, why);
	return FALSE;
}

/* What is walked next: the parts of @path, before those that are left. */
static gboolean go_through(struct way *way, const char *path, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);

	if (*path == '/') {
		int top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (top < 0)
			return fail(way, "/", g_strerror(errno), error);
		if (way->at >= 0)
			close(way->at);
		way->at = top;
	}
	for (guint i = g_strv_length(parts); i > 0; i--)
		if (*parts[i - 1] != '\0' && !g_str_equal(parts[i - 1], "."))
			g_queue_push_head(&way->left, g_strdup(parts[i - 1]));
	return TRUE;
}

static gboolean follow(struct way *way, int link, const char *part, GError **error)
{
	char target[PATH_MAX];
	gssize n = readlinkat(link, "", target, sizeof(target) - 1);

	if (n <= 0)
		return fail(way, part, n < 0 ? g_strerror(errno) : "an empty link", error);
	if (++way->links > MOST_LINKS)
		return fail(way, part, g_strerror(ELOOP), error);
	target[n] = '\0';
	return go_through(way, target, error);
}

static gboolean is_program(const struct way *way, const struct stat *st, const char *part,
			   GError **error)
{
	if (S_ISREG(st->st_mode) && (st->st_mode & 0111) != 0)
		return TRUE;
	return fail(way, part, "it is no program", error);
}

/* One part further; *@found is the file at the end. */
static gboolean walk(struct way *way, int *found, GError **error)
{
	g_autofree char *part = g_queue_pop_head(&way->left);
	int fd = openat(way->at, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	gboolean ok;

	if (fd < 0 || fstat(fd, &st) != 0) {
		ok = fail(way, part, g_strerror(errno), error);
	} else if (!is_trusted(way, &st, part, error)) {
		ok = FALSE;
	} else if (S_ISLNK(st.st_mode)) {
		ok = follow(way, fd, part, error);
	} else if (S_ISDIR(st.st_mode) && !g_queue_is_empty(&way->left)) {
		close(way->at);
		way->at = fd;
		return TRUE;
	} else if (!g_queue_is_empty(&way->left)) {
		ok = fail(way, part, g_strerror(ENOTDIR), error);
	} else {
		ok = is_program(way, &st, part, error);
		*found = ok ? fd : -1;
		fd = ok ? -1 : fd;
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

KpProgram *kp_program_open(const char *path, uid_t owner, GError **error)
{
	struct way way = { .path = path, .owner = owner, .at = -1, .left = G_QUEUE_INIT };
	KpProgram *program = NULL;
	gboolean ok = go_through(&way, path, error);
	int fd = -1;

	while (ok && !g_queue_is_empty(&way.left))
		ok = walk(&way, &fd, error);
	g_queue_clear_full(&way.left, g_free);
	if (way.at >= 0)
		close(way.at);
	if (fd < 0)
		return NULL;
	program = g_new0(KpProgram, 1);
	program->path = g_strdup(path);
	program->fd = fd;
	return program;
}

void kp_program_free(KpProgram *program)
{
	if (program == NULL)
		return;
	if (program->fd >= 0)
		close(program->fd);
	g_free(program->path);
	g_free(program);
}

char **kp_program_environment(void)
{
	static const char *const kept[] = { "LANG", "LC_ALL", "TZ" };
	char **environment = g_new0(char *, 1);

	environment = g_environ_setenv(environment, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", TRUE);
	environment = g_environ_setenv(environment, "HOME", "/", TRUE);
	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
		if (g_getenv(kept[i]) != NULL)
			environment = g_environ_setenv(environment, kept[i], g_getenv(kept[i]), TRUE);
	return environment;
}
