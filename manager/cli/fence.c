/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fetch-api.h"
#include "base/metadata.h"
#include "base/root.h"
#include "base/settings.h"
#include "cli/plugin.h"

/* landlock(7). There is no library, and not every linux/landlock.h knows what newer kernels
 * want to be told of. */
#define CREATE_RULESET 444
#define ADD_RULE 445
#define RESTRICT_SELF 446
#define ASK_VERSION 1U
#define PATH_BENEATH 1

enum {
	EXECUTE = 1 << 0, WRITE_FILE = 1 << 1, READ_FILE = 1 << 2, READ_DIR = 1 << 3,
	FIRST_RIGHTS = (1 << 13) - 1,	/* all that version 1 knows */
	REFER = 1 << 13,		/* since version 2 */
	TRUNCATE = 1 << 14,		/* 3 */
	SCOPE_SIGNAL = 1 << 1,		/* 6 */
	OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE,
	READING = READ_FILE | READ_DIR,
};

#define LIST_MAX (1024 * 1024)	/* bytes; more is not fetched */

struct rules {
	uint64_t files;
	uint64_t network;
	uint64_t scopes;
};

struct beneath {
	uint64_t rights;
	int32_t fd;
} __attribute__((packed));

/* Programs, their configuration, names of hosts and users, certificates (SUSE keeps these
 * in /var), devices. */
static const char *const common[] = {
	"/etc", "/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/opt", "/run",
	"/proc", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom",
	"/var/lib/ca-certificates", "/var/lib/sss", "/var/cache/nscd",
};

static void add(GPtrArray *paths, const char *root, const char *path)
{
	if (path == NULL)
		return;
	g_ptr_array_add(paths, g_strdup(path));
	if (root != NULL)
		g_ptr_array_add(paths, kp_root_path(root, path));
}

/* A URL of this machine, or a path; what is neither is for the network. */
static void add_location(GPtrArray *paths, const char *root, const char *location)
{
	g_autofree char *path = location == NULL ? NULL :
		g_str_has_prefix(location, "file:") ? g_filename_from_uri(location, NULL, NULL) :
		g_path_is_absolute(location) ? g_strdup(location) : NULL;

	add(paths, root, path);
}

/* A list of mirrors that lies on this machine may name folders of it. */
static void add_list(GPtrArray *paths, const char *root, const char *list)
{
	g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(g_free);

	add_location(places, root, list);
	for (guint i = 0; i < places->len; i++) {
		g_autofree char *text = kp_read_text(g_ptr_array_index(places, i), LIST_MAX);
		g_auto(GStrv) words = g_strsplit_set(text != NULL ? text : "", " \t\r\n<>\"", -1);

		for (char **word = words; *word != NULL; word++)
			if (g_str_has_prefix(*word, "file:"))
				add_location(paths, root, *word);
	}
}

/* A repository that is a folder here may be put together with links: to the packages of a
 * disc, for example. */
static void add_links(GPtrArray *paths, const char *root, const char *location)
{
	g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(g_free);

	add_location(places, root, location);
	for (guint i = 0; i < places->len; i++) {
		const char *place = g_ptr_array_index(places, i), *name;
		g_autoptr(GDir) dir = g_dir_open(place, 0, NULL);

		while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
			g_autofree char *path = kp_root_entry(place, name);

			if (g_file_test(path, G_FILE_TEST_IS_SYMLINK))
				g_ptr_array_add(paths, g_steal_pointer(&path));
		}
	}
}

/* How much may be fetched. /etc is open already, but links may lead out of it. */
static void add_settings(GPtrArray *paths, const char *root)
{
	char *folder = kp_root_path(root, KP_SETTINGS_FOLDER);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	g_ptr_array_add(paths, kp_root_path(root, KP_SETTINGS_FILE));
	g_ptr_array_add(paths, folder);
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *entry = kp_root_entry(folder, name);

		g_ptr_array_add(paths, kp_root_follow(root, entry));
	}
}

static void add_repo(GPtrArray *paths, const char *root, const KpRepo *repo)
{
	const char *const single[] = {
		repo->mirrorlist, repo->metalink, repo->proxy_sslcacert, repo->proxy_sslclientcert,
		repo->proxy_sslclientkey, repo->sslcacert, repo->sslclientcert, repo->sslclientkey,
		repo->dnf_cache,
	};
	char **const lists[] = { repo->baseurl, repo->gpgkey };

	for (gsize i = 0; i < G_N_ELEMENTS(single); i++)
		add_location(paths, root, single[i]);
	for (char **location = repo->baseurl; location != NULL && *location != NULL; location++)
		add_links(paths, root, *location);
	add_list(paths, root, repo->mirrorlist);
	add_list(paths, root, repo->metalink);
	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
		for (char **location = lists[i]; location != NULL && *location != NULL; location++)
			add_location(paths, root, *location);
}

