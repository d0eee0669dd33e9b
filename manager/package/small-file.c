/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/small-file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/root.h"

gboolean kp_file_is_ours(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) &&
	       (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static char *fail(GError **error, const char *path, int number, const char *what)
{
	g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(number), "%s: %s", path,
		    what != NULL ? what : g_strerror(number));
	return NULL;
}

static char *read_regular(int fd, const char *path, gsize max, gsize *size, GError **error)
{
	g_autofree char *text = NULL;
	struct stat st;
	gsize used = 0;

	if (fstat(fd, &st) != 0)
		return fail(error, path, errno, NULL);
	if (!S_ISREG(st.st_mode))
		return fail(error, path, EINVAL, "not a regular file");
	if ((guint64)st.st_size > max)
		return fail(error, path, EFBIG, "far too large for what it should be");
	text = g_malloc((gsize)st.st_size + 1);
	while (used < (gsize)st.st_size) {
		gssize n = read(fd, text + used, (gsize)st.st_size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(error, path, errno, NULL);
		if (n == 0)
			break;
		used += (gsize)n;
	}
	text[used] = '\0';
	if (size != NULL)
		*size = used;
	return g_steal_pointer(&text);
}

char *kp_small_file_read(const char *root, const char *path, gsize max, gsize *size,
			 GError **error)
{
	int fd = kp_root_open(root, path, O_RDONLY | O_NONBLOCK, 0);
	char *text;

	if (fd < 0)
		return fail(error, path, errno, NULL);
	text = read_regular(fd, path, max, size, error);
	close(fd);
	return text;
}
