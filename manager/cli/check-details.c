/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who signed a patch that is not here yet, and which CVEs its changelog adds. That
 * stands in its header, the first bytes of the package, and nobody vouches for it
 * until it is installed. What was found is noted, because finding it loads what
 * fetches and what reads packages. */
#include <string.h>
#include <unistd.h>

#include "base/cve.h"
#include "base/fetch-api.h"
#include "base/inventory.h"
#include "base/metadata.h"
#include "base/names.h"
#include "base/root.h"
#include "base/transaction.h"
#include "cli/apart.h"
#include "cli/check.h"
#include "cli/plugin.h"
#include "package/small-file.h"

#define NOTES KP_CACHE_FOLDER "/signers"
#define MOST_BYTES (1024 * 1024)

/* What is noted of a package for a kernel: "KEY\tSIGNER\tCVE CVE". Without a signer
 * it could not be found out. */
enum { KEY, SIGNER, CVES, FIELDS };

typedef struct {
	const KpCheck *check;
	const KpOptions *options;
	GPtrArray *kernels;	/* KpUpdateKernel, borrowed, of which nothing is noted */
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

/* Only what is of use now: a note of an older release is none. */
static void write_notes(const KpCheck *check, GHashTable *notes, const char *root)
{
	g_autofree char *path = kp_root_path(root, NOTES);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < check->plan->kernels->len; i++) {
		const KpUpdateKernel *kernel = g_ptr_array_index(check->plan->kernels, i);
		g_autofree char *key = has_details(kernel) ? key_of(kernel) : NULL;
		char **fields = key != NULL ? g_hash_table_lookup(notes, key) : NULL;

		if (fields != NULL)
			g_string_append_printf(text, "%s\t%s\t%s\n", fields[KEY], fields[SIGNER],
					       fields[CVES]);
	}
	g_file_set_contents_full(path, text->str, (gssize)text->len,
				 G_FILE_SET_CONTENTS_CONSISTENT, 0644, NULL);
	g_string_free(text, TRUE);
}

static char *signer_text(const KpPackageHeader *header)
{
	if (header->signature == KP_SIGNED_NOT)
		return g_strdup("nobody");
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
	g_autoptr(KpPackageHeader) header = fd < 0 ? NULL :
		api->header(work->options->root, work->check->status->settings->rpmdb, fd, NULL);
	g_autofree char *signer = header != NULL ? signer_text(header) : NULL;
	g_autofree char *cves = header != NULL ? added_cves(header, known, kernel) : NULL;

	fprintf(told, "%s\t%s\t%s\n", key, signer != NULL ? g_strdelimit(signer, "\t", ' ') : "",
		cves != NULL ? cves : "");
}

/* The child: fetches headers, reads them and tells what they say. */
static void find_out(gpointer user, FILE *told)
{
	const Work *work = user;
	const KpFetchApi *fetch = kp_plugin_symbol(KP_FETCH_PLUGIN, KP_FETCH_SYMBOL, NULL);
	const KpTransactionApi *read = kp_plugin_symbol(KP_TRANSACTION_PLUGIN,
							KP_TRANSACTION_SYMBOL, NULL);
	g_autoptr(GPtrArray) packages = g_ptr_array_new();
	g_autoptr(GPtrArray) fds = g_ptr_array_new();
	g_autoptr(GHashTable) known = NULL;

	for (guint i = 0; i < work->kernels->len; i++)
		g_ptr_array_add(packages,
				((KpUpdateKernel *)g_ptr_array_index(work->kernels, i))->best);
	if (fetch == NULL || read == NULL ||
	    !fetch->headers(work->options->root, packages, fds, NULL, NULL, work->options->stop, NULL))
		return;
	known = changelogs(work);
	for (guint i = 0; i < fds->len; i++)
		tell(work, read, known, g_ptr_array_index(work->kernels, i),
		     GPOINTER_TO_INT(g_ptr_array_index(fds, i)), told);
}

/* Of which packages nothing is noted; --refresh tries again what failed. */
static GPtrArray *find_unknown(const KpCheck *check, GHashTable *notes, const KpOptions *options)
{
	GPtrArray *unknown = g_ptr_array_new();

	for (guint i = 0; i < check->plan->kernels->len; i++) {
		KpUpdateKernel *kernel = g_ptr_array_index(check->plan->kernels, i);
		g_autofree char *key = has_details(kernel) ? key_of(kernel) : NULL;
		char **fields = key != NULL ? g_hash_table_lookup(notes, key) : NULL;

		if (key != NULL && (fields == NULL || (options->refresh && *fields[SIGNER] == '\0')))
			g_ptr_array_add(unknown, kernel);
	}
	return unknown;
}

static void complete(const KpCheck *check, GHashTable *notes, const KpOptions *options)
{
	g_autoptr(GPtrArray) unknown = find_unknown(check, notes, options);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	Work work = { check, options, unknown };

	if (unknown->len == 0 || geteuid() != 0)
		return;
	/* what it could not find out is no more than a dash in a table */
	kp_apart_run(find_out, &work, options->stop, lines, NULL);
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