KpFence *kp_fence_new(const char *root, const GPtrArray *repos)
{
	KpFence *fence = g_new0(KpFence, 1);
	char *cache = kp_root_path(root, KP_CACHE_FOLDER);

	/* what is not there cannot be opened later either */
	g_mkdir_with_parents(cache, 0755);
	fence->readable = g_ptr_array_new_with_free_func(g_free);
	fence->writable = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(fence->writable, cache);
	g_ptr_array_add(fence->writable, g_strdup("/dev/null"));
	for (gsize i = 0; i < G_N_ELEMENTS(common); i++)
		g_ptr_array_add(fence->readable, g_strdup(common[i]));
	if (root != NULL)
		g_ptr_array_add(fence->readable, kp_root_path(root, "/etc"));
	add_settings(fence->readable, root);
	for (guint i = 0; i < repos->len; i++)
		add_repo(fence->readable, root, g_ptr_array_index(repos, i));
	return fence;
}

void kp_fence_free(KpFence *fence)
{
	if (fence == NULL)
		return;
	g_ptr_array_unref(fence->readable);
	g_ptr_array_unref(fence->writable);
	g_free(fence);
}

static gboolean failed(GError **error, const char *what)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s: %s", what, g_strerror(errno));
	return FALSE;
}

/* Root that has none is the owner of root's files, and no more. */
static gboolean drop_capabilities(GError **error)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) != 0)
		return failed(error, "the capabilities cannot be read");
	for (gsize i = 0; i < G_N_ELEMENTS(data); i++) {
		data[i].permitted &= i == 0 ? 1U << CAP_DAC_READ_SEARCH : 0;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, data) != 0)
		return failed(error, "the capabilities cannot be given away");
	return TRUE;
}

static gboolean allow(int ruleset, const char *path, uint64_t rights, GError **error)
{
	struct beneath beneath = { .fd = open(path, O_PATH | O_CLOEXEC) };
	struct stat st;
	gboolean ok;

	/* what is not there, nobody opens */
	if (beneath.fd < 0)
		return TRUE;
	if (fstat(beneath.fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= OF_FILES;
	beneath.rights = rights;
	ok = syscall(ADD_RULE, ruleset, PATH_BENEATH, &beneath, 0) == 0 || failed(error, path);
	close(beneath.fd);
	return ok;
}

static gboolean allow_all(int ruleset, const GPtrArray *paths, uint64_t rights, GError **error)
{
	for (guint i = 0; i < paths->len; i++)
		if (!allow(ruleset, g_ptr_array_index(paths, i), rights, error))
			return FALSE;
	return TRUE;
}

/* Programs may be executed as they are: gpg(1), which checks signatures, is one. */
static struct rules rules_of(long version)
{
	return (struct rules){
		.files = (FIRST_RIGHTS & ~EXECUTE) | (version >= 2 ? REFER : 0) |
			 (version >= 3 ? TRUNCATE : 0),
		.scopes = version >= 6 ? SCOPE_SIGNAL : 0,
	};
}

static gboolean close_files(const KpFence *fence, GError **error)
{
	long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
	const struct rules rules = rules_of(version);
	gsize size = version < 4 ? 8 : version < 6 ? 16 : 24;
	gboolean ok;
	int ruleset;

	/* an older kernel, or one that was told not to */
	if (version < 1)
		return TRUE;
	ruleset = (int)syscall(CREATE_RULESET, &rules, size, 0);
	if (ruleset < 0)
		return failed(error, "Landlock cannot be used");
	ok = allow_all(ruleset, fence->readable, READING, error) &&
	     allow_all(ruleset, fence->writable, rules.files, error) &&
	     (syscall(RESTRICT_SELF, ruleset, 0) == 0 || failed(error, "Landlock cannot be used"));
	close(ruleset);
	return ok;
}

gboolean kp_fence_close(const KpFence *fence, GError **error)
{
	/* what fetches may lie where nothing may be read then */
	if (kp_plugin_symbol(KP_FETCH_PLUGIN, KP_FETCH_SYMBOL, error) == NULL)
		return FALSE;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return failed(error, "privileges cannot be given away");
	return close_files(fence, error) && drop_capabilities(error);
}
