/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/metadata.h"
#include "base/root.h"
#include "package/fetch-handle.h"
#include "package/fetch-packages.h"
#include "package/fetch-room.h"
#include "package/fetch-source.h"
#include "package/header-range.h"
#include "package/repomd.h"
#include "package/small-file.h"

#define HEADER_AGE (90 * 24 * 3600)	/* seconds; by then something newer is the best */
#define HEADER_MAX (64 * 1024 * 1024)	/* bytes; large packages have 1 MB */

struct cache {
	const char *root;
	const char *folder;
	const GPtrArray *packages;
	const KpFetchWatch *watch;
	GHashTable *sources;
	GPtrArray *ranges;	/* handles of one file each */
	GPtrArray *items;
	GArray *indexes;	/* of the package that an item is for */
	int *fds;
};

static gboolean known(const KpPackage *package)
{
	GChecksumType type;

	return package->repo != NULL && package->header_end > 0 &&
	       package->header_end <= HEADER_MAX && package->checksum_type != NULL &&
	       package->checksum != NULL && kp_checksum_type(package->checksum_type, &type) &&
	       kp_checksum_is_valid(type, package->checksum);
}

/* By the checksum of the whole package: another package, another name. */
static char *cached_path(const struct cache *cache, const KpPackage *package)
{
	return kp_root_entry(cache->folder, package->checksum);
}

/* A header that ends where the metadata say, or -1. */
static int open_header(const char *path, const KpPackage *package)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && kp_file_is_ours(&st) &&
	    (guint64)st.st_size == package->header_end && kp_header_range(fd) == package->header_end)
		return fd;
	close(fd);
	return -1;
}

static LrHandle *handle_for(struct cache *cache, const KpPackage *package)
{
	const KpFetchSource *source = kp_fetch_sources_get(cache->sources, cache->root,
							   package->repo, cache->watch, NULL);
	LrHandle *handle = source == NULL ? NULL :
		kp_fetch_handle_range(cache->root, package->repo, source->urls,
				      package->header_end - 1);

	if (handle != NULL)
		g_ptr_array_add(cache->ranges, handle);
	return handle;
}

static void add_item(struct cache *cache, guint index)
{
	const KpPackage *package = g_ptr_array_index(cache->packages, index);
	g_autofree char *path = cached_path(cache, package);
	LrHandle *handle = handle_for(cache, package);
	KpFetchItem *item;

	if (handle == NULL)
		return;
	item = kp_fetch_package_item(package, handle,
				     g_strdup_printf("%s.%d-%u", path, (int)getpid(), index), NULL);
	if (item == NULL)
		return;
	item->size = 0;		/* that of the package says nothing of this */
	item->end = package->header_end - 1;
	g_ptr_array_add(cache->items, item);
	g_array_append_val(cache->indexes, index);
}

/* What came under a name of its own becomes the cached one, if it is a header. */
static void take(struct cache *cache, guint i)
{
	const KpFetchItem *item = g_ptr_array_index(cache->items, i);
	guint index = g_array_index(cache->indexes, guint, i);
	const KpPackage *package = g_ptr_array_index(cache->packages, index);
	g_autofree char *path = cached_path(cache, package);

	if (item->problem != NULL)
		g_debug("no header of %s: %s", item->what, item->problem);
	else if (chmod(item->dest, 0644) == 0)
		cache->fds[index] = open_header(item->dest, package);
	if (cache->fds[index] < 0 || rename(item->dest, path) != 0)
		unlink(item->dest);
}

static gboolean fetch_missing(struct cache *cache, GError **error)
{
	gboolean ok;

	for (guint i = 0; i < cache->packages->len; i++)
		if (cache->fds[i] < 0 && known(g_ptr_array_index(cache->packages, i)))
			add_item(cache, i);
	if (!kp_fetch_room(cache->root, cache->folder, cache->items, error))
		return FALSE;
	ok = kp_fetch_run(cache->items, TRUE, cache->watch, error);
	for (guint i = 0; i < cache->items->len; i++)
		take(cache, i);
	return ok;
}

static void open_cached(struct cache *cache)
{
	for (guint i = 0; i < cache->packages->len; i++) {
		const KpPackage *package = g_ptr_array_index(cache->packages, i);
		g_autofree char *path = known(package) ? cached_path(cache, package) : NULL;

		cache->fds[i] = path != NULL ? open_header(path, package) : -1;
	}
}

gboolean kp_fetch_headers(const char *root, const GPtrArray *packages, GPtrArray *fds,
			  KpFetchProgress progress, gpointer user,
			  const volatile sig_atomic_t *stop, GError **error)
{
	const KpFetchWatch watch = { progress, user, stop };
	g_autofree char *folder = kp_root_path(root, KP_CACHE_FOLDER "/headers");
	g_autoptr(GHashTable) sources = kp_fetch_sources_new();
	g_autoptr(GPtrArray) ranges = g_ptr_array_new_with_free_func((GDestroyNotify)lr_handle_free);
	g_autoptr(GPtrArray) items =
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_fetch_item_free);
	g_autoptr(GArray) indexes = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autofree int *opened = g_new(int, packages->len);
	struct cache cache = {
		root, folder, packages, &watch, sources, ranges, items, indexes, opened,
	};
	gboolean ok = TRUE;

	open_cached(&cache);
	/* who may not write there sees what there is */
	if (kp_fetch_folder(folder, 0755, NULL)) {
		kp_fetch_clean(folder, FALSE, HEADER_AGE);
		ok = fetch_missing(&cache, error);
	}
	for (guint i = 0; i < packages->len; i++) {
		if (ok)
			g_ptr_array_add(fds, GINT_TO_POINTER(opened[i]));
		else if (opened[i] >= 0)
			close(opened[i]);
	}
	return ok;
}
