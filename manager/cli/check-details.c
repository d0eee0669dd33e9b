/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who signed a patch that is not here yet, and which CVEs its changelog adds. That
 * stands in its header, the first bytes of the package, and nobody vouches for it
 * until it is installed. What was found is noted, because finding it loads what
 * fetches and what reads packages. */
#include <string.h>
#include <unistd.h>

#include "base/cve.h"
#include "base/error.h"
#include "base/fetch-api.h"
#include "base/inventory.h"
#include "base/metadata.h"
#include "base/names.h"
#include "base/replace.h"
#include "base/root.h"
#include "base/transaction.h"
#include "cli/apart.h"
#include "cli/check.h"
#include "cli/plugin.h"
#include "package/small-file.h"

#define NOTES KP_CACHE_FOLDER "/signers"
#define MOST_BYTES (1024 * 1024)

/* What is noted of a package for a kernel: "KEY\tSIGNER\tCVE CVE\tWHY". Without a signer
 * it could not be found out, or is damaged: WHY. */
enum { KEY, SIGNER, CVES, WHY, FIELDS };

#define NOBODY "nobody"

typedef struct {
	const KpCheck *check;
	const KpOptions *options;
	GPtrArray *kernels;	/* KpUpdateKernel, borrowed, of which nothing is noted */
	GPtrArray *fds;		/* of their headers */
} Work;

static gboolean has_details(const KpUpdateKernel *kernel)
{
	return kernel->best != NULL && kernel->best->repo != NULL && kernel->best->checksum != NULL;
}

/* What it adds depends on what is installed. */
static char *key_of(const KpUpdateKernel *kernel)
{
	return g_strdup_printf("%s %s", kernel->best->checksum,
			       kernel->installed != NULL ? kernel->installed : "-");
}

static GHashTable *read_notes(const char *root)
{
	g_autofree char *path = kp_root_path(root, NOTES);
	g_autofree char *text = kp_small_file_read(root, path, MOST_BYTES, NULL, NULL);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	GHashTable *notes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)g_strfreev);

	for (char **line = lines; *line != NULL; line++) {
		char **fields = g_strsplit(*line, "\t", -1);

		if (g_strv_length(fields) == FIELDS)
			g_hash_table_insert(notes, g_strdup(fields[KEY]), fields);
		else
			g_strfreev(fields);
	}
	return notes;
}

/* Only what this run asked about: a note of an older release is none. */
static void write_notes(const KpCheck *check, GHashTable *notes, const char *root)
{
	g_autofree char *path = kp_root_path(root, NOTES);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < check->asked->len; i++) {
		char **fields = g_hash_table_lookup(notes, g_ptr_array_index(check->asked, i));

		if (fields != NULL)
			g_string_append_printf(text, "%s\t%s\t%s\t%s\n", fields[KEY],
					       fields[SIGNER], fields[CVES], fields[WHY]);
	}
	kp_replace_file(path, text->str, (gssize)text->len, FALSE, NULL);
	g_string_free(text, TRUE);
}

static char *signer_text(const KpPackageHeader *header)
{
	if (header->signature == KP_SIGNED_NOT)
		return g_strdup(NOBODY);
	if (header->signer != NULL)
		return kp_text_printable(header->signer);
	return g_strdup_printf("unknown key %s", header->key_id != NULL ? header->key_id : "?");
}

static GHashTable *changelogs(const Work *work)
{
	KpChangelogsFunc read = (KpChangelogsFunc)kp_plugin_symbol(KP_INVENTORY_PLUGIN,
								   KP_CHANGELOGS_SYMBOL, NULL);

	return read == NULL ? NULL :
		read(work->options->root, work->check->status->settings->rpmdb, NULL);
}

