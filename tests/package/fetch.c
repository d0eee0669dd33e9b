/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls the parts that read, find and fetch repositories, for tests that have a
 * server but no command yet:
 *
 *	fetch ROOT repos
 *	fetch ROOT find|metadata|previous ID
 *	fetch ROOT packages FOLDER|- [ID LOCATION CHECKSUM SIZE]...
 *	fetch ROOT headers [ID LOCATION CHECKSUM HEADER-END]...
 *	fetch ROOT key ID URL
 *
 * SIGTERM sets the stop flag, and so does STOP_AFTER in the environment after so many
 * bytes. */
#include <glib.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fetch-api.h"
#include "base/metadata.h"
#include "base/repo-config.h"
#include "cli/fence.h"
#include "cli/plugin.h"

static volatile sig_atomic_t stop;
static guint64 stop_after;
static GPtrArray *repos;
static const char *root;

static void on_progress(gpointer user, const char *what, guint64 done, guint64 total)
{
	if (g_getenv("PROGRESS") != NULL)
		g_print("progress %s %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT "\n", what, done, total);
	if (stop_after != 0 && done >= stop_after)
		stop = 1;
}

static void on_signal(int number)
{
	stop = number;
}

static int fail(GError *error)
{
	int code = kp_error_exit_code(error);

	g_printerr("error: %s\n", error->message);
	g_error_free(error);
	return code;
}

static const KpRepo *repo(const char *id)
{
	for (guint i = 0; i < repos->len; i++)
		if (g_str_equal(((KpRepo *)g_ptr_array_index(repos, i))->id, id))
			return g_ptr_array_index(repos, i);
	g_printerr("no repository %s\n", id);
	exit(2);
}

static const KpFetchApi *api(void)
{
	g_autoptr(GError) error = NULL;
	const KpFetchApi *loaded = kp_plugin_symbol(KP_FETCH_PLUGIN, KP_FETCH_SYMBOL, &error);

	if (loaded == NULL)
		exit(fail(g_steal_pointer(&error)));
	return loaded;
}

static int print_data(KpRepoData *data)
{
	g_print("repomd %s\nprimary %s\nupdateinfo %s\ncookie %s\n%s\n", data->repomd, data->primary,
		data->updateinfo != NULL ? data->updateinfo : "-", data->cookie,
		data->stale ? "stale" : "fresh");
	kp_repo_data_free(data);
	return 0;
}

static void print_transfer(const KpRepo *r)
{
	g_autofree char *excludes = g_strjoinv(" ", r->excludes);
	g_autofree char *includes = g_strjoinv(" ", r->includes);

	g_print("|%s|%s|%s|%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT "|%d|%d|%d|%s|%s\n",
		r->proxy != NULL ? r->proxy : "", r->proxy_method != NULL ? r->proxy_method : "any",
		r->ip_resolve != NULL ? r->ip_resolve : "whatever", r->minrate, r->timeout,
		r->sslverify, r->sslverifystatus, r->proxy_sslverify, excludes, includes);
}

static int cmd_repos(void)
{
	for (guint i = 0; i < repos->len; i++) {
		const KpRepo *r = g_ptr_array_index(repos, i);
		g_autofree char *urls = g_strjoinv(" ", r->baseurl);

		g_print("%s|%s|%s|%s|%s|%d|%d|%d|%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT, r->id,
			r->name, urls, r->mirrorlist != NULL ? r->mirrorlist : "",
			r->metalink != NULL ? r->metalink : "", r->gpgcheck, r->repo_gpgcheck,
			r->skip_if_unavailable, r->priority, r->metadata_expire);
		print_transfer(r);
	}
	return 0;
}

static int cmd_data(const char *verb, const char *id)
{
	GError *error = NULL;
	KpRepoData *data;

	if (g_str_equal(verb, "metadata"))
		data = api()->metadata(root, repo(id), on_progress, NULL, &stop, &error);
	else
		data = kp_metadata_find(root, repo(id), &error);
	if (data != NULL && g_str_equal(verb, "previous")) {
		g_autoptr(KpRepoData) bad = data;

		data = kp_metadata_previous(root, bad, &error);
	}
	if (error != NULL)
		return fail(error);
	if (data != NULL)
		return print_data(data);
	g_print("nothing\n");
	return 0;
}

static GPtrArray *packages(char **words, gboolean headers)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)kp_package_free);

	for (; *words != NULL; words += 4) {
		KpPackage *package = g_new0(KpPackage, 1);
		guint64 number = g_ascii_strtoull(words[3], NULL, 10);

		package->name = g_strdup("n");
		package->evr = g_strdup("1-1");
		package->arch = g_strdup("x86_64");
		package->repo = repo(words[0]);
		package->location = g_strdup(words[1]);
		package->checksum_type = g_strdup("sha256");
		package->checksum = g_strdup(words[2]);
		if (headers)
			package->header_end = number;
		else
			package->size = number;
		g_ptr_array_add(list, package);
	}
	return list;
}

