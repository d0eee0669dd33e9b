/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-source.h"

#include <string.h>
#include <unistd.h>

#include "package/fetch-handle.h"
#include "package/fetch-memory.h"
#include "package/fetch-room.h"
#include "package/repomd.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LrMetalink, lr_metalink_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LrMirrorlist, lr_mirrorlist_free)

#define LIST_MAX (1024 * 1024)	/* bytes; those of large distributions have 60,000 */
#define URLS_MAX 1000
#define SUMS_MAX 4		/* each may cost a round through all mirrors */
#define REPOMD "repomd.xml"
#define SUFFIX "repodata/" REPOMD

static void sum_free(gpointer data)
{
	KpFetchSum *sum = data;

	g_free(sum->text);
	g_free(sum);
}

/* Of several the strongest; the enumeration is in that order. */
static void add_sum(GPtrArray *sums, const GSList *hashes)
{
	KpFetchSum best = { LR_CHECKSUM_UNKNOWN, NULL };
	GChecksumType known;

	for (; hashes != NULL; hashes = hashes->next) {
		const LrMetalinkHash *hash = hashes->data;
		LrChecksumType type = hash->type != NULL ? lr_checksum_type(hash->type)
							 : LR_CHECKSUM_UNKNOWN;

		if (type > best.type && hash->value != NULL && kp_checksum_type(hash->type, &known) &&
		    kp_checksum_is_valid(known, hash->value))
			best = (KpFetchSum){ type, hash->value };
	}
	if (best.text == NULL || sums->len == SUMS_MAX)
		return;
	best.text = g_ascii_strdown(best.text, -1);
	g_ptr_array_add(sums, g_memdup2(&best, sizeof(best)));
}

static gint by_preference(gconstpointer a, gconstpointer b)
{
	int left = ((const LrMetalinkUrl *)a)->preference;
	int right = ((const LrMetalinkUrl *)b)->preference;

	return (left < right) - (left > right);
}

/* A mirror that kp_fetch_base_is_fine() does not like is passed by. */
static void add_url(GPtrArray *urls, const KpRepo *repo, const char *url, const char *suffix)
{
	gsize length = url != NULL ? strlen(url) : 0;

	if (length == 0 || urls->len == URLS_MAX || !kp_fetch_base_is_fine(repo, url) ||
	    !g_str_has_suffix(url, suffix))
		return;
	g_ptr_array_add(urls, g_strndup(url, length - strlen(suffix)));
}

static gboolean parse_metalink(KpFetchSource *source, int fd, GPtrArray *urls, GError **error)
{
	g_autoptr(LrMetalink) metalink = lr_metalink_init();

	if (!lr_metalink_parse_file(metalink, fd, REPOMD, NULL, NULL, error))
		return FALSE;
	metalink->urls = g_slist_sort(metalink->urls, by_preference);
	for (const GSList *each = metalink->urls; each != NULL; each = each->next)
		add_url(urls, source->repo, ((const LrMetalinkUrl *)each->data)->url, SUFFIX);
	add_sum(source->sums, metalink->hashes);
	/* what mirrors may still have that are a little behind */
	for (const GSList *each = metalink->alternates; each != NULL; each = each->next)
		add_sum(source->sums, ((const LrMetalinkAlternate *)each->data)->hashes);
	return TRUE;
}

static gboolean parse_mirrorlist(KpFetchSource *source, int fd, GPtrArray *urls, GError **error)
{
	g_autoptr(LrMirrorlist) list = lr_mirrorlist_init();

	if (!lr_mirrorlist_parse_file(list, fd, error))
		return FALSE;
	for (const GSList *each = list->urls; each != NULL; each = each->next)
		add_url(urls, source->repo, each->data, "");
	return TRUE;
}

/* What has "metalink" in it is one, whatever the key says: dnf decides it like this. */
static gboolean read_list(KpFetchSource *source, const char *url, const KpFetchWatch *watch,
			  GError **error)
{
	gboolean is_metalink = source->repo->metalink != NULL || strstr(url, "metalink") != NULL;
	g_autoptr(GPtrArray) urls = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) problem = NULL;
	const char *why = NULL;
	int fd = kp_fetch_memory(source->root, source->repo, "its list of mirrors", url, LIST_MAX,
				 watch, error);

	if (fd < 0)
		return FALSE;
	if (!(is_metalink ? parse_metalink : parse_mirrorlist)(source, fd, urls, &problem))
		why = problem->message;
	else if (urls->len == 0)
		why = "it names none that can be used";
	close(fd);
	if (why != NULL)
		kp_fetch_failed(source->repo, "its list of mirrors", why, error);
	g_ptr_array_add(urls, NULL);
	source->urls = g_strdupv((char **)urls->pdata);
	return why == NULL;
}

KpFetchSource *kp_fetch_source_new(const char *root, const KpRepo *repo,
				   const KpFetchWatch *watch, GError **error)
{
	const char *list = repo->metalink != NULL ? repo->metalink : repo->mirrorlist;
	g_autoptr(KpFetchSource) source = g_new0(KpFetchSource, 1);

	source->root = root;
	source->repo = repo;
	source->sums = g_ptr_array_new_with_free_func(sum_free);
	if (list == NULL)
		source->urls = g_strdupv(repo->baseurl);
	else if (!read_list(source, list, watch, error))
		return NULL;
	source->handle = kp_fetch_handle_new(root, repo, source->urls, error);
	return source->handle != NULL ? g_steal_pointer(&source) : NULL;
}

void kp_fetch_source_free(KpFetchSource *source)
{
	if (source == NULL)
		return;
	g_strfreev(source->urls);
	g_ptr_array_unref(source->sums);
	if (source->handle != NULL)
		lr_handle_free(source->handle);
	g_free(source);
}

LrHandle *kp_fetch_source_turned(const KpFetchSource *source, guint first, GError **error)
{
	guint count = g_strv_length(source->urls);
	g_autofree char **turned = g_new0(char *, count + 1);

	for (guint i = 0; i < count; i++)
		turned[i] = source->urls[(i + first) % count];
	return kp_fetch_handle_new(source->root, source->repo, turned, error);
}

GHashTable *kp_fetch_sources_new(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)kp_fetch_source_free);
}

const KpFetchSource *kp_fetch_sources_get(GHashTable *sources, const char *root,
					  const KpRepo *repo, const KpFetchWatch *watch,
					  GError **error)
{
	KpFetchSource *source = g_hash_table_lookup(sources, repo);

	if (source == NULL) {
		source = kp_fetch_source_new(root, repo, watch, error);
		if (source != NULL)
			g_hash_table_insert(sources, (gpointer)repo, source);
	}
	return source;
}
