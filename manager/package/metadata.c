/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/metadata.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/replace.h"
#include "base/root.h"
#include "package/metadata-check.h"
#include "package/metadata-place.h"
#include "package/small-file.h"

#define EXPIRED_MAX 65536

/* seconds by which a clock may be set right without a word */
#define CORRECTED 300

/* A folder that may have what we look for. */
struct candidate {
	char *folder;
	char *stamp_path;
	gboolean own;		/* we fetched it, not dnf */
	gint64 fetched;		/* or 0 */
	gboolean expired;	/* dnf's clean expire-cache */
};

static void candidate_free(gpointer data)
{
	struct candidate *candidate = data;

	g_free(candidate->folder);
	g_free(candidate->stamp_path);
	g_free(candidate);
}

char *kp_metadata_id(const KpRepo *repo)
{
	const char *url = repo->metalink != NULL ? repo->metalink :
			  repo->mirrorlist != NULL ? repo->mirrorlist :
			  *repo->baseurl != NULL ? *repo->baseurl : repo->id;
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, url, -1);

	g_autofree char *name = kp_repo_path_name(repo->id);

	return g_strdup_printf("%s-%.16s", name, hash);
}

char *kp_metadata_folder(const char *root, const KpRepo *repo)
{
	g_autofree char *id = kp_metadata_id(repo);

	return kp_root_pathf(root, "%s/%s", KP_CACHE_FOLDER, id);
}

char *kp_repo_keys_folder(const char *root, const KpRepo *repo)
{
	g_autofree char *name = kp_repo_path_name(repo->id);

	return kp_root_pathf(root, "%s/%s", KP_REPO_KEYS_FOLDER, name);
}

char *kp_metadata_target(const char *folder, const char *link)
{
	g_autofree char *path = kp_root_entry(folder, link);
	g_autofree char *found = NULL;
	char target[64];
	gssize n = readlink(path, target, sizeof(target) - 1);
	struct stat st;

	if (n <= 0)
		return NULL;
	target[n] = '\0';
	/* a link that leads elsewhere is none of ours */
	if (!g_str_has_prefix(target, KP_METADATA_PREFIX) || strchr(target, '/') != NULL)
		return NULL;
	found = kp_root_entry(folder, target);
	return lstat(found, &st) == 0 && S_ISDIR(st.st_mode) ? g_steal_pointer(&found) : NULL;
}

static gint64 changed(const char *folder, const char *name)
{
	g_autofree char *path = kp_root_entry(folder, name);
	struct stat st;

	return lstat(path, &st) == 0 ? (gint64)st.st_mtim.tv_sec : 0;
}

/* @expired: whoever may ask again does, before it is used. */
static void add_own(GPtrArray *candidates, const char *folder, const char *link, gboolean expired)
{
	char *target = kp_metadata_target(folder, link);
	struct candidate *candidate;
	g_autoptr(KpStamp) stamp = NULL;

	if (target == NULL)
		return;
	candidate = g_new0(struct candidate, 1);
	candidate->folder = target;
	candidate->stamp_path = kp_root_entry(target, KP_METADATA_STAMP);
	candidate->own = TRUE;
	candidate->expired = expired;
	stamp = kp_stamp_read(candidate->stamp_path, target);
	candidate->fetched = stamp != NULL ? stamp->asked : changed(target, "repomd.xml");
	g_ptr_array_add(candidates, candidate);
}

/* dnf 4 has one list of what expired in its cache, dnf5 a file beside what did. */
static gboolean dnf_expired(const char *root, const char *cache, const char *folder,
			    const char *id)
{
	g_autofree char *list = kp_root_entry(cache, "expired_repos.json");
	g_autofree char *mark = kp_root_pathf(root, "%s/attrs/expired",
					      kp_root_inner(root, folder));
	g_autofree char *text = kp_small_file_read(root, list, EXPIRED_MAX, NULL, NULL);
	g_autofree char *word = g_strdup_printf("\"%s\"", id);

	return g_file_test(mark, G_FILE_TEST_EXISTS) ||
	       (text != NULL && strstr(text, word) != NULL);
}

