/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/inside.h"

gboolean kp_root_is_machine(const char *root)
{
	return root == NULL || *root == '\0' || g_str_equal(root, "/");
}

/* There is nothing below a device. */
#define NOWHERE "/dev/null/loop of symbolic links: "

static char *nowhere(const char *root, const char *path)
{
	g_autofree char *name = g_build_filename(root, path, NULL);

	return g_strconcat(NOWHERE, name, NULL);
}

static char *inside(const char *root, const char *path, gboolean follow)
{
	char *name;

	if (kp_root_is_machine(root))
		return g_strdup(path);
	name = kp_inside_name(root, path, follow);
	return name != NULL ? name : nowhere(root, path);
}

char *kp_root_path(const char *root, const char *path)
{
	return inside(root, path, TRUE);
}

char *kp_root_pathf(const char *root, const char *format, ...)
{
	g_autofree char *path = NULL;
	va_list args;

	va_start(args, format);
	path = g_strdup_vprintf(format, args);
	va_end(args);
	return inside(root, path, TRUE);
}

char *kp_root_leaf(const char *root, const char *format, ...)
{
	g_autofree char *path = NULL;
	va_list args;

	va_start(args, format);
	path = g_strdup_vprintf(format, args);
	va_end(args);
	return inside(root, path, FALSE);
}

char *kp_root_entry(const char *folder, const char *name)
{
	return g_build_filename(folder, name, NULL);
}

const char *kp_root_inner(const char *root, const char *name)
{
	gsize length = kp_root_is_machine(root) ? 0 : strlen(root);

	while (length > 0 && root[length - 1] == '/')
		length--;
	return length > 0 && strncmp(name, root, length) == 0 ? name + length : name;
}

char *kp_root_follow(const char *root, const char *name)
{
	return inside(root, kp_root_inner(root, name), TRUE);
}

int kp_root_open(const char *root, const char *name, int flags, mode_t mode)
{
	/* whoever made the tree may have put a FIFO there, and O_PATH takes neither flag */
	if ((flags & O_PATH) == 0)
		flags |= O_NONBLOCK | O_NOCTTY;
	if (kp_root_is_machine(root))
		return open(name, flags | O_CLOEXEC, mode);
	if (!g_str_has_prefix(name, NOWHERE))
		return kp_inside_open(root, kp_root_inner(root, name), flags, mode);
	errno = ELOOP;
	return -1;
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

char *kp_root_read(const char *root, const char *name, gsize max)
{
	g_autofree char *buffer = g_malloc(max + 1);
	int fd = kp_root_open(root, name, O_RDONLY, 0);
	struct stat st;
	gssize n = -1;
	int saved;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read_fully(fd, buffer, max);
	else
		errno = EINVAL;
	saved = errno;
	close(fd);
	errno = saved;
	if (n < 0)
		return NULL;
	buffer[n] = '\0';
	g_strchomp(buffer);
	return g_steal_pointer(&buffer);
}

char *kp_read_text(const char *path, gsize max)
{
	return kp_root_read(NULL, path, max);
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
