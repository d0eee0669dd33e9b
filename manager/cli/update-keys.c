/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A package signed by a key that rpm does not have: its repository may say where the
 * key is (gpgkey=). To believe it is for a person, who compares the fingerprint. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fetch-api.h"
#include "base/names.h"
#include "cli/apart.h"
#include "cli/out.h"
#include "cli/plugin.h"
#include "cli/report.h"
#include "cli/update.h"

#define KEY_MAX (1024 * 1024)	/* bytes; more is not fetched */

/* 4 digits and a blank, as gpg shows it */
static char *in_groups(const char *fingerprint)
{
	GString *text = g_string_new(NULL);

	for (gsize i = 0; fingerprint[i] != '\0'; i++)
		g_string_append_printf(text, "%s%c", i > 0 && i % 4 == 0 ? " " : "",
				       g_ascii_toupper(fingerprint[i]));
	return g_string_free(text, FALSE);
}

static gboolean is_agreed(const KpUpdate *update, const KpChosen *chosen, const char *url,
			  const KpPackageKey *key, GError **error)
{
	g_autofree char *fingerprint = in_groups(key->fingerprint);
	g_autofree char *clean = kp_text_printable(url);
	g_autofree char *name = kp_text_printable(chosen->header->nevra);
	g_autofree char *about = g_strdup_printf(
		"%s is signed by a key that rpm does not have:\n"
		"  user id      %s\n  fingerprint  %s\n  from         %s (gpgkey= of repository %s)",
		name, key->user_id, fingerprint, clean,
		chosen->step->package->repo->id);

	if (update->options->import_keys) {
		kp_say(update->options, "%s", about);
		return TRUE;
	}
	if (!update->options->yes && isatty(STDIN_FILENO)) {
		kp_err("%s\n", about);
		if (kp_update_ask(update->options, "Is that fingerprint right, and shall rpm "
				  "believe this key from now on?"))
			return TRUE;
		if (kp_update_interrupted(update->options, error))
			return FALSE;
		g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED,
				    "the key was not imported; nothing was changed");
		return FALSE;
	}
	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
		    "%s\ncompare the fingerprint with what its owner publishes; then say this again on a "
		    "terminal without --yes, or with --import-keys. Nothing was changed", about);
	return FALSE;
}

/* The key that signed @chosen, among those at @url; or NULL, with @error if they
 * cannot be had. */
static const KpPackageKey *find_key(const KpChosen *chosen, const GPtrArray *keys)
{
	for (guint i = 0; i < keys->len; i++) {
		const KpPackageKey *key = g_ptr_array_index(keys, i);

		if (g_strv_contains((const char *const *)key->ids, chosen->header->key_id))
			return key;
	}
	return NULL;
}

typedef struct {
	const KpUpdate *update;
	const KpRepo *repo;
	const char *url;
} Work;

/* The child: the text is in a file without a name. */
static gboolean fetch_key(gpointer user, GPtrArray *fds, GError **error)
{
	const Work *work = user;
	const KpOptions *options = work->update->options;
	const KpFetchApi *api = kp_plugin_symbol(KP_FETCH_PLUGIN, KP_FETCH_SYMBOL, error);
	g_autoptr(GBytes) bytes = api == NULL ? NULL :
		api->key(options->root, work->repo, work->url, options->stop, error);
	int fd = bytes != NULL ? memfd_create("kpatch-key", MFD_CLOEXEC) : -1;
	gsize size = 0;
	gconstpointer text = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;

	if (bytes == NULL)
		return FALSE;
	if (fd < 0 || write(fd, text, size) != (gssize)size) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "no memory for a key: %s",
			    g_strerror(errno));
		return FALSE;
	}
	g_ptr_array_add(fds, GINT_TO_POINTER(fd));
	return TRUE;
}

/* All of @fd, which it closes. Caller frees. */
static char *text_of(int fd)
{
	char *text = g_malloc0(KEY_MAX + 1);
	gssize n = pread(fd, text, KEY_MAX, 0);

	close(fd);
	text[MAX(n, 0)] = '\0';
	return text;
}

