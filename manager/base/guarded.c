/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/guarded.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/inside.h"
#include "base/root.h"

#define LOOK "and look whether what is in it is yours"

static gboolean refuse(GError **error, const char *name, const char *problem)
{
	g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "%s: %s", name, problem);
	return FALSE;
}

gboolean kp_guarded_is(const char *name, const struct stat *st, gboolean sticky,
		       const char *what, GError **error)
{
	gboolean link = S_ISLNK(st->st_mode);
	/* links have no mode of their own */
	gboolean open = !link && (st->st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
			!(sticky && S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0);
	g_autofree char *problem = NULL;

	if (st->st_uid != 0 && st->st_uid != geteuid())
		problem = g_strdup_printf("its owner could change %s: 'chown %sroot %s', " LOOK,
					  what, link ? "-h " : "", name);
	else if (open)
		problem = g_strdup_printf("others than its owner may write it, and so change %s: "
					  "'chmod go-w %s', " LOOK, what, name);
	return problem == NULL || refuse(error, name, problem);
}

static gboolean visit(const char *name, gpointer what, GError **error)
{
	struct stat st;

	return lstat(name, &st) != 0 || kp_guarded_is(name, &st, TRUE, what, error);
}

gboolean kp_guarded_way(const char *root, const char *path, const char *what, GError **error)
{
	return kp_inside_visit(kp_root_is_machine(root) ? "/" : root, path, visit, (gpointer)what,
			       error);
}

static char *read_open(int fd, const char *name, const char *what, gsize most, gsize *size,
		       GError **error)
{
	g_autofree char *text = NULL;
	struct stat st;
	gssize n;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		refuse(error, name, "it is not a regular file");
	else if ((guint64)st.st_size > most)
		refuse(error, name, "it is far too large for what it should be");
	else if (kp_guarded_is(name, &st, FALSE, what, error))
		text = g_malloc((gsize)st.st_size + 1);
	if (text == NULL)
		return NULL;
	n = pread(fd, text, (gsize)st.st_size, 0);
	if (n < 0) {
		refuse(error, name, g_strerror(errno));
		return NULL;
	}
	text[n] = '\0';
	*size = (gsize)n;
	return g_steal_pointer(&text);
}

char *kp_guarded_read(const char *root, const char *path, const char *what, gsize most,
		      gsize *size, GError **error)
{
	g_autofree char *name = kp_root_path(root, path);
	char *text;
	int fd;

	if (!kp_guarded_way(root, path, what, error))
		return NULL;
	/* O_NONBLOCK so that a FIFO cannot stop us */
	fd = kp_root_open(root, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0) {
		if (errno != ENOENT)
			refuse(error, name, g_strerror(errno));
		return NULL;
	}
	text = read_open(fd, name, what, most, size, error);
	close(fd);
	return text;
}
