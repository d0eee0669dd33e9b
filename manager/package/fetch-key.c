/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/metadata.h"
#include "base/names.h"
#include "base/root.h"
#include "package/fetch-handle.h"
#include "package/fetch-memory.h"
#include "package/fetch-room.h"
#include "package/small-file.h"

#define KEY_MAX (1024 * 1024)

static void add_local_keys(GPtrArray *paths, const char *root, const KpRepo *repo)
{
	for (char **url = repo->gpgkey; *url != NULL; url++) {
		g_autofree char *path = g_str_has_prefix(*url, "file:") ?
					g_filename_from_uri(*url, NULL, NULL) :
					g_path_is_absolute(*url) ? g_strdup(*url) : NULL;

		if (path != NULL)
			g_ptr_array_add(paths, kp_fetch_local_path(root, path));
	}
}

/* librepo opens it. */
static void add_entry(GPtrArray *paths, const char *root, const char *folder, const char *name)
{
	g_autofree char *link = kp_root_entry(folder, name);

	g_ptr_array_add(paths, kp_root_follow(root, link));
}

static void add_agreed_keys(GPtrArray *paths, const char *root, const KpRepo *repo)
{
	g_autofree char *folder = kp_repo_keys_folder(root, repo);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	struct stat st;
	const char *name;

	if (stat(folder, &st) != 0 || !kp_file_is_ours(&st))
		return;
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		if (*name != '.')
			add_entry(paths, root, folder, name);
}

static void set_no_key(const char *root, const KpRepo *repo, GError **error)
{
	g_autofree char *folder = kp_repo_keys_folder(root, repo);
	g_autofree char *urls = g_strjoinv(" ", repo->gpgkey);
	g_autofree char *why = g_strdup_printf(
		"repo_gpgcheck=1 wants a signature, but none of its keys is on this machine (gpgkey=%s); "
		"fetch the key, compare its fingerprint, put it into %s", urls, folder);

	kp_fetch_failed(repo, "its repomd.xml", why, error);
}

/* A keyring of this moment: what is trusted is what is configured now. */
static gboolean fill_keyring(GPtrArray *paths, const KpRepo *repo, const char *home, GError **error)
{
	for (guint i = 0; i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);
		g_autoptr(GError) problem = NULL;
		g_autofree char *why = NULL;

		if (lr_gpg_import_key(path, home, &problem))
			continue;
		why = g_strdup_printf("the key %s cannot be read: %s", path, problem->message);
		kp_fetch_failed(repo, "its repomd.xml", why, error);
		return FALSE;
	}
	return TRUE;
}

static gboolean check_with(GPtrArray *paths, const KpRepo *repo, const char *home,
			   const char *sig, const char *data, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *why = NULL;

	if (!fill_keyring(paths, repo, home, error))
		return FALSE;
	if (lr_gpg_check_signature(sig, data, home, &problem))
		return TRUE;
	why = g_strdup_printf("its signature (repomd.xml.asc) is not one of the keys of this "
			      "repository: %s", problem->message);
	kp_fetch_failed(repo, "its repomd.xml", why, error);
	return FALSE;
}

gboolean kp_fetch_check_signature(const char *root, const KpRepo *repo, const char *work,
				  const char *sig, const char *data, GError **error)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *home = kp_root_entry(work, "gpg");
	gboolean ok;

	add_local_keys(paths, root, repo);
	add_agreed_keys(paths, root, repo);
	if (paths->len == 0) {
		set_no_key(root, repo, error);
		return FALSE;
	}
	if (!kp_fetch_folder(home, 0700, error))
		return FALSE;
	ok = check_with(paths, repo, home, sig, data, error);
	kp_fetch_remove(home);
	return ok;
}

/* All of @fd, which has no more than KEY_MAX bytes. */
static GBytes *read_key(int fd, const KpRepo *repo, GError **error)
{
	struct stat st;
	gsize size = fstat(fd, &st) == 0 ? (gsize)st.st_size : 0;
	g_autofree char *text = g_malloc(size);

	if (size > 0 && pread(fd, text, size, 0) == (gssize)size)
		return g_bytes_new_take(g_steal_pointer(&text), size);
	kp_fetch_failed(repo, "its key", "what came is empty", error);
	return NULL;
}

/* A key that the tree does not have is the machine's, as with dnf. */
static char *read_local(const char *root, const char *path, gsize *size, GError **error)
{
	gboolean is_inside = kp_root_inner(root, path) != path;

	return kp_small_file_read(is_inside ? root : NULL, path, KEY_MAX, size, error);
}

GBytes *kp_fetch_key(const char *root, const KpRepo *repo, const char *url,
		     const volatile sig_atomic_t *stop, GError **error)
{
	const KpFetchWatch watch = { .stop = stop };
	g_autofree char *local = NULL;
	g_autofree char *text = NULL;
	GBytes *bytes;
	gsize size;
	int fd;

	if (kp_fetch_stopped(&watch, error))
		return NULL;
	if (g_str_has_prefix(url, "file:") || g_path_is_absolute(url)) {
		g_autofree char *path = g_path_is_absolute(url) ? g_strdup(url) :
					g_filename_from_uri(url, NULL, error);

		local = path != NULL ? kp_fetch_local_path(root, path) : NULL;
		text = local != NULL ? read_local(root, local, &size, error) : NULL;
		return text != NULL ? g_bytes_new_take(g_steal_pointer(&text), size) : NULL;
	}
	fd = kp_fetch_memory(root, repo, "its key", url, KEY_MAX, &watch, error);
	if (fd < 0)
		return NULL;
	bytes = read_key(fd, repo, error);
	close(fd);
	return bytes;
}
