/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packages that matter of a primary.xml, in libsolv's own format and behind
 * them a mark with a hash: libsolv takes a file at its word. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <solv/knownid.h>
#include <solv/repo_solv.h>
#include <solv/repo_write.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "package/solve-source.h"

/* what is being written, and how old (seconds) nobody lets it become */
#define FRESH ".new-"
#define FRESH_AGE 3600

#define FOLDER "/var/cache/kpatch-manager/solv"
/* more than 100 times what 4,000 patches take */
#define LARGEST (128 * 1024 * 1024)

/* What it is changes with this number: then older files are nothing to us. */
typedef struct {
	char magic[8];
	guint64 hash;
} Mark;
static const char magic[8] = "kpsolv1";

/* What is kept of a package besides its name and dependencies. */
static const Id kept[] = {
	SOLVABLE_MEDIADIR, SOLVABLE_MEDIAFILE, SOLVABLE_MEDIABASE, SOLVABLE_CHECKSUM,
	SOLVABLE_DOWNLOADSIZE, SOLVABLE_HEADEREND, SOLVABLE_FILELIST,
};

/* Against damage, not against an enemy: only root can write there. FNV-1a on
 * words instead of bytes, which is as fast as memory. */
static guint64 hash_of(const char *data, gsize size)
{
	guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325), word;

	for (; size >= sizeof(word); data += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		hash = (hash ^ word) * G_GUINT64_CONSTANT(0x100000001b3);
		hash ^= hash >> 32;
	}
	for (; size > 0; data++, size--)
		hash = (hash ^ (guchar)*data) * G_GUINT64_CONSTANT(0x100000001b3);
	return hash;
}

static gboolean is_whole(int fd)
{
	struct stat st;
	gsize size;
	char *data;
	Mark mark;
	gboolean ok;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(mark) ||
	    st.st_size > LARGEST || (st.st_uid != 0 && st.st_uid != geteuid()))
		return FALSE;
	size = (gsize)st.st_size;
	data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return FALSE;
	memcpy(&mark, data + size - sizeof(mark), sizeof(mark));
	ok = memcmp(mark.magic, magic, sizeof(magic)) == 0 &&
	     mark.hash == hash_of(data, size - sizeof(mark));
	munmap(data, size);
	return ok;
}

static char *file_of(const KpSolve *solve, const Repo *repo, const char *key)
{
	g_autofree char *id = g_uri_escape_string(repo->name, NULL, FALSE);

	return kp_root_leaf(solve->request->root, "%s/%s-%s.solv", FOLDER, id, key);
}

gboolean kp_solve_cache_read(const KpSolve *solve, Repo *repo, const char *key)
{
	g_autofree char *path = file_of(solve, repo, key);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	gboolean ok;
	FILE *file;

	if (fd < 0)
		return FALSE;
	file = is_whole(fd) ? fdopen(fd, "r") : NULL;
	if (file == NULL) {
		close(fd);
		return FALSE;
	}
	ok = repo_add_solv(repo, file, 0) == 0;
	if (!ok)
		repo_empty(repo, 0);
	fclose(file);
	return ok;
}

static int is_kept(Repo *repo, Repokey *key, void *data)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
		if (key->name == kept[i])
			return key->storage;
	/* the fields of a Solvable have ids below this one */
	return key->name <= SOLVABLE_ENHANCES ? key->storage : KEY_STORAGE_DROPPED;
}

static gboolean write_packages(Repo *repo, FILE *file)
{
	Repowriter *writer = repowriter_create(repo);
	gboolean ok;

	repowriter_set_keyfilter(writer, is_kept, NULL);
	ok = repowriter_write(writer, file) == 0 && fflush(file) == 0;
	repowriter_free(writer);
	return ok;
}

static gboolean write_mark(int fd)
{
	struct stat st;
	Mark mark;
	char *data;

	if (fstat(fd, &st) != 0 || st.st_size == 0)
		return FALSE;
	data = mmap(NULL, (gsize)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return FALSE;
	memcpy(mark.magic, magic, sizeof(magic));
	mark.hash = hash_of(data, (gsize)st.st_size);
	munmap(data, (gsize)st.st_size);
	return pwrite(fd, &mark, sizeof(mark), st.st_size) == sizeof(mark);
}

/* By somebody who was killed: who lives does not take that long. */
static gboolean is_left(const char *name, const char *path)
{
	struct stat st;

	return g_str_has_prefix(name, FRESH) && lstat(path, &st) == 0 &&
	       st.st_mtime < g_get_real_time() / G_USEC_PER_SEC - FRESH_AGE;
}

/* Those of other metadata are of no use any more. */
static void remove_older(const char *path, const char *key)
{
	g_autofree char *folder = g_path_get_dirname(path), *base = g_path_get_basename(path);
	/* ID-COOKIE-WANTED.solv */
	gsize tail = strlen(key) + strlen(".solv"), id = strlen(base) - tail, cookie = id + 17;
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *other = kp_root_entry(folder, name);

		if (is_left(name, other) ||
		    (strlen(name) == strlen(base) && strncmp(name, base, id) == 0 &&
		     strncmp(name, base, cookie) != 0))
			unlink(other);
	}
}

void kp_solve_cache_write(const KpSolve *solve, Repo *repo, const char *key)
{
	g_autofree char *path = file_of(solve, repo, key);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *fresh = kp_root_entry(folder, FRESH "XXXXXX");
	gboolean ok;
	FILE *file;
	int fd;

	if (geteuid() != 0 || g_mkdir_with_parents(folder, 0755) != 0)
		return;
	fd = g_mkstemp_full(fresh, O_RDWR | O_CLOEXEC, 0644);
	file = fd >= 0 ? fdopen(fd, "w+") : NULL;
	if (file == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	ok = write_packages(repo, file) && write_mark(fd);
	ok = fclose(file) == 0 && ok && g_rename(fresh, path) == 0;
	if (ok)
		remove_older(path, key);
	else
		unlink(fresh);
}
