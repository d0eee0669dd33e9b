/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "cli/journal.h"
#include "fixture.h"
#include "sample.h"

/* What was sent: one text an entry, its fields each on a line. */
static void collect(const struct iovec *fields, int count, gpointer data)
{
	GString *entry = g_string_new(NULL);

	for (int i = 0; i < count; i++) {
		g_string_append_len(entry, fields[i].iov_base, (gssize)fields[i].iov_len);
		g_string_append_c(entry, '\n');
	}
	g_ptr_array_add(data, g_string_free(entry, FALSE));
}

static gboolean has(const GPtrArray *sent, guint i, const char *line)
{
	g_autofree char *wanted = g_strconcat(line, "\n", NULL);

	return i < sent->len && strstr(g_ptr_array_index(sent, i), wanted) != NULL;
}

static gboolean has_id(const GPtrArray *sent, guint i, KpJournalMessage message)
{
	g_autofree char *line = g_strconcat("MESSAGE_ID=", kp_journal_id(message), NULL);

	return has(sent, i, line);
}

static void test_live(void)
{
	g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpJournal) journal = kp_journal_new(collect, sent);
	g_autoptr(KpCandidates) candidates = sample_candidates();
	const KpPatch *patch = sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autoptr(KpHost) host = sample_host();
	g_autoptr(GPtrArray) live = sample_lives();
	g_autoptr(KpPlan) plan = kp_plan_apply(host, candidates, live, patch);

	kp_journal_plan(journal, "apply", host->kver, plan, NULL);
	g_assert_cmpuint(sent->len, ==, 1);
	g_assert_true(has_id(sent, 0, KP_JOURNAL_LIVE));
	g_assert_true(has(sent, 0, "MESSAGE=kpatch_1_2 (1-2) is live in kernel " SAMPLE_KVER "."));
	g_assert_true(has(sent, 0, "PRIORITY=5"));
	g_assert_true(has(sent, 0, "SYSLOG_IDENTIFIER=kpatch-manager"));
	g_assert_true(has(sent, 0, "KPATCH_KERNEL=" SAMPLE_KVER));
	g_assert_true(has(sent, 0, "KPATCH_NAME=kpatch_1_2"));
	g_assert_true(has(sent, 0, "KPATCH_VERSION=1-2"));
	g_assert_true(has(sent, 0, "KPATCH_SHA256=sum-of-1-2"));
	g_assert_true(has(sent, 0, "KPATCH_ACTION=apply"));
	g_assert_true(has(sent, 0, "KPATCH_RESULT=done"));
}

static void test_rollback(void)
{
	g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpJournal) journal = kp_journal_new(collect, sent);
	g_autoptr(KpCandidates) candidates = sample_candidates();
	g_autoptr(KpHost) host = sample_host();
	g_autoptr(GPtrArray) live = sample_lives();
	g_autoptr(GPtrArray) holds = sample_holds();
	g_autoptr(KpPlan) plan = NULL;

	sample_patch(candidates, KP_ORIGIN_STORE, "1-2");
	sample_live(live, "kpatch_1_2", "1-2", TRUE);
	plan = kp_plan_rollback(host, candidates, live, holds, NULL, TRUE);
	kp_journal_plan(journal, "rollback", host->kver, plan, NULL);
	g_assert_cmpuint(sent->len, ==, 2);
	g_assert_true(has_id(sent, 0, KP_JOURNAL_TAKEN_OUT));
	g_assert_true(has(sent, 0, "KPATCH_NAME=kpatch_1_2"));
	g_assert_true(has_id(sent, 1, KP_JOURNAL_HELD));
	g_assert_true(has(sent, 1, "KPATCH_SHA256=sum-of-1-2"));
}

static void test_exposed(void)
{
	g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpJournal) journal = kp_journal_new(collect, sent);
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, KP_STATE_FILE, NULL);
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);

	kp_journal_exposed(journal, state, SAMPLE_KVER);
	g_assert_cmpuint(sent->len, ==, 0);
	g_clear_pointer(&state, kp_state_close);
	g_assert_cmpint(chmod(path, 0606), ==, 0);
	state = kp_state_open(root, TRUE, NULL);
	kp_journal_exposed(journal, state, SAMPLE_KVER);
	g_assert_cmpuint(sent->len, ==, 1);
	g_assert_true(has_id(sent, 0, KP_JOURNAL_STATE_EXPOSED));
	g_assert_true(has(sent, 0, "PRIORITY=4"));
	g_assert_nonnull(strstr(g_ptr_array_index(sent, 0), "(its mode was 0606)"));
	fixture_remove(root);
}

