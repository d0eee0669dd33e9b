/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

gboolean kp_root_is_machine(const char *root)
{
	return root == NULL || *root == '\0' || g_str_equal(root, "/");
}

char *kp_root_path(const char *root, const char *path)
{
	if (kp_root_is_machine(root))
		return g_strdup(path);
	return g_build_filename(root, path, NULL);
}

char *kp_root_pathf(const char *root, const char *format, ...)
{
	g_autofree char *path = NULL;
	va_list args;

	va_start(args, format);
	path = g_strdup_vprintf(format, args);
	va_end(args);
	return kp_root_path(root, path);
}

static gssize read_fully(int fd, char *buffer, gsize size)
{
	gsize used = 0;

	while (used < size) {
		gssize n = read(fd, buffer + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		used += (gsize)n;
	}
	return (gssize)used;
}

char *kp_read_text(const char *path, gsize max)
{
	g_autofree char *buffer = g_malloc(max + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	gssize n;
	int saved;

	if (fd < 0)
		return NULL;
	n = read_fully(fd, buffer, max);
	saved = errno;
	close(fd);
	errno = saved;
	if (n < 0)
		return NULL;
	buffer[n] = '\0';
	g_strchomp(buffer);
	return g_steal_pointer(&buffer);
}

int kp_write_text(const char *path, const char *text)
{
	size_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	gssize n;
	int result;

	if (fd < 0)
		return errno;
	n = write(fd, text, length);
	result = n < 0 ? errno : (gsize)n == length ? 0 : EIO;
	close(fd);
	return result;
}

gboolean kp_sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	gboolean ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}