/* dnf goes by the time of the list of packages, which it sets to now when a mirror
 * says that what there is still is the newest. */
static gint64 dnf_fetched(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	gint64 newest = 0;
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		if (strstr(name, "primary.xml") != NULL)
			newest = MAX(newest, changed(folder, name));
	return newest;
}

static void add_dnf(GPtrArray *candidates, const char *root, const KpRepo *repo, const char *own)
{
	g_autofree char *id = kp_metadata_id(repo);
	g_autofree char *cache = kp_root_path(root, repo->dnf_cache);
	g_autofree char *beside = kp_root_pathf(root, "%s/%s", repo->dnf_cache, id);
	g_autofree char *folder = kp_root_entry(beside, "repodata");
	g_autofree char *listed = kp_root_follow(root, folder);
	gint64 fetched = dnf_fetched(listed);
	struct candidate *candidate;

	if (fetched == 0)
		return;
	candidate = g_new0(struct candidate, 1);
	candidate->folder = g_steal_pointer(&folder);
	candidate->stamp_path = kp_root_entry(own, "dnf.stamp");
	candidate->fetched = fetched;
	candidate->expired = dnf_expired(root, cache, beside, repo->id);
	g_ptr_array_add(candidates, candidate);
}

static int newest_first(gconstpointer a, gconstpointer b)
{
	const struct candidate *left = *(struct candidate *const *)a;
	const struct candidate *right = *(struct candidate *const *)b;

	if (left->fetched != right->fetched)
		return left->fetched < right->fetched ? 1 : -1;
	return right->own - left->own;
}

/* Whoever may not read it, or finds it to be anybody's, does not use it. */
static gboolean folder_is_ours(const char *folder)
{
	struct stat st;

	return lstat(folder, &st) == 0 && S_ISDIR(st.st_mode) && kp_file_is_ours(&st);
}

/* What was checked once, or else is checked now and noted for the next time. */
static KpStamp *stamp_of(const char *root, const struct candidate *candidate)
{
	KpStamp *stamp = kp_stamp_read(candidate->stamp_path, candidate->folder);
	g_autoptr(GError) error = NULL;

	if (stamp != NULL)
		return stamp;
	stamp = kp_metadata_check(root, candidate->folder, candidate->own, candidate->fetched,
				  &error);
	if (stamp == NULL) {
		g_debug("not used: %s", error->message);
		return NULL;
	}
	if (geteuid() == 0) {
		g_autofree char *folder = g_path_get_dirname(candidate->stamp_path);

		if (g_mkdir_with_parents(folder, 0755) == 0)
			kp_stamp_write(candidate->stamp_path, candidate->folder, stamp);
	}
	return stamp;
}

/* With repo_gpgcheck a signature must have been seen: by us, or by dnf, which keeps
 * it beside the file then. */
static gboolean signed_if_needed(const struct candidate *candidate, const KpRepo *repo,
				 const KpStamp *stamp)
{
	if (!repo->repo_gpgcheck)
		return TRUE;
	return candidate->own ? stamp->gpg : changed(candidate->folder, "repomd.xml.asc") != 0;
}

static gboolean is_stale(const struct candidate *candidate, const KpRepo *repo)
{
	gint64 age = g_get_real_time() / G_USEC_PER_SEC - candidate->fetched;

	/* from the future: the clock was wrong then, or is now; not if it was but corrected */
	return candidate->expired || age < -CORRECTED ||
	       (repo->metadata_expire >= 0 && age > repo->metadata_expire);
}