static void test_hold(void)
{
	const KpHold hold = { .kver = (char *)SAMPLE_KVER, .name = (char *)"kpatch_1_2",
			      .version = (char *)"1-2", .sha256 = (char *)"sum" };
	g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpJournal) journal = kp_journal_new(collect, sent);

	kp_journal_hold(journal, "hold", &hold);
	kp_journal_hold(journal, "release", &hold);
	g_assert_cmpuint(sent->len, ==, 2);
	g_assert_true(has_id(sent, 0, KP_JOURNAL_HELD));
	g_assert_true(has(sent, 0, "KPATCH_ACTION=hold"));
	g_assert_true(has_id(sent, 1, KP_JOURNAL_RELEASED));
	g_assert_true(has(sent, 1, "KPATCH_SHA256=sum"));
}

static void test_failures(void)
{
	static const struct {
		KpErrorCode code;
		KpJournalMessage message;
		const char *result;
	} rows[] = {
		{ KP_ERROR_FAILED, KP_JOURNAL_FAILED, "KPATCH_RESULT=failed" },
		{ KP_ERROR_CONFIG, KP_JOURNAL_FAILED, "KPATCH_RESULT=configuration" },
		{ KP_ERROR_BUSY, KP_JOURNAL_BUSY, "KPATCH_RESULT=busy" },
		{ KP_ERROR_REFUSED, KP_JOURNAL_REFUSED, "KPATCH_RESULT=refused" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
		g_autoptr(KpJournal) journal = kp_journal_new(collect, sent);
		g_autoptr(GError) error = g_error_new_literal(KP_ERROR, rows[i].code, "why\nand how");

		kp_journal_error(journal, "boot", error);
		g_assert_cmpuint(sent->len, ==, 1);
		g_assert_true(has_id(sent, 0, rows[i].message));
		g_assert_true(has(sent, 0, rows[i].result));
		g_assert_true(has(sent, 0, "MESSAGE=why\nand how"));
		g_assert_true(has(sent, 0, "KPATCH_ACTION=boot"));
	}
}

/* One entry for one failure, and none for a slip of the keyboard. */
static void test_once(void)
{
	g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpJournal) journal = kp_journal_new(collect, sent);
	g_autoptr(KpCandidates) candidates = sample_candidates();
	const KpPatch *patch = sample_patch(candidates, KP_ORIGIN_PACKAGE, "1-2");
	g_autoptr(GError) usage = g_error_new_literal(KP_ERROR, KP_ERROR_USAGE, "what?");
	g_autoptr(GError) refused = g_error_new_literal(KP_ERROR, KP_ERROR_REFUSED, "no");

	kp_journal_error(journal, "apply", usage);
	g_assert_cmpuint(sent->len, ==, 0);
	kp_journal_refusal(journal, "apply", patch, refused);
	kp_journal_error(journal, "apply", refused);
	g_assert_cmpuint(sent->len, ==, 1);
	g_assert_true(has_id(sent, 0, KP_JOURNAL_REFUSED));
	g_assert_true(has(sent, 0, "KPATCH_SHA256=sum-of-1-2"));
	kp_journal_error(NULL, "apply", refused);
}

static KpUpdateStep *sample_step(KpUpdateStepKind kind, const char *evr, const char *replaces)
{
	KpUpdateStep *step = g_new0(KpUpdateStep, 1);

	step->kind = kind;
	step->package = g_new0(KpPackage, 1);
	step->package->name = g_strdup("kpatch-patch-6_1");
	step->package->evr = g_strdup(evr);
	step->package->arch = g_strdup("x86_64");
	step->replaces = g_strdup(replaces);
	return step;
}

static void test_packages(void)
{
	g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpJournal) journal = kp_journal_new(collect, sent);
	g_autoptr(KpUpdatePlan) plan = kp_update_plan_new();

	g_ptr_array_add(plan->steps, sample_step(KP_STEP_UPGRADE, "1-3", "1-2"));
	g_ptr_array_add(plan->steps, sample_step(KP_STEP_ERASE, "1-1", NULL));
	kp_journal_package(journal, g_ptr_array_index(plan->steps, 0), SAMPLE_KVER);
	kp_journal_package(journal, g_ptr_array_index(plan->steps, 1), NULL);
	g_assert_cmpuint(sent->len, ==, 2);
	g_assert_true(has_id(sent, 0, KP_JOURNAL_PACKAGE));
	g_assert_true(has(sent, 0, "MESSAGE=kpatch-patch-6_1-1-3.x86_64 was upgraded from 1-2, for kernel "
			  SAMPLE_KVER "."));
	g_assert_true(has(sent, 0, "KPATCH_ACTION=update"));
	g_assert_true(has(sent, 0, "KPATCH_RESULT=done"));
	g_assert_true(has(sent, 0, "KPATCH_STEP=upgrade"));
	g_assert_true(has(sent, 0, "KPATCH_PACKAGE=kpatch-patch-6_1-1-3.x86_64"));
	g_assert_true(has(sent, 0, "KPATCH_REPLACES=1-2"));
	g_assert_true(has(sent, 0, "KPATCH_KERNEL=" SAMPLE_KVER));
	g_assert_true(has(sent, 1, "MESSAGE=kpatch-patch-6_1-1-1.x86_64 was removed."));
	g_assert_true(has(sent, 1, "KPATCH_STEP=erase"));
	kp_journal_repaired(journal, "x was left");
	g_assert_true(has_id(sent, 2, KP_JOURNAL_REPAIRED));
	g_assert_true(has(sent, 2, "KPATCH_STEP=repair"));
	kp_journal_package(NULL, g_ptr_array_index(plan->steps, 0), NULL);
}

