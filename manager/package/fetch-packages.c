/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-packages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/metadata.h"
#include "base/root.h"
#include "package/fetch-room.h"
#include "package/fetch-source.h"
#include "package/metadata-check.h"

#define PART ".part"
#define PART_AGE (7 * 24 * 3600)	/* seconds that half a file is kept to go on with */

/* A package on its way. */
struct part {
	const KpPackage *package;
	KpFetchItem *item;
	char *final;	/* path afterwards, or NULL: none */
	int lock;	/* of the file that it grows in */
	gboolean begun;	/* an earlier try has left something */
	int fd;		/* the whole, verified; or -1 */
};

struct load {
	const char *root;
	const char *folder;	/* where parts are */
	gboolean keep;		/* files stay there, under their names */
	GHashTable *sources;
	GPtrArray *parts;
	const KpFetchWatch *watch;
};

/* librepo takes back what came before a failure; what a process that died has left is
 * gone on with. */
static void drop_empty(const struct part *part)
{
	struct stat st;

	if (part->lock >= 0 && fstat(part->lock, &st) == 0 && st.st_size == 0)
		unlink(part->item->dest);
}

static void part_free(gpointer data)
{
	struct part *part = data;

	drop_empty(part);
	kp_fetch_item_free(part->item);
	if (part->lock >= 0)
		close(part->lock);
	if (part->fd >= 0)
		close(part->fd);
	g_free(part->final);
	g_free(part);
}

static gboolean has_checksum(const KpPackage *package)
{
	GChecksumType type;

	return package->checksum_type != NULL && package->checksum != NULL &&
	       kp_checksum_type(package->checksum_type, &type) &&
	       kp_checksum_is_valid(type, package->checksum);
}

KpFetchItem *kp_fetch_package_item(const KpPackage *package, LrHandle *handle, char *dest,
				   GError **error)
{
	g_autofree char *name = g_path_get_basename(package->location);
	KpFetchItem *item = kp_fetch_item_new(package->repo, handle, name, package->location, dest);

	item->base = g_strdup(package->base);
	item->size = package->size;
	if (!kp_fetch_place(package->repo, item->what, package->location, package->base, error)) {
		kp_fetch_item_free(item);
		return NULL;
	}
	if (!has_checksum(package)) {
		kp_fetch_failed(package->repo, item->what,
				"the metadata have no checksum of it that counts", error);
		kp_fetch_item_free(item);
		return NULL;
	}
	item->type = lr_checksum_type(package->checksum_type);
	item->checksum = g_ascii_strdown(package->checksum, -1);
	return item;
}

/* Half a file of an earlier try, unless another process works on it right now: then a
 * name of our own, and all from the start. */
static gboolean lock_part(struct part *part, guint index, GError **error)
{
	struct stat st;

	for (int try = 0; try < 2; try++) {
		part->lock = open(part->item->dest, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (part->lock < 0)
			break;
		if (flock(part->lock, LOCK_EX | LOCK_NB) == 0 && fstat(part->lock, &st) == 0) {
			part->item->resume = part->begun = st.st_size > 0;
			return TRUE;
		}
		close(part->lock);
		part->lock = -1;

		g_autofree char *taken = g_steal_pointer(&part->item->dest);

		part->item->dest = g_strdup_printf("%s-%d-%u", taken, (int)getpid(), index);
	}
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot write %s: %s", part->item->dest,
		    g_strerror(errno));
	return FALSE;
}

static char *part_path(const struct load *load, const KpPackage *package)
{
	g_autofree char *name = package->checksum != NULL ?
				g_path_get_basename(package->checksum) : g_strdup("none");

	g_autofree char *hidden = g_strdup_printf(".%s" PART, name);

	return kp_root_entry(load->folder, hidden);
}

static gboolean add_part(struct load *load, const KpPackage *package, GError **error)
{
	struct part *part = g_new0(struct part, 1);
	const KpFetchSource *source;

	part->package = package;
	part->lock = part->fd = -1;
	g_ptr_array_add(load->parts, part);
	source = kp_fetch_sources_get(load->sources, load->root, package->repo, load->watch, error);
	if (source == NULL)
		return FALSE;
	part->item = kp_fetch_package_item(package, source->handle, part_path(load, package), error);
	if (part->item == NULL)
		return FALSE;
	if (load->keep) {
		g_autofree char *name = g_path_get_basename(package->location);

		part->final = kp_root_entry(load->folder, name);
	}
	return TRUE;
}