/* The changelog of a cumulative patch has what the older ones fix, too. */
static char *added_cves(const KpPackageHeader *header, GHashTable *known,
			const KpUpdateKernel *kernel)
{
	g_autofree char *old = g_strdup_printf("%s-%s.%s", header->name, kernel->installed,
					       header->arch);
	GHashTable *before = known != NULL && kernel->installed != NULL ?
			     g_hash_table_lookup(known, old) : NULL;
	GString *text = g_string_new(NULL);

	for (char **cve = header->cves; *cve != NULL; cve++)
		if (before == NULL || !g_hash_table_contains(before, *cve))
			g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", *cve);
	return g_string_free(text, FALSE);
}

static void tell(const Work *work, const KpTransactionApi *api, GHashTable *known,
		 const KpUpdateKernel *kernel, int fd, FILE *told)
{
	g_autofree char *key = key_of(kernel);
	g_autoptr(GError) problem = NULL;
	g_autoptr(KpPackageHeader) header = fd < 0 ? NULL :
		api->header(work->options->root, work->check->status->settings->rpmdb, fd, &problem);
	gboolean bad = g_error_matches(problem, KP_ERROR, KP_ERROR_REFUSED);
	g_autofree char *why = bad ? kp_text_printable(problem->message) : NULL;
	g_autofree char *signer = header != NULL ? signer_text(header) : NULL;
	g_autofree char *cves = header != NULL ? added_cves(header, known, kernel) : NULL;

	fprintf(told, "%s\t%s\t%s\t%s\n", key,
		signer != NULL ? g_strdelimit(signer, "\t", ' ') : "", cves != NULL ? cves : "",
		why != NULL ? g_strdelimit(why, "\t\n", ' ') : "");
}

/* One child fetches headers: it must not get near the package database. */
static gboolean fetch(gpointer user, GPtrArray *fds, GError **error)
{
	const Work *work = user;
	const KpFetchApi *api = kp_plugin_symbol(KP_FETCH_PLUGIN, KP_FETCH_SYMBOL, error);
	g_autoptr(GPtrArray) packages = g_ptr_array_new();

	for (guint i = 0; i < work->kernels->len; i++)
		g_ptr_array_add(packages,
				((KpUpdateKernel *)g_ptr_array_index(work->kernels, i))->best);
	return api != NULL && api->headers(work->options->root, packages, fds, NULL, NULL,
					   work->options->stop, error);
}

static gboolean fetch_apart(Work *work)
{
	g_autoptr(GPtrArray) repos = g_ptr_array_new();
	g_autoptr(KpFence) fence = NULL;

	for (guint i = 0; i < work->kernels->len; i++) {
		const KpUpdateKernel *kernel = g_ptr_array_index(work->kernels, i);

		g_ptr_array_add(repos, (gpointer)kernel->best->repo);
	}
	fence = kp_fence_new(work->options->root, repos);
	return kp_apart_fetch(fetch, work, fence, work->options->stop, work->fds, NULL) &&
	       work->fds->len == work->kernels->len;
}

/* Another one, without a network, reads them and tells what they say. */
static void find_out(gpointer user, FILE *told)
{
	const Work *work = user;
	const KpTransactionApi *read = kp_plugin_symbol(KP_TRANSACTION_PLUGIN,
							KP_TRANSACTION_SYMBOL, NULL);
	g_autoptr(GHashTable) known = NULL;

	if (read == NULL)
		return;
	known = changelogs(work);
	for (guint i = 0; i < work->fds->len; i++)
		tell(work, read, known, g_ptr_array_index(work->kernels, i),
		     GPOINTER_TO_INT(g_ptr_array_index(work->fds, i)), told);
}

/* Of which packages nothing is noted; --refresh tries again what failed. */
static GPtrArray *find_unknown(const KpCheck *check, GHashTable *notes, const KpOptions *options)
{
	GPtrArray *unknown = g_ptr_array_new();

	for (guint i = 0; i < check->plan->kernels->len; i++) {
		KpUpdateKernel *kernel = g_ptr_array_index(check->plan->kernels, i);
		g_autofree char *key = has_details(kernel) ? key_of(kernel) : NULL;
		char **fields = key != NULL ? g_hash_table_lookup(notes, key) : NULL;

		if (key != NULL)
			g_ptr_array_add(check->asked, g_strdup(key));
		if (key != NULL && (fields == NULL || (options->refresh && *fields[SIGNER] == '\0')))
			g_ptr_array_add(unknown, kernel);
	}
	return unknown;
}

