/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-room.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "base/root.h"
#include "base/settings.h"
#include "package/repomd.h"

#define MIB (1024 * 1024)

gboolean kp_fetch_folder(const char *folder, int mode, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(folder);

	if (g_mkdir_with_parents(parent, 0755) == 0 &&
	    (mkdir(folder, (mode_t)mode) == 0 || errno == EEXIST) && access(folder, W_OK) == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot write to %s: %s%s", folder,
		    g_strerror(errno), errno == EACCES || errno == EPERM ?
		    "; run this as root, nobody else fetches anything" : "");
	return FALSE;
}

static gboolean fits(const KpFetchItem *item, guint64 limit, GError **error)
{
	g_autofree char *why = NULL;

	if (item->size <= limit)
		return TRUE;
	why = g_strdup_printf("it is said to have %" G_GUINT64_FORMAT " bytes, more than "
			      "size-limit=%" G_GUINT64_FORMAT " MiB in manager.conf allows",
			      item->size, limit / MIB);
	kp_fetch_failed(item->repo, item->what, why, error);
	return FALSE;
}

static gboolean has_room(const char *folder, guint64 wanted, GError **error)
{
	struct statvfs st;
	guint64 free_bytes;

	if (statvfs(folder, &st) != 0)
		return TRUE;
	free_bytes = (guint64)st.f_bavail * st.f_frsize;
	if (wanted <= free_bytes)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s has %" G_GUINT64_FORMAT " bytes free, and %" G_GUINT64_FORMAT
		    " are to be fetched; make room there", folder, free_bytes, wanted);
	return FALSE;
}

gboolean kp_fetch_room(const char *root, const char *folder, GPtrArray *items, GError **error)
{
	g_autoptr(KpSettings) settings = kp_settings_read(root, error);
	guint64 limit, total = 0;

	if (settings == NULL)
		return FALSE;
	limit = (guint64)settings->size_limit * MIB;
	for (guint i = 0; i < items->len; i++) {
		KpFetchItem *item = g_ptr_array_index(items, i);

		if (!fits(item, limit, error))
			return FALSE;
		/* not more than was said, if it was */
		item->limit = item->size != 0 ? item->size : limit;
		total += item->size;
	}
	return has_room(folder, total, error);
}

static gboolean is_local(const KpRepo *repo)
{
	const char *url = repo->metalink != NULL ? repo->metalink :
			  repo->mirrorlist != NULL ? repo->mirrorlist : *repo->baseurl;

	return url != NULL && (*url == '/' || g_str_has_prefix(url, "file:"));
}

/* A mirror may send us to another server, but not to files of this machine. */
gboolean kp_fetch_base_is_fine(const KpRepo *repo, const char *base)
{
	static const char *const schemes[] = { "http://", "https://", "ftp://" };

	for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
		if (g_ascii_strncasecmp(base, schemes[i], strlen(schemes[i])) == 0)
			return TRUE;
	return is_local(repo) && g_str_has_prefix(base, "file:");
}

gboolean kp_fetch_place(const KpRepo *repo, const char *what, const char *location,
			const char *base, GError **error)
{
	g_autofree char *why = NULL;

	if (!kp_location_is_safe(location))
		why = g_strdup_printf("its location leads out of the repository: %.200s", location);
	else if (base != NULL && !kp_fetch_base_is_fine(repo, base))
		why = g_strdup_printf("it is said to lie at %.200s, which is no server", base);
	if (why != NULL)
		kp_fetch_failed(repo, what, why, error);
	return why == NULL;
}

void kp_fetch_clean(const char *folder, gboolean hidden, gint64 age)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	gint64 oldest = g_get_real_time() / G_USEC_PER_SEC - age;
	struct stat st;
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = kp_root_entry(folder, name);

		if ((!hidden || *name == '.') && lstat(path, &st) == 0 && st.st_mtime < oldest)
			unlink(path);
	}
}

void kp_fetch_remove(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = kp_root_entry(folder, name);

		if (unlink(path) != 0 && errno == EISDIR)
			kp_fetch_remove(path);
	}
	rmdir(folder);
}