/* Opens @path and compares it with what the metadata say of the package. */
static int open_checked(const struct part *part, const char *path, GError **error)
{
	GChecksumType type = G_CHECKSUM_SHA256;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot read %s: %s", path,
			    g_strerror(errno));
	} else if (kp_checksum_type(part->package->checksum_type, &type) &&
		   kp_checksum_compare(fd, path, type, part->package->checksum,
				       part->package->size, error)) {
		lseek(fd, 0, SEEK_SET);
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Those that are not there yet; @again: which failed although they went on with
 * something, and so deserve a start from nothing. */
static GPtrArray *wanted(const struct load *load, gboolean again)
{
	GPtrArray *items = g_ptr_array_new();

	for (guint i = 0; i < load->parts->len; i++) {
		struct part *part = g_ptr_array_index(load->parts, i);

		if (part->fd >= 0 || (again && (part->item->problem == NULL || !part->begun)))
			continue;
		if (again) {
			part->item->resume = FALSE;
			if (ftruncate(part->lock, 0) != 0)
				continue;
		}
		g_ptr_array_add(items, part->item);
	}
	return items;
}

static gboolean run(struct load *load, GError **error)
{
	g_autoptr(GPtrArray) items = wanted(load, FALSE);
	g_autoptr(GPtrArray) again = NULL;

	if (!kp_fetch_room(load->root, load->folder, items, error) ||
	    !kp_fetch_run(items, TRUE, load->watch, error))
		return FALSE;
	again = wanted(load, TRUE);
	return kp_fetch_run(again, TRUE, load->watch, error);
}

/* What was verified is what the descriptor reads: without a name nobody can put
 * another file, or more bytes, in its place. */
static gboolean take(struct part *part, GError **error)
{
	if (part->fd >= 0)
		return TRUE;
	if (part->item->problem != NULL) {
		kp_fetch_failed(part->package->repo, part->item->what, part->item->problem, error);
		return FALSE;
	}
	part->fd = open_checked(part, part->item->dest, error);
	if (part->fd < 0) {
		unlink(part->item->dest);	/* not to go on with it next time */
		return FALSE;
	}
	if (part->final == NULL) {
		unlink(part->item->dest);
		return TRUE;
	}
	if (fchmod(part->fd, 0644) == 0 && rename(part->item->dest, part->final) == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot make %s: %s", part->final,
		    g_strerror(errno));
	return FALSE;
}

static gboolean prepare(struct load *load, const GPtrArray *packages, GError **error)
{
	for (guint i = 0; i < packages->len; i++)
		if (!add_part(load, g_ptr_array_index(packages, i), error))
			return FALSE;
	for (guint i = 0; i < load->parts->len; i++) {
		struct part *part = g_ptr_array_index(load->parts, i);

		if (part->final != NULL)
			part->fd = open_checked(part, part->final, NULL);
		if (part->fd < 0 && !lock_part(part, i, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean load_all(struct load *load, const GPtrArray *packages, GPtrArray *fds,
			 GError **error)
{
	if (!prepare(load, packages, error) || !run(load, error))
		return FALSE;
	for (guint i = 0; i < load->parts->len; i++)
		if (!take(g_ptr_array_index(load->parts, i), error))
			return FALSE;
	for (guint i = 0; i < load->parts->len; i++) {
		struct part *part = g_ptr_array_index(load->parts, i);

		g_ptr_array_add(fds, GINT_TO_POINTER(part->fd));
		part->fd = -1;
	}
	return TRUE;
}

gboolean kp_fetch_packages(const char *root, const GPtrArray *packages, const char *folder,
			   GPtrArray *fds, KpFetchProgress progress, gpointer user,
			   const volatile sig_atomic_t *stop, GError **error)
{
	const KpFetchWatch watch = { progress, user, stop };
	g_autofree char *private = kp_root_path(root, KP_CACHE_FOLDER "/packages");
	g_autoptr(GHashTable) sources = kp_fetch_sources_new();
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(part_free);
	struct load load = {
		.root = root, .folder = folder != NULL ? folder : private, .keep = folder != NULL,
		.sources = sources, .parts = parts, .watch = &watch,
	};

	if (!kp_fetch_folder(load.folder, folder != NULL ? 0755 : 0700, error))
		return FALSE;
	/* half files that nobody came back for; others may be there because somebody wants them */
	if (folder == NULL)
		kp_fetch_clean(private, TRUE, PART_AGE);
	return load_all(&load, packages, fds, error);
}