static GPtrArray *read_keys(const KpUpdate *update, const KpRepo *repo, const char *url,
			    GError **error)
{
	g_autoptr(GPtrArray) repos = g_ptr_array_new(), fds = g_ptr_array_new();
	g_autoptr(KpFence) fence = NULL;
	g_autofree char *text = NULL;
	Work work = { update, repo, url };

	g_ptr_array_add(repos, (gpointer)repo);
	fence = kp_fence_new(update->options->root, repos);
	if (!kp_apart_fetch(fetch_key, &work, fence, update->options->stop, fds, error))
		return NULL;
	text = fds->len == 1 ? text_of(GPOINTER_TO_INT(fds->pdata[0])) : g_strdup("");
	return update->api->keys(update->options->root, update->settings->rpmdb, text, error);
}

static gboolean import_key(const KpUpdate *update, const KpPackageKey *key, GError **error)
{
	KpProgress progress;
	gboolean ok;

	kp_progress_init(&progress, update->options);
	ok = update->api->import_key(update->options->root, update->settings->rpmdb, key,
				     update->settings->rpm_lock_limit * 1000, &progress.watch, error);
	kp_progress_end(&progress);
	return ok;
}

/* Not every librpm looks for that. */
static gboolean is_current(const KpChosen *chosen, const char *url, const KpPackageKey *key,
			   GError **error)
{
	g_autofree char *clean = kp_text_printable(url);

	if (key->revoked)
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "the key %s at %s (gpgkey= of repository %s) is revoked by its owner, and is "
			    "not imported; ask who runs the repository for packages with a current one",
			    key->key_id, clean, chosen->step->package->repo->id);
	return !key->revoked;
}

/* TRUE also when the key is not at @url: *@done says. */
static gboolean try_url(const KpUpdate *update, const KpChosen *chosen, const char *url,
			gboolean *done, GError **error)
{
	const KpRepo *repo = chosen->step->package->repo;
	g_autoptr(GPtrArray) keys = read_keys(update, repo, url, error);
	const KpPackageKey *key = keys != NULL ? find_key(chosen, keys) : NULL;

	if (keys == NULL) {
		g_autofree char *clean = kp_text_printable(url);

		g_prefix_error(error, "the key at %s (gpgkey= of repository %s) cannot be read: ", clean,
			       repo->id);
		return FALSE;
	}
	if (key == NULL)
		return TRUE;
	if (!is_current(chosen, url, key, error) ||
	    !is_agreed(update, chosen, url, key, error) || !import_key(update, key, error))
		return FALSE;
	kp_say(update->options, "rpm knows the key %s now.", key->key_id);
	*done = TRUE;
	return TRUE;
}

static gboolean look_again(const KpUpdate *update, KpChosen *chosen, GError **error)
{
	KpPackageHeader *header = update->api->header(update->options->root,
						      update->settings->rpmdb, chosen->fd, error);

	if (header == NULL)
		return FALSE;
	kp_package_header_free(chosen->header);
	chosen->header = header;
	return TRUE;
}

static gboolean bring_key(const KpUpdate *update, KpChosen *chosen, GError **error)
{
	const KpRepo *repo = chosen->step->package->repo;
	gboolean done = FALSE;

	/* one that was imported a moment ago may have signed this one too */
	if (!look_again(update, chosen, error))
		return FALSE;
	if (chosen->header->signature != KP_SIGNED_UNKNOWN || repo == NULL || repo->gpgkey == NULL)
		return TRUE;
	for (char **url = repo->gpgkey; *url != NULL && !done; url++)
		if (!try_url(update, chosen, *url, &done, error))
			return FALSE;
	return !done || look_again(update, chosen, error);
}

gboolean kp_update_bring_keys(KpUpdate *update, GError **error)
{
	if (update->settings->verify_packages != KP_PACKAGE_REQUIRED)
		return TRUE;
	for (guint i = 0; i < update->chosen->len; i++) {
		KpChosen *chosen = g_ptr_array_index(update->chosen, i);

		if (chosen->header != NULL && chosen->header->signature == KP_SIGNED_UNKNOWN &&
		    !bring_key(update, chosen, error))
			return FALSE;
	}
	return TRUE;
}
