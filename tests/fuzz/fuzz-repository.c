/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mirror, or a disk, has for repomd.xml, and the configuration of repositories:
 * the same bytes are tried as either. */
#include "fuzz.h"

#include <string.h>

#include "package/dnf-ini.h"
#include "package/dnf-vars.h"
#include "package/repo-keys.h"
#include "package/repomd.h"
#include "package/zypp.h"

static void check_printable(const GError *error)
{
	g_assert_nonnull(error);
	g_assert_true(g_utf8_validate(error->message, -1, NULL));
	for (const char *at = error->message; *at != '\0'; at++)
		g_assert_cmpint((guchar)*at, >=, ' ');
}

static void check_file(const KpRepomdFile *file)
{
	if (file == NULL)
		return;
	g_assert_true(kp_location_is_safe(file->location));
	g_assert_false(g_str_has_prefix(file->location, "/"));
	g_assert_nonnull(kp_location_suffix(file->location));
	g_assert_true(kp_checksum_is_valid(file->type, file->checksum));
}

static void try_repomd(const char *text, gsize size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpRepomd) repomd = kp_repomd_parse(text, size, &error);

	if (repomd == NULL) {
		check_printable(error);
		return;
	}
	g_assert_no_error(error);
	g_assert_nonnull(repomd->primary);
	check_file(repomd->primary);
	check_file(repomd->updateinfo);
}

static void store(const KpIniSection *section, GHashTable *vars, KpKeyScope scope)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpRepo) repo = g_new0(KpRepo, 1);
	g_autoptr(KpRepo) copy = g_new0(KpRepo, 1);
	KpKeyPlace place = { scope, "file", section->name, vars, warnings };

	repo->baseurl = g_new0(char *, 1);
	repo->excludes = g_new0(char *, 1);
	repo->includes = g_new0(char *, 1);
	repo->gpgkey = g_new0(char *, 1);
	kp_repo_keys_store(repo, section, &place);
	kp_repo_keys_store(repo, section, &place);
	for (guint i = 0; i < warnings->len; i++)
		g_assert_true(g_utf8_validate(g_ptr_array_index(warnings, i), -1, NULL));
	g_assert_cmpint(repo->metadata_expire, >=, -1);
	g_assert_cmpint(repo->timeout, >=, -1);
	g_assert_cmpint(repo->minrate, >=, 0);
	if (scope & KP_KEY_REPOZ)
		kp_zypp_finish("/nowhere", repo, section, warnings);
	kp_repo_keys_copy(copy, repo);
	g_assert_cmpstr(copy->proxy, ==, repo->proxy);
}

static void try_ini(const char *text, gsize size)
{
	static const char *const none[] = { NULL };
	const KpDnfRules rules = { .dnf5_vars = TRUE };
	g_autoptr(GHashTable) vars = kp_dnf_vars_read("/nowhere", none, &rules, NULL);
	g_autoptr(GPtrArray) sections = kp_ini_parse(text, size, NULL);

	for (guint i = 0; sections != NULL && i < sections->len; i++)
		/* a fuzzed section may stand anywhere */
		store(g_ptr_array_index(sections, i), vars,
		      KP_KEY_MAIN4 | KP_KEY_REPO4 | KP_KEY_MAIN5 | KP_KEY_REPO5);
}

static void try_zypp(const char *text, gsize size)
{
	static const char *const none[] = { NULL };
	const KpDnfRules rules = { .zypp = TRUE };
	g_autoptr(GHashTable) vars = kp_dnf_vars_read("/nowhere", none, &rules, NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) sections = kp_zypp_parse(text, size, &error);

	if (sections == NULL)
		check_printable(error);
	for (guint i = 0; sections != NULL && i < sections->len; i++) {
		const KpIniSection *section = g_ptr_array_index(sections, i);
		const char *urls = g_hash_table_lookup(section->values, "baseurl");

		g_assert_true(urls == NULL || strlen(urls) <= KP_ZYPP_LIST_MAX);
		store(section, vars, KP_KEY_MAINZ | KP_KEY_REPOZ);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	/* not one byte more than the text has, so that reading on is noticed */
	g_autofree char *text = g_memdup2(data, size);

	try_repomd(size > 0 ? text : "", size);
	try_ini(size > 0 ? text : "", size);
	try_zypp(size > 0 ? text : "", size);
	return 0;
}
