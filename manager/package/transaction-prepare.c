/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From items to librpm's elements, with all that policy says on the way. */
#include <rpm/rpmdb.h>
#include <rpm/rpmds.h>
#include <rpm/rpmlib.h>

#include "base/error.h"
#include "base/names.h"
#include "package/header.h"
#include "package/repair.h"
#include "package/tags.h"
#include "package/transaction.h"

static gboolean refuse(const char *nevra, const char *why, GError **error)
{
	g_autofree char *name = kp_text_printable(nevra);

	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "%s is refused: %s", name, why);
	return FALSE;
}

/* No rule is against it: it does not come about. */
static gboolean fail(const char *nevra, const char *why, GError **error)
{
	g_autofree char *name = kp_text_printable(nevra);

	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s: %s; nothing was changed", name, why);
	return FALSE;
}

static gboolean check_signature(const KpRun *run, const KpPackageHeader *info, GError **error)
{
	g_autofree char *name = kp_text_printable(info->nevra);
	g_autofree char *why = NULL;

	if (info->signature == KP_SIGNED_GOOD)
		return TRUE;
	why = info->signature == KP_SIGNED_NOT ? g_strdup("it is not signed") :
	      g_strdup_printf("it is signed by the key %s, which the package database does not have",
			      info->key_id);
	if (run->t->policy == KP_PACKAGE_REQUIRED) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "%s is refused: %s; %s", name, why,
			    info->signature == KP_SIGNED_NOT ?
			    "have it signed, or set verify=warn in [packages], manager.conf" :
			    "if you trust that key, import it with 'rpmkeys --import FILE'");
		return FALSE;
	}
	g_ptr_array_add(run->t->warnings, g_strdup_printf("%s: %s", name, why));
	return TRUE;
}

static gboolean check_part(const KpRun *run, const KpPart *part, GError **error)
{
	g_autofree char *why = kp_package_refusal(part->info, run->t->globs);
	const char *wanted = part->item->nevra;

	if (wanted != NULL && !g_str_equal(wanted, part->info->nevra))
		return refuse(wanted, "the file holds another package; get it again", error);
	if (why != NULL)
		return refuse(part->info->nevra, why, error);
	return check_signature(run, part->info, error);
}

static gboolean is_same(Header header, const KpPackageHeader *info)
{
	g_autofree char *evr = kp_tag_evr(header), *arch = kp_tag_text(header, RPMTAG_ARCH);

	return g_str_equal(evr, info->evr) && g_str_equal(arch, info->arch);
}

/* A transaction that was killed may have brought it already. */
static gboolean is_installed(const KpRun *run, const KpPart *part)
{
	rpmdbMatchIterator found = rpmtsInitIterator(run->ts, RPMDBI_NAME, part->info->name, 0);
	gboolean there = FALSE;
	Header header;

	while ((header = rpmdbNextIterator(found)) != NULL)
		there = there || is_same(header, part->info);
	rpmdbFreeIterator(found);
	return there;
}

/* Other releases of what is to be reinstalled: librpm would leave them there, as rpm
 * --reinstall does, and then say that they conflict. */
static int erase_others(const KpRun *run, const KpPart *part)
{
	rpmdbMatchIterator found = rpmtsInitIterator(run->ts, RPMDBI_NAME, part->info->name, 0);
	Header header;
	int result = 0;

	while (result == 0 && (header = rpmdbNextIterator(found)) != NULL)
		if (!is_same(header, part->info))
			result = rpmtsAddEraseElement(run->ts, header,
						      (int)rpmdbGetIteratorOffset(found));
	rpmdbFreeIterator(found);
	return result;
}

static int add_to_librpm(const KpRun *run, KpPart *part, Header header)
{
	part->was_there = is_installed(run, part);
	if (part->was_there)
		return rpmtsAddReinstallElement(run->ts, header, part) + erase_others(run, part);
	/* as rpm -U: what it obsoletes goes, which check_kernels() has to see */
	return rpmtsAddInstallElement(run->ts, header, part, 1, NULL);
}

