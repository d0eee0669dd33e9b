/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mirror.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define PREFIX "series."

gboolean kp_mirror_failed(const char *what, const char *path, int code, GError **error)
{
	gboolean full = code == ENOSPC || code == EDQUOT;

	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s: %s: %s%s", path, what, g_strerror(code),
		    full ? "; make room there, or name another folder" : "");
	return FALSE;
}

static gboolean copy_bytes(int from, int to, gsize size)
{
	while (size > 0) {
		ssize_t done = sendfile(to, from, NULL, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return FALSE;
		if (done == 0)
			break;	/* it has become shorter */
		size -= (gsize)done;
	}
	return TRUE;
}

/* Where no link can be made: another file system, or files of another user
 * (fs.protected_hardlinks, proc_sys_fs(5)). */
static gboolean copy_file(const char *from, const char *to, const struct stat *st, GError **error)
{
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int out = -1, code;

	if (in < 0)
		return kp_mirror_failed("cannot be read", from, errno, error);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (st->st_mode & 0777) | S_IRUSR);
	code = out < 0 || !copy_bytes(in, out, (gsize)st->st_size) ? errno : 0;
	if (out >= 0 && close(out) != 0 && code == 0)
		code = errno;
	close(in);
	return code == 0 || kp_mirror_failed("cannot be written", to, code, error);
}

static gboolean copy_link(const char *from, const char *to, GError **error)
{
	char target[PATH_MAX];
	ssize_t size = readlink(from, target, sizeof(target) - 1);

	if (size < 0)
		return kp_mirror_failed("cannot be read", from, errno, error);
	target[size] = '\0';
	return symlink(target, to) == 0 || kp_mirror_failed("cannot be made", to, errno, error);
}

static gboolean link_or_copy(const char *from, const char *to, const struct stat *st, GError **error)
{
	static const int no_links[] = { EXDEV, EPERM, EACCES, EMLINK, EOPNOTSUPP };

	if (link(from, to) == 0)
		return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(no_links); i++)
		if (errno == no_links[i])
			return copy_file(from, to, st, error);
	return kp_mirror_failed("cannot be linked", to, errno, error);
}

static gboolean copy_entry(const FTSENT *entry, const char *to, GError **error)
{
	switch (entry->fts_info) {
	case FTS_D:
		return mkdir(to, 0755) == 0 || kp_mirror_failed("cannot be made", to, errno, error);
	case FTS_F:
		return link_or_copy(entry->fts_accpath, to, entry->fts_statp, error);
	case FTS_SL:
	case FTS_SLNONE:
		return copy_link(entry->fts_accpath, to, error);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return kp_mirror_failed("the source tree cannot be read", entry->fts_path,
					entry->fts_errno, error);
	default:
		return TRUE;	/* the end of a folder; pipes and the like, which no source is */
	}
}

/* A third of a kernel tree has nothing that an x86 kernel is built from. @name is below the
 * tree, @level counts from 1. The Kconfig files and Makefiles on top are read by the build. */
static gboolean not_needed(const char *name, int level)
{
	static const char *const folders[] = { ".git", "tools/testing", "tools/perf" };

	for (gsize i = 0; i < G_N_ELEMENTS(folders); i++)
		if (strcmp(name, folders[i]) == 0)
			return TRUE;
	return level == 2 && (g_str_has_prefix(name, "Documentation/") ||
			      (g_str_has_prefix(name, "arch/") && strcmp(name, "arch/x86") != 0));
}