/* One entry that names all, and none besides. */
static void test_packages_failed(void)
{
	g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpJournal) journal = kp_journal_new(collect, sent);
	g_autoptr(KpUpdatePlan) plan = kp_update_plan_new();
	g_autoptr(GError) usage = g_error_new_literal(KP_ERROR, KP_ERROR_USAGE, "what?");
	g_autoptr(GError) busy = g_error_new_literal(KP_ERROR, KP_ERROR_BUSY, "in use by dnf");

	g_ptr_array_add(plan->steps, sample_step(KP_STEP_UPGRADE, "1-3", "1-2"));
	g_ptr_array_add(plan->steps, sample_step(KP_STEP_INSTALL, "2-1", NULL));
	kp_journal_packages_failed(journal, plan->steps, usage);
	g_assert_cmpuint(sent->len, ==, 0);
	kp_journal_packages_failed(journal, plan->steps, busy);
	kp_journal_error(journal, "update", busy);
	g_assert_cmpuint(sent->len, ==, 1);
	g_assert_true(has_id(sent, 0, KP_JOURNAL_PACKAGES_FAILED));
	g_assert_true(has(sent, 0, "MESSAGE=in use by dnf"));
	g_assert_true(has(sent, 0, "KPATCH_RESULT=busy"));
	g_assert_true(has(sent, 0, "KPATCH_PACKAGE=kpatch-patch-6_1-1-3.x86_64"));
	g_assert_true(has(sent, 0, "KPATCH_PACKAGE=kpatch-patch-6_1-2-1.x86_64"));
}

/* The text of the entry of @id in @catalog, up to the next one. */
static char *catalog_entry(const char *catalog, const char *id)
{
	g_autofree char *head = g_strdup_printf("\n-- %s\n", id);
	const char *start = strstr(catalog, head);
	const char *end;

	if (start == NULL)
		return NULL;
	start += strlen(head);
	end = strstr(start, "\n-- ");
	return end != NULL ? g_strndup(start, (gsize)(end - start)) : g_strdup(start);
}

static guint count_entries(const char *catalog)
{
	guint count = 0;

	for (const char *at = catalog; (at = strstr(at, "\n-- ")) != NULL; at++)
		count++;
	return count;
}

static void test_catalog(void)
{
	/* make check says where the sources are */
	g_autofree char *path = g_test_build_filename(G_TEST_DIST, "conf",
						      "kpatch-manager.catalog", NULL);
	g_autofree char *catalog = NULL;

	g_assert_true(g_file_get_contents(path, &catalog, NULL, NULL));
	for (guint i = 0; i < KP_JOURNAL_MESSAGES; i++) {
		g_autofree char *entry = catalog_entry(catalog, kp_journal_id(i));

		g_assert_cmpuint(strspn(kp_journal_id(i), "0123456789abcdef"), ==, 32);
		g_assert_cmpuint(strlen(kp_journal_id(i)), ==, 32);
		g_assert_nonnull(entry);
		g_assert_true(g_str_has_prefix(entry, "Subject: "));
		g_assert_nonnull(strstr(entry, "\nDefined-By: kpatch-manager\n"));
		g_assert_cmpuint(strlen(strstr(entry, "\n\n")), >, 60);
		for (guint j = 0; j < i; j++)
			g_assert_cmpstr(kp_journal_id(i), !=, kp_journal_id(j));
	}
	g_assert_cmpuint(count_entries(catalog), ==, KP_JOURNAL_MESSAGES);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/journal/exposed", test_exposed);
	g_test_add_func("/journal/live", test_live);
	g_test_add_func("/journal/rollback", test_rollback);
	g_test_add_func("/journal/hold", test_hold);
	g_test_add_func("/journal/failures", test_failures);
	g_test_add_func("/journal/once", test_once);
	g_test_add_func("/journal/packages", test_packages);
	g_test_add_func("/journal/packages-failed", test_packages_failed);
	g_test_add_func("/journal/catalog", test_catalog);
	return g_test_run();
}