/* Why what is noted in @fields, which may be NULL, is not good; or NULL. */
static const char *why_bad(char **fields, KpPackagePolicy policy)
{
	if (fields == NULL)
		return NULL;
	if (*fields[WHY] != '\0')
		return fields[WHY];
	return policy == KP_PACKAGE_REQUIRED && g_str_equal(fields[SIGNER], NOBODY) ?
	       "it is not signed" : NULL;
}

gboolean kp_details_pass(const char *root, const KpUpdatePlan *plan, KpPackagePolicy policy,
			 GPtrArray *passed, GPtrArray *asked)
{
	g_autoptr(GHashTable) notes = read_notes(root);
	guint before = passed->len;

	for (guint i = 0; i < plan->kernels->len; i++) {
		const KpUpdateKernel *kernel = g_ptr_array_index(plan->kernels, i);
		g_autofree char *key = has_details(kernel) ? key_of(kernel) : NULL;
		const char *why = key == NULL ? NULL :
			why_bad(g_hash_table_lookup(notes, key), policy);

		if (why == NULL)
			continue;
		g_ptr_array_add(passed, kp_passed_new(kernel->best, why));
		if (asked != NULL)
			g_ptr_array_add(asked, g_steal_pointer(&key));
	}
	return passed->len > before;
}

static void close_fd(gpointer fd)
{
	if (GPOINTER_TO_INT(fd) >= 0)
		close(GPOINTER_TO_INT(fd));
}

static void complete(const KpCheck *check, GHashTable *notes, const KpOptions *options)
{
	g_autoptr(GPtrArray) unknown = find_unknown(check, notes, options);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) fds = g_ptr_array_new_with_free_func(close_fd);
	Work work = { check, options, unknown, fds };

	if (unknown->len == 0 || geteuid() != 0)
		return;
	/* what it could not find out is no more than a dash in a table */
	if (fetch_apart(&work))
		kp_apart_run(find_out, &work, NULL, options->stop, lines, NULL);
	for (guint i = 0; i < lines->len; i++) {
		char **fields = g_strsplit(g_ptr_array_index(lines, i), "\t", -1);

		if (g_strv_length(fields) == FIELDS)
			g_hash_table_insert(notes, g_strdup(fields[KEY]), fields);
		else
			g_strfreev(fields);
	}
	write_notes(check, notes, options->root);
}

/* Advisories say which release of the patch fixes what; where they have nothing a
 * changelog stands in for them. */
static void take(KpCheck *check, KpUpdateKernel *kernel, char **fields)
{
	if (*fields[SIGNER] == '\0')
		return;
	g_hash_table_insert(check->signers, g_strdup(kernel->best->checksum),
			    kp_text_printable(fields[SIGNER]));
	kernel->logged = g_strsplit(fields[CVES], " ", -1);
	if (kernel->cves[0] != NULL)
		return;
	g_strfreev(kernel->cves);
	kernel->cves = g_strdupv(kernel->logged);
}

void kp_check_details(KpCheck *check, const KpOptions *options)
{
	g_autoptr(GHashTable) notes = read_notes(options->root);

	complete(check, notes, options);
	for (guint i = 0; i < check->plan->kernels->len; i++) {
		KpUpdateKernel *kernel = g_ptr_array_index(check->plan->kernels, i);
		g_autofree char *key = has_details(kernel) ? key_of(kernel) : NULL;
		char **fields = key != NULL ? g_hash_table_lookup(notes, key) : NULL;

		if (fields != NULL)
			take(check, kernel, fields);
	}
}