static KpRepoData *data_of(const struct candidate *candidate, const KpRepo *repo,
			   const KpStamp *stamp)
{
	KpRepoData *data = g_new0(KpRepoData, 1);

	data->repo = repo;
	data->repomd = kp_root_entry(candidate->folder, "repomd.xml");
	data->primary = kp_root_entry(candidate->folder, stamp->primary);
	if (stamp->updateinfo != NULL)
		data->updateinfo = kp_root_entry(candidate->folder, stamp->updateinfo);
	data->cookie = g_strdup(stamp->cookie);
	data->fetched = candidate->fetched;
	data->made = stamp->made;
	data->stale = is_stale(candidate, repo);
	return data;
}

/* @unreadable: set if it is ours, and cannot be read or is not as it came. */
static KpRepoData *use(const char *root, const struct candidate *candidate, const KpRepo *repo,
		       const char *rejected, gboolean *unreadable)
{
	g_autoptr(KpStamp) stamp = NULL;

	if (!folder_is_ours(candidate->folder))
		return NULL;
	stamp = stamp_of(root, candidate);
	*unreadable = *unreadable || stamp == NULL;
	if (stamp == NULL || g_strcmp0(stamp->cookie, rejected) == 0 ||
	    !signed_if_needed(candidate, repo, stamp))
		return NULL;
	return data_of(candidate, repo, stamp);
}

char *kp_metadata_rejected(const char *root, const char *folder)
{
	g_autofree char *path = kp_root_entry(folder, "rejected");

	return kp_root_read(root, path, 64);
}

static KpRepoData *find(const char *root, const KpRepo *repo, const char *rejected)
{
	g_autofree char *own = kp_metadata_folder(root, repo);
	g_autoptr(GPtrArray) candidates = g_ptr_array_new_with_free_func(candidate_free);
	gboolean unreadable = FALSE, current;

	add_own(candidates, own, KP_METADATA_CURRENT, FALSE);
	current = candidates->len > 0;
	if (repo->dnf_cache != NULL)
		add_dnf(candidates, root, repo, own);
	g_ptr_array_sort(candidates, newest_first);
	/* last of all, whatever its time; where it is alone, the link to the newer one cannot
	 * be read: both are always there */
	add_own(candidates, own, KP_METADATA_PREVIOUS, !current);
	for (guint i = 0; i < candidates->len; i++) {
		KpRepoData *data = use(root, g_ptr_array_index(candidates, i), repo, rejected,
				       &unreadable);

		if (data == NULL)
			continue;
		/* there was something newer: who may ask the repository again does */
		data->stale = data->stale || unreadable;
		return data;
	}
	return NULL;
}

KpRepoData *kp_metadata_find(const char *root, const KpRepo *repo, GError **error)
{
	g_autofree char *own = kp_metadata_folder(root, repo);
	g_autofree char *rejected = kp_metadata_rejected(root, own);

	return find(root, repo, rejected);
}

gboolean kp_metadata_is_right(const char *root, const KpRepoData *data)
{
	g_autofree char *own = kp_metadata_folder(root, data->repo);
	g_autofree char *folder = g_path_get_dirname(data->repomd);
	g_autofree char *above = g_path_get_dirname(folder);
	g_autoptr(GError) error = NULL;
	g_autoptr(KpStamp) now = kp_metadata_check(root, folder, g_str_equal(above, own), 0, &error);

	if (now == NULL)
		g_debug("not as it came: %s", error->message);
	return now != NULL && g_str_equal(now->cookie, data->cookie);
}

KpRepoData *kp_metadata_previous(const char *root, const KpRepoData *data, GError **error)
{
	g_autofree char *own = kp_metadata_folder(root, data->repo);
	g_autofree char *path = kp_root_entry(own, "rejected");

	/* what the disk has made of it says nothing about what the mirror has */
	if (geteuid() == 0 && kp_metadata_is_right(root, data) &&
	    (g_mkdir_with_parents(own, 0755) != 0 ||
	     !kp_replace_file(path, data->cookie, -1, FALSE, NULL))) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot write %s: %s", path,
			    g_strerror(errno));
		return NULL;
	}
	return find(root, data->repo, data->cookie);
}