static gboolean add_package(KpRun *run, const KpTransactionItem *item, GError **error)
{
	KpPart *part = g_new0(KpPart, 1);
	g_autofree char *name = kp_text_printable(item->nevra != NULL ? item->nevra : "package");
	Header header = NULL;
	gboolean ok;

	part->item = item;
	part->info = kp_header_read(run->ts, item->fd, &header, error);
	g_ptr_array_add(run->parts, part);
	if (part->info == NULL) {
		g_prefix_error(error, "%s: ", name);
		return FALSE;
	}
	ok = check_part(run, part, error);
	if (ok && add_to_librpm(run, part, header) != 0)
		ok = fail(part->info->nevra, "librpm does not take it", error);
	headerFree(header);
	return ok;
}

static gboolean add_erasure(KpRun *run, const KpTransactionItem *item, GError **error)
{
	rpmdbMatchIterator found = rpmtsInitIterator(run->ts, RPMDBI_LABEL, item->nevra, 0);
	Header header = rpmdbNextIterator(found);
	gboolean ok = header != NULL;

	if (!ok)
		fail(item->nevra, "it was to be removed, and is not installed", error);
	else if (rpmtsAddEraseElement(run->ts, header, (int)rpmdbGetIteratorOffset(found)) != 0)
		ok = fail(item->nevra, "librpm does not remove it", error);
	rpmdbFreeIterator(found);
	return ok;
}

/* What an earlier transaction was killed before it could erase. */
static void add_doubles(KpRun *run)
{
	run->doubles = kp_repair_doubles(run->ts, run->t->globs);
	for (guint i = 0; i < run->doubles->len; i++) {
		const KpInstance *instance = g_ptr_array_index(run->doubles, i);

		rpmtsAddEraseElement(run->ts, instance->header, (int)instance->offset);
	}
}

static gboolean has_element(const KpRun *run, const KpPart *part)
{
	for (int i = 0; i < rpmtsNElements(run->ts); i++)
		if (rpmteKey(rpmtsElement(run->ts, i)) == part)
			return TRUE;
	return FALSE;
}

/* librpm leaves out, without a word, what another one of them obsoletes. */
static gboolean check_complete(const KpRun *run, GError **error)
{
	for (guint i = 0; i < run->parts->len; i++) {
		const KpPart *part = g_ptr_array_index(run->parts, i);

		if (!has_element(run, part))
			return refuse(part->info->nevra,
				      "another package that is to be installed takes its place; "
				      "name one of the two", error);
	}
	return TRUE;
}

static gboolean provides_kernel(rpmte element)
{
	rpmds provides = rpmdsInit(rpmteDS(element, RPMTAG_PROVIDENAME));

	while (rpmdsNext(provides) >= 0)
		if (g_str_equal(rpmdsN(provides), KP_TIE))
			return TRUE;
	return FALSE;
}

/* Obsoletes of a package could take one away. */
static gboolean check_kernels(const KpRun *run, GError **error)
{
	for (int i = 0; i < rpmtsNElements(run->ts); i++) {
		rpmte element = rpmtsElement(run->ts, i);

		if (provides_kernel(element))
			return refuse(rpmteNEVRA(element),
				      "it is a kernel; kpatch-manager installs, replaces and "
				      "removes none", error);
	}
	return TRUE;
}

/* rpmtsCheck() answers 0 also when there are problems; rpmtsOrder() with the number
 * of those that it could put nowhere. */
static gboolean check_dependencies(const KpRun *run, GError **error)
{
	gboolean checked = rpmtsCheck(run->ts) == 0;
	rpmps problems = rpmtsProblems(run->ts);
	gboolean ok = rpmpsNumProblems(problems) == 0;

	rpmpsFree(problems);
	if (!ok) {
		kp_run_set_problems(run, error);
	} else if (!checked || rpmtsOrder(run->ts) != 0) {
		ok = FALSE;
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    "librpm cannot work out the dependencies of the packages; nothing "
				    "was changed");
	}
	return ok;
}

gboolean kp_run_prepare(KpRun *run, GError **error)
{
	gboolean ok = TRUE;

	for (guint i = 0; i < run->t->items->len && ok; i++) {
		const KpTransactionItem *item =
			&g_array_index(run->t->items, KpTransactionItem, i);

		ok = item->kind == KP_STEP_ERASE ? add_erasure(run, item, error)
						 : add_package(run, item, error);
	}
	if (!ok)
		return FALSE;
	add_doubles(run);
	if (!check_complete(run, error) || !check_kernels(run, error))
		return FALSE;
	ok = check_dependencies(run, error);
	rpmtsClean(run->ts);
	return ok;
}