static gboolean copy_tree(const char *tree, const char *to, GError **error)
{
	char *const roots[] = { (char *)tree, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	gboolean done = walk != NULL;
	FTSENT *entry;

	while (done && (errno = 0, entry = fts_read(walk)) != NULL) {
		g_autofree char *path = g_strconcat(to, entry->fts_path + strlen(tree), NULL);

		if ((entry->fts_info == FTS_D || entry->fts_info == FTS_F) && entry->fts_level > 0 &&
		    not_needed(entry->fts_path + strlen(tree) + 1, entry->fts_info == FTS_D ? entry->fts_level : 0))
			fts_set(walk, entry, FTS_SKIP);
		else
			done = copy_entry(entry, path, error);
	}
	if (done && errno != 0)
		done = kp_mirror_failed("the source tree cannot be read", tree, errno, error);
	else if (walk == NULL)
		kp_mirror_failed("the source tree cannot be read", tree, errno, error);
	if (walk != NULL)
		fts_close(walk);
	return done;
}

static void remove_tree(const char *path)
{
	char *const roots[] = { (char *)path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	FTSENT *entry;

	while (walk != NULL && (entry = fts_read(walk)) != NULL) {
		if (entry->fts_info == FTS_DP)
			rmdir(entry->fts_accpath);
		else if (entry->fts_info != FTS_D)
			unlink(entry->fts_accpath);
	}
	if (walk != NULL)
		fts_close(walk);
}

static int open_lock(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Called with the folder's lock: nobody is between making and locking one. */
static void remove_left(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *made = g_build_filename(folder, name, NULL);
		g_autofree char *path = g_build_filename(made, "lock", NULL);
		int lock;

		if (!g_str_has_prefix(name, PREFIX))
			continue;
		lock = open_lock(path);
		if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0)
			remove_tree(made);
		if (lock >= 0)
			close(lock);
	}
}

/* A folder of this run in @folder, which is locked. */
static char *make_own(const char *folder, int *lock, GError **error)
{
	g_autofree char *made = g_build_filename(folder, PREFIX "XXXXXX", NULL);
	g_autofree char *path = NULL;

	if (mkdtemp(made) == NULL) {
		kp_mirror_failed("no folder can be made in it", folder, errno, error);
		return NULL;
	}
	path = g_build_filename(made, "lock", NULL);
	*lock = open_lock(path);
	if (*lock < 0 || flock(*lock, LOCK_EX | LOCK_NB) != 0) {
		kp_mirror_failed("cannot be locked", path, errno, error);
		if (*lock >= 0)
			close(*lock);
		remove_tree(made);
		return NULL;
	}
	return g_steal_pointer(&made);
}

/* A copy inside the tree would be copied into itself. */
static gboolean outside(const char *tree, const char *folder, GError **error)
{
	g_autofree char *real = realpath(folder, NULL);
	gsize size = strlen(tree);

	if (real == NULL)
		return kp_mirror_failed("cannot be used", folder, errno, error);
	if (strncmp(real, tree, size) != 0 || (real[size] != '/' && real[size] != '\0'))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
		    "%s: the folder for the copy lies in the source tree: name one outside", folder);
	return FALSE;
}

char *kp_mirror_make(const char *tree, const char *folder, int *lock, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "lock", NULL);
	g_autofree char *made = NULL;
	g_autofree char *copy = NULL;
	int common;

	if (g_mkdir_with_parents(folder, 0700) != 0) {
		kp_mirror_failed("cannot be made", folder, errno, error);
		return NULL;
	}
	if (!outside(tree, folder, error))
		return NULL;
	common = open_lock(path);
	if (common < 0 || flock(common, LOCK_EX) != 0) {
		kp_mirror_failed("cannot be locked", path, errno, error);
		if (common >= 0)
			close(common);
		return NULL;
	}
	remove_left(folder);
	made = make_own(folder, lock, error);
	close(common);
	if (made == NULL)
		return NULL;
	copy = g_build_filename(made, "tree", NULL);
	if (copy_tree(tree, copy, error))
		return g_steal_pointer(&made);
	kp_mirror_remove(made, *lock);
	return NULL;
}

void kp_mirror_remove(const char *made, int lock)
{
	remove_tree(made);
	close(lock);
}

gboolean kp_mirror_replace(const char *path, const char *fresh, GError **error)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && chmod(fresh, st.st_mode & 07777) != 0)
		return kp_mirror_failed("cannot be changed", fresh, errno, error);
	return rename(fresh, path) == 0 || kp_mirror_failed("cannot be replaced", path, errno, error);
}
