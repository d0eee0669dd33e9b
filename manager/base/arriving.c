/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arriving.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "base/root.h"

/* The first line, so that no list is an empty file; then "ALGORITHM DIGEST PATH", the
 * path as g_strescape() has it. A last line that was cut off counts for nothing: the
 * transaction begins when all of the list is on disk. */
#define FIRST_LINE "kpatch-manager arriving 1"

/* so much that no list gets there */
#define MOST_BYTES (1024 * 1024)

static char *text_of(const GPtrArray *files)
{
	GString *text = g_string_new(FIRST_LINE "\n");

	for (guint i = 0; i < files->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(files, i);
		g_autofree char *path = g_strescape(file->path, NULL);

		g_string_append_printf(text, "%s %s %s\n", file->algorithm, file->digest, path);
	}
	return g_string_free(text, FALSE);
}

/* A lock of the open file, not of the process: it goes when the last descriptor of it
 * goes. Root alone may open the file: a lock for reading would stand in its way. */
static void hold(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	fcntl(fd, F_OFD_SETLK, &lock);
}

static gboolean write_all(int fd, const char *text)
{
	gsize length = strlen(text);

	return ftruncate(fd, 0) == 0 && pwrite(fd, text, length, 0) == (gssize)length &&
	       fsync(fd) == 0;
}

static void set_failed(const char *path, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "what is to be installed cannot be written down in %s: %s; nothing was changed",
		    path, g_strerror(errno != 0 ? errno : ENOSPC));
}

int kp_arriving_begin(const char *root, const GPtrArray *files, GError **error)
{
	g_autofree char *path = kp_root_leaf(root, KP_ARRIVING_FILE);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *text = text_of(files);
	int fd = -1;

	errno = 0;
	if (g_mkdir_with_parents(folder, 0755) == 0)
		fd = kp_lock_open(path);
	if (fd >= 0)
		hold(fd);
	if (fd >= 0 && write_all(fd, text) && kp_sync_folder(folder))
		return fd;
	set_failed(path, error);
	if (fd >= 0) {
		unlink(path);
		close(fd);
	}
	return -1;
}

void kp_arriving_end(const char *root)
{
	g_autofree char *path = kp_root_leaf(root, KP_ARRIVING_FILE);
	g_autofree char *folder = g_path_get_dirname(path);

	/* else a power cut brings it back, and with it the word that somebody was killed */
	if (unlink(path) == 0)
		kp_sync_folder(folder);
}

static int open_list(const char *root, struct stat *st)
{
	g_autofree char *path = kp_root_leaf(root, KP_ARRIVING_FILE);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 || (fstat(fd, st) == 0 && S_ISREG(st->st_mode)))
		return fd;
	close(fd);
	return -1;
}

gboolean kp_arriving_is_left(const char *root)
{
	g_autofree char *holder = NULL;
	struct stat st;
	int fd = open_list(root, &st);

	if (fd < 0)
		return FALSE;
	holder = kp_lock_holder(fd);
	close(fd);
	return holder == NULL && st.st_size > 0;
}

char *kp_arriving_warning(const char *root)
{
	if (!kp_arriving_is_left(root))
		return NULL;
	return g_strdup("an installation of packages was killed before its end; 'kpatch-manager "
			"update' puts in order what it left");
}

/* NULL when @line is none of ours. */
static KpPackageFile *file_of(const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 3);
	KpPackageFile *file;

	if (g_strv_length(words) != 3)
		return NULL;
	file = g_new0(KpPackageFile, 1);
	file->algorithm = g_strdup(words[0]);
	file->digest = g_strdup(words[1]);
	file->path = g_strcompress(words[2]);
	file->mode = S_IFREG;
	return file;
}

GPtrArray *kp_arriving_read(const char *root)
{
	GPtrArray *files = g_ptr_array_new_with_free_func((GDestroyNotify)kp_package_file_free);
	g_autofree char *path = kp_root_leaf(root, KP_ARRIVING_FILE);
	g_autofree char *text = kp_root_read(root, path, MOST_BYTES);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);

	if (lines[0] == NULL || !g_str_equal(lines[0], FIRST_LINE))
		return files;
	for (char **line = lines + 1; *line != NULL; line++) {
		KpPackageFile *file = file_of(*line);

		if (file != NULL)
			g_ptr_array_add(files, file);
	}
	return files;
}
