/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS 16

static char *made;

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void remove_folder(void)
{
	nftw(made, remove_entry, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
	g_clear_pointer(&made, g_free);
}

const char *fuzz_folder(void)
{
	const char *memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir();

	if (made != NULL)
		return made;
	made = g_build_filename(memory, "kpatch-fuzz-XXXXXX", NULL);
	g_assert_nonnull(g_mkdtemp(made));
	/* whatever the umask is, others may not write it */
	umask(022);
	atexit(remove_folder);
	return made;
}

void fuzz_write(const char *path, const void *data, gsize size)
{
	g_autofree char *full = g_build_filename(fuzz_folder(), path, NULL);
	int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 && errno == ENOENT) {
		g_autofree char *above = g_path_get_dirname(full);

		g_assert_cmpint(g_mkdir_with_parents(above, 0755), ==, 0);
		fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	}
	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, data, size), ==, (gssize)size);
	close(fd);
}

void fuzz_empty(const char *path)
{
	g_autofree char *full = g_build_filename(fuzz_folder(), path, NULL);
	g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *entry = g_build_filename(full, name, NULL);

		g_assert_cmpint(remove(entry), ==, 0);
	}
}