/* Of each descriptor the sum of all that it reads, and how many names it has. */
static void print_fds(GPtrArray *fds)
{
	for (guint i = 0; i < fds->len; i++) {
		int fd = GPOINTER_TO_INT(g_ptr_array_index(fds, i));
		if (fd < 0)
			g_print("none\n");
		else if (dup2(fd, 9) != 9 ||
			 system("sha256sum <&9 | cut -d' ' -f1; stat -L -c %h:%s /proc/self/fd/9") != 0)
			g_print("unreadable\n");
	}
}

static int cmd_packages(char **words, const char *folder, gboolean headers)
{
	g_autoptr(GPtrArray) list = packages(words, headers);
	g_autoptr(GPtrArray) fds = g_ptr_array_new();
	GError *error = NULL;
	gboolean ok = headers ?
		      api()->headers(root, list, fds, on_progress, NULL, &stop, &error) :
		      api()->packages(root, list, g_str_equal(folder, "-") ? NULL : folder, fds,
				      on_progress, NULL, &stop, &error);

	if (!ok)
		return fail(error);
	print_fds(fds);
	return 0;
}

static int cmd_key(const char *id, const char *url)
{
	GError *error = NULL;
	g_autoptr(GBytes) key = api()->key(root, repo(id), url, &stop, &error);

	if (key == NULL)
		return fail(error);
	g_print("%.*s\n", (int)g_bytes_get_size(key), (const char *)g_bytes_get_data(key, NULL));
	return 0;
}

/* As the program does it: whatever these tests fetch is fetched from behind the fence. */
static gboolean close_fence(const char *folder, GError **error)
{
	g_autoptr(KpFence) fence = kp_fence_new(root, repos);

	/* what is not there cannot be opened later; download-only has its own in the cache */
	if (g_path_is_absolute(folder) && g_mkdir_with_parents(folder, 0755) == 0)
		g_ptr_array_add(fence->writable, g_strdup(folder));
	return kp_fence_close(fence, error);
}

static gboolean fetches(const char *verb)
{
	static const char *const verbs[] = { "metadata", "packages", "headers", "key", NULL };

	return g_strv_contains(verbs, verb);
}

int main(int argc, char **argv)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	GError *error = NULL;
	const char *verb = argc > 2 ? argv[2] : "";

	setlocale(LC_ALL, "");
	signal(SIGTERM, on_signal);
	if (g_getenv("STOP_AFTER") != NULL)
		stop_after = g_ascii_strtoull(g_getenv("STOP_AFTER"), NULL, 10);
	root = argc > 1 ? argv[1] : NULL;
	repos = kp_repos_read(root, NULL, warnings, &error);
	if (repos == NULL)
		return fail(error);
	for (guint i = 0; i < warnings->len; i++)
		g_printerr("warning: %s\n", (char *)g_ptr_array_index(warnings, i));
	if (g_str_equal(verb, "repos"))
		return cmd_repos();
	if (fetches(verb) && argc > 3 && !close_fence(argv[3], &error))
		return fail(error);
	if (g_str_equal(verb, "packages") && argc > 3)
		return cmd_packages(argv + 4, argv[3], FALSE);
	if (g_str_equal(verb, "headers"))
		return cmd_packages(argv + 3, NULL, TRUE);
	if (g_str_equal(verb, "key") && argc > 4)
		return cmd_key(argv[3], argv[4]);
	return argc > 3 ? cmd_data(verb, argv[3]) : 2;
}
