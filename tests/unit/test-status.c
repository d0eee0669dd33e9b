/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-glib/json-glib.h>
#include <string.h>

#include "cli/status.h"
#include "cli/table.h"
#include "fixture.h"
#include "live/condition.h"

#define KVER "6.1.0-56-amd64"

/* One row per rule of kpatch-manager(8), STATES. */
static const struct {
	const char *rule;
	KpStatusFacts facts;
	const char *word;
	int code;		/* of status --check, if it is the running kernel */
	const char *verdict;	/* NULL: the word */
} rules[] = {
	{ "no patch", { .running = TRUE }, "uncovered", 12, NULL },
	{ "no patch, not running", { .running = FALSE }, "uncovered", 0, NULL },
	{ "will be live at boot", { .covered = TRUE, .best = "1-1" }, "up-to-date", 0, NULL },
	{ "a newer one than will be live is available", { .covered = TRUE, .best = "1-1",
							   .available = "1-2" },
	  "update-available", 0, NULL },
	{ "what will be live is available", { .covered = TRUE, .best = "1-2",
					      .available = "1-2" }, "up-to-date", 0, NULL },
	{ "best is live", { .running = TRUE, .covered = TRUE, .best = "1-2", .live = TRUE,
			    .live_version = "1-2" }, "up-to-date", 0, NULL },
	{ "newer than best is live", { .running = TRUE, .covered = TRUE, .best = "1-1",
				       .live = TRUE, .live_version = "1-2" }, "up-to-date", 0, NULL },
	{ "another one of the same order is live", { .running = TRUE, .covered = TRUE, .best = "1-1",
		      .live = TRUE, .live_version = "1-01" }, "not-live", 10, NULL },
	{ "orphan", { .running = TRUE, .live = TRUE, .live_version = "1-2" }, "up-to-date", 0, NULL },
	{ "older is live", { .running = TRUE, .covered = TRUE, .best = "1-10", .live = TRUE,
			     .live_version = "1-9" }, "not-live", 10, NULL },
	{ "foreign is live", { .running = TRUE, .covered = TRUE, .best = "1-1",
			       .live = TRUE }, "not-live", 10, NULL },
	{ "nothing is live", { .running = TRUE, .covered = TRUE, .best = "1-1" }, "not-live", 10, NULL },
	{ "all are held", { .running = TRUE, .covered = TRUE }, "not-live", 10, NULL },
	{ "in transition", { .running = TRUE, .covered = TRUE, .best = "1-1", .live = TRUE,
			     .live_version = "1-1", .transition = TRUE, .awaited = TRUE }, "not-live",
	  13, "loading" },
	{ "stalled", { .running = TRUE, .covered = TRUE, .best = "1-1", .live = TRUE,
		       .live_version = "1-1", .transition = TRUE }, "not-live", 13, "stalled" },
	{ "being taken away", { .running = TRUE, .covered = TRUE, .best = "1-1",
				.transition = TRUE, .awaited = TRUE }, "not-live", 13, "loading" },
	{ "missed", { .running = TRUE, .covered = TRUE, .best = "1-1", .live = TRUE,
		      .live_version = "1-1", .missed = TRUE }, "failed", 14, NULL },
	{ "a newer one is available", { .running = TRUE, .covered = TRUE, .best = "1-1",
					.live = TRUE, .live_version = "1-1",
					.available = "1-2" }, "update-available", 11, NULL },
	{ "what is available is live", { .running = TRUE, .covered = TRUE, .best = "1-1",
					 .live = TRUE, .live_version = "1-1",
					 .available = "1-1" }, "up-to-date", 0, NULL },
	{ "not live comes before available", { .running = TRUE, .covered = TRUE, .best = "1-1",
					       .available = "1-2" }, "not-live", 10, NULL },
	{ "a newer kernel is there", { .running = TRUE, .newer_kernel = TRUE },
	  "reboot-needed", 12, NULL },
	{ "patched, a newer kernel is there", { .running = TRUE, .covered = TRUE, .best = "1-1",
						.live = TRUE, .live_version = "1-1",
						.newer_kernel = TRUE }, "up-to-date", 0, NULL },
	{ "the newest is blocked", { .running = TRUE, .covered = TRUE, .best = "1-1",
				     .live = TRUE, .live_version = "1-1", .blocked = TRUE },
	  "failed", 14, "blocked" },
	{ "blocked, not running", { .covered = TRUE, .best = "1-1", .blocked = TRUE },
	  "failed", 0, NULL },
	{ "blocked comes before stalled", { .running = TRUE, .covered = TRUE, .best = "1-1",
					    .live = TRUE, .live_version = "1-1",
					    .transition = TRUE, .blocked = TRUE },
	  "failed", 14, "blocked" },
	{ "the next boot would be without it", { .running = TRUE, .covered = TRUE, .best = "1-2",
		      .live = TRUE, .live_version = "1-2", .core_refused = TRUE },
	  "up-to-date", 14, "core-refused" },
	{ "failed", { .running = TRUE, .covered = TRUE, .best = "1-2", .live = TRUE,
		      .live_version = "1-1", .last_failed = TRUE }, "failed", 14, NULL },
	{ "failed, then live", { .running = TRUE, .covered = TRUE, .best = "1-2", .live = TRUE,
				 .live_version = "1-2", .last_failed = TRUE }, "up-to-date", 0, NULL },
};

static void test_word(gconstpointer data)
{
	gsize row = GPOINTER_TO_SIZE(data);

	KpStatusVerdict verdict;

	g_assert_cmpstr(kp_status_word(&rules[row].facts), ==, rules[row].word);
	if (!rules[row].facts.running)
		return;
	verdict = kp_status_verdict(&rules[row].facts);
	g_assert_cmpint(verdict.code, ==, rules[row].code);
	g_assert_cmpstr(verdict.word, ==, rules[row].verdict != NULL ? rules[row].verdict
								     : rules[row].word);
}

/* One row per state of a patch, and what comes before what. */
static const struct {
	KpCondition facts;
	const char *word;
} conditions[] = {
	{ { .packaged = TRUE }, "installed" },
	{ { .older = TRUE }, "superseded" },
	{ { .failed = TRUE, .older = TRUE }, "failed" },
	{ { .held = TRUE, .failed = TRUE }, "held" },
	{ { .held = TRUE, .blocked = TRUE }, "blocked" },
	{ { .live = TRUE, .packaged = TRUE }, "live" },
	{ { .live = TRUE, .packaged = TRUE, .held = TRUE, .blocked = TRUE }, "live" },
	{ { .live = TRUE }, "orphaned" },
	{ { .live = TRUE, .pending = TRUE }, "pending" },
	{ { .live = TRUE, .transition = TRUE, .awaited = TRUE, .packaged = TRUE }, "loading" },
	{ { .live = TRUE, .missed = TRUE, .pending = TRUE, .packaged = TRUE }, "failed" },
	{ { .live = TRUE, .transition = TRUE, .pending = TRUE }, "stalled" },
	{ { .transition = TRUE, .held = TRUE }, "stalled" },
};

static void test_conditions(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(conditions); i++)
		g_assert_cmpstr(kp_condition_word(&conditions[i].facts), ==, conditions[i].word);
}

static void test_table(void)
{
	static const char *const heads[] = { "A", "LONG HEAD", "S", NULL };
	static const char *const first[] = { "x", "y", "fine", NULL };
	static const char *const second[] = { "wide", NULL, "b\033[2J\xc2\x9b""d\xff", NULL };
	static const char *const third[] = { "\xc3\xa9", NULL, "x", NULL };
	g_autoptr(KpTable) table = kp_table_new(heads);
	g_autofree char *plain = NULL, *coloured = NULL;

	kp_table_add(table, first, "\033[32m");
	kp_table_add(table, second, NULL);
	kp_table_add(table, third, NULL);
	plain = kp_table_text(table, FALSE);
	g_assert_cmpstr(plain, ==,
			"A     LONG HEAD  S\n"
			"x     y          fine\n"
			"wide  -          b\\x1b[2J\\xc2\\x9bd\\xff\n"
			"\xc3\xa9     -          x\n");
	coloured = kp_table_text(table, TRUE);
	g_assert_nonnull(strstr(coloured, "\033[32mfine\033[0m\n"));
}

/* cve tells of each hole in each kernel. One pass over the rows is enough for this to be
 * done at once; one for each of them takes minutes. */
static void test_long_table(void)
{
	static const char *const heads[] = { "CVE", "KERNEL", NULL };
	static const char *const row[] = { "CVE-2026-10000", "6.1.0", NULL };
	g_autoptr(KpTable) table = kp_table_new(heads);
	g_autofree char *text = NULL;

	for (guint i = 0; i < 60000; i++)
		kp_table_add(table, row, NULL);
	text = kp_table_text(table, FALSE);
	g_assert_true(g_str_has_prefix(text, "CVE             KERNEL\n"));
	g_assert_true(g_str_has_suffix(text, "CVE-2026-10000  6.1.0\n"));
}

/* A terminal that is too narrow breaks lines anywhere. */
static void test_narrow_table(void)
{
	static const char *const heads[] = { " ", "KERNEL", "LIVE", "STATE", NULL };
	static const char *const first[] = { "*", "6.12.117+deb12-amd64", "1-2", "up-to-date", NULL };
	static const char *const second[] = { " ", "6.1.0-57-amd64", NULL, "uncovered", NULL };
	static const char *const columns[] = { "43", "42", "0", "many", NULL };
	g_autoptr(KpTable) table = kp_table_new(heads);
	const char *const wide = "   KERNEL                LIVE  STATE\n";
	g_autofree char *narrow = NULL, *coloured = NULL;

	kp_table_add(table, first, "\033[32m");
	kp_table_add(table, second, NULL);
	for (gsize i = 0; columns[i] != NULL; i++) {
		g_autofree char *text = NULL;

		g_setenv("COLUMNS", columns[i], TRUE);
		text = kp_table_text(table, FALSE);
		g_assert_true(g_str_has_prefix(text, wide));
	}
	g_setenv("COLUMNS", "40", TRUE);
	narrow = kp_table_text(table, FALSE);
	coloured = kp_table_text(table, TRUE);
	g_unsetenv("COLUMNS");
	g_assert_cmpstr(narrow, ==, "* KERNEL  6.12.117+deb12-amd64\n  LIVE    1-2\n"
			"  STATE   up-to-date\n\n  KERNEL  6.1.0-57-amd64\n  STATE   uncovered\n");
	g_assert_nonnull(strstr(coloured, "\033[32mup-to-date\033[0m\n"));
}

static char *captured(void)
{
	char *root = fixture_folder();

	fixture_machine(root, KVER);
	fixture_patch(root, KP_PACKAGE_FOLDER, KVER, "1-2");
	fixture_patch(root, KP_STORE_FOLDER, KVER, "1-1");
	fixture_live(root, "kpatch", "kpatch_test_1_1", "1-1\n", TRUE);
	return root;
}

static void add_history(const char *root)
{
	g_autoptr(KpState) state = kp_state_open(root, TRUE, NULL);
	KpHold hold = { KP_HOLD_HELD, (char *)KVER, (char *)"kpatch_test_1_2", (char *)"1-2", (char *)"?",
			(char *)"it was rolled back", 86400 };
	KpRecord record = { 1000, (char *)"boot-1", (char *)KVER, (char *)"rollback",
			    (char *)"kpatch_test_1_1", (char *)"1-1", (char *)"s",
			    (char *)"kpatch", (char *)"done", (char *)"", NULL, NULL, NULL };
	gboolean added;

	g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
	g_assert_true(kp_state_add_record(state, &record, NULL));
}

static JsonObject *first_kernel(JsonParser *parser, const char *text)
{
	JsonObject *top;

	g_assert_true(json_parser_load_from_data(parser, text, -1, NULL));
	top = json_node_get_object(json_parser_get_root(parser));
	g_assert_cmpint(json_object_get_int_member(top, "schema"), ==, 1);
	g_assert_cmpstr(json_object_get_string_member(top, "running"), ==, KVER);
	return json_array_get_object_element(json_object_get_array_member(top, "kernels"), 0);
}

static JsonObject *only(JsonObject *kernel, const char *member)
{
	JsonArray *array = json_object_get_array_member(kernel, member);

	g_assert_cmpuint(json_array_get_length(array), ==, 1);
	return json_array_get_object_element(array, 0);
}

static const char *file_state(JsonObject *kernel, guint index)
{
	JsonArray *files = json_object_get_array_member(kernel, "files");

	return json_object_get_string_member(json_array_get_object_element(files, index), "state");
}

static void test_json(void)
{
	char *root = captured();
	g_autoptr(KpStatus) status = NULL;
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autofree char *text = NULL;
	JsonObject *kernel;

	add_history(root);
	status = kp_status_read(root, TRUE, NULL);
	text = kp_status_json(status);
	kernel = first_kernel(parser, text);
	g_assert_cmpstr(json_object_get_string_member(kernel, "kernel"), ==, KVER);
	g_assert_cmpstr(json_object_get_string_member(kernel, "state"), ==, "up-to-date");
	g_assert_cmpstr(json_object_get_string_member(only(kernel, "held"), "version"), ==, "1-2");
	g_assert_cmpstr(json_object_get_string_member(only(kernel, "held"), "since"), ==,
			"1970-01-02T00:00:00Z");
	g_assert_cmpstr(json_object_get_string_member(only(kernel, "live"), "version"), ==, "1-1");
	g_assert_cmpstr(json_object_get_string_member(only(kernel, "live"), "since"), ==,
			"1970-01-01T00:16:40Z");
	g_assert_cmpuint(json_array_get_length(json_object_get_array_member(kernel, "files")), ==, 2);
	g_assert_cmpstr(file_state(kernel, 0), ==, "held");
	/* it is live from its copy: no package brings it */
	g_assert_cmpstr(file_state(kernel, 1), ==, "orphaned");
	g_assert_cmpstr(json_object_get_string_member(only(kernel, "live"), "state"), ==, "orphaned");
	g_assert_cmpstr(json_object_get_string_member(only(kernel, "held"), "kind"), ==, "held");
	fixture_remove(root);
}

static void test_text(void)
{
	char *root = captured();
	g_autoptr(KpStatus) status = kp_status_read(root, TRUE, NULL);
	g_autofree char *text = kp_status_table(status, FALSE);

	g_assert_nonnull(strstr(text, "*  " KVER));
	g_assert_nonnull(strstr(text, "1-2 (no package)"));
	g_assert_nonnull(strstr(text, "not-live\n"));
	/* there is no package database below the root: that is said */
	g_assert_nonnull(strstr(text, "Problem: "));
	fixture_remove(root);
}

/* What is broken is named, and all else is shown. */
static void test_broken(void)
{
	char *root = captured();
	g_autoptr(KpStatus) status = NULL;
	g_autofree char *text = NULL;

	fixture_write(root, KP_STATE_FILE, "no database, by any means, at all", -1);
	fixture_write(root, KP_PACKAGE_FOLDER "/" KVER "/bad.ko", "x", -1);
	status = kp_status_read(root, TRUE, NULL);
	text = kp_status_table(status, FALSE);
	g_assert_nonnull(strstr(text, "state.db"));
	g_assert_nonnull(strstr(text, "bad.ko"));
	g_assert_nonnull(strstr(text, "1-1"));
	fixture_remove(root);
}

/* What a repository calls its packages does not reach the terminal as it is. */
static void test_clean(void)
{
	char *root = captured();
	g_autofree char *repomd = g_build_filename(root, "repomd.xml", NULL);
	g_autofree char *cookie = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "x", -1);
	g_autofree char *note = g_strdup_printf("[" KVER "]\nversion=1-3\npackage=a\xc2\x9b" "31m\n"
						"repository=r\nrepomd=%s\ncookie=%s\n", repomd, cookie);
	g_autoptr(KpStatus) status = NULL;
	g_autofree char *text = NULL;

	fixture_write(root, "repomd.xml", "x", -1);
	fixture_write(root, KP_AVAILABLE_FILE, note, -1);
	fixture_write(root, KP_PACKAGE_FOLDER "/" KVER "/\033[2J.ko", "x", -1);
	status = kp_status_read(root, FALSE, NULL);
	text = kp_status_table(status, FALSE);
	g_assert_nonnull(strstr(text, "Repository r has a\\xc2\\x9b31m"));
	g_assert_nonnull(strstr(text, "\\x1b[2J.ko"));
	g_assert_null(strchr(text, '\033'));
	fixture_remove(root);
}

/* Of several packages for a kernel, as after a transaction that was killed. */
static void test_newest(void)
{
	char *root = captured();
	g_autoptr(KpStatus) status = kp_status_read(root, FALSE, NULL);
	KpStatusKernel *kernel = g_ptr_array_index(status->kernels, 0);
	KpInvPatch packages[] = { { .evr = (char *)"0-0" }, { .evr = (char *)"1-10" },
				  { .evr = (char *)"1-9" } };
	g_autofree char *text = NULL;

	for (gsize i = 0; i < G_N_ELEMENTS(packages); i++)
		g_ptr_array_add(kernel->packages, &packages[i]);
	text = kp_status_table(status, FALSE);
	g_assert_nonnull(strstr(text, "*  " KVER "  1-10 "));
	g_ptr_array_set_size(kernel->packages, 0);
	fixture_remove(root);
}

/* A table verifies only what decides; what is live is part of that, though a newer
 * file is the best. */
static void test_distrusted(void)
{
	char *root = captured();
	g_autoptr(KpStatus) status = NULL;
	g_autofree char *text = NULL;

	fixture_write(root, KP_SETTINGS_FILE, "[verify]\nmodules=required\n", -1);
	status = kp_status_read(root, FALSE, NULL);
	text = kp_status_table(status, FALSE);
	g_assert_nonnull(strstr(text, "kpatch_test_1_1 (1-1) is live, and would not be loaded again: "));
	fixture_remove(root);
}

/* What was found in repositories is said to be old when it is. */
static void test_look(void)
{
	static const struct {
		gint64 age;	/* seconds; -1: nobody looked */
		gboolean changed;
		gboolean said;
	} rows[] = {
		{ -1, FALSE, FALSE }, { -1, TRUE, FALSE }, { 0, FALSE, FALSE }, { 0, TRUE, TRUE },
		{ 7 * 86400 - 60, FALSE, FALSE }, { 7 * 86400 + 60, FALSE, TRUE },
	};
	char *root = captured();
	g_autoptr(KpStatus) status = kp_status_read(root, FALSE, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *table = NULL, *line = NULL, *json = NULL;

		status->look.fetched = rows[i].age < 0 ? 0 :
			g_get_real_time() / G_USEC_PER_SEC - rows[i].age;
		status->look.changed = rows[i].changed;
		table = kp_status_table(status, FALSE);
		line = kp_status_check_text(status);
		json = kp_status_json(status);
		g_assert_true((strstr(table, "is known as of") != NULL) == rows[i].said);
		g_assert_true((strstr(line, "is known as of") != NULL) == rows[i].said);
		g_assert_true((strstr(json, "\"looked\" : null") != NULL) == (rows[i].age < 0));
		g_assert_true((strstr(json, "\"changed\" : true") != NULL) ==
			      (rows[i].age >= 0 && rows[i].changed));
	}
	fixture_remove(root);
}

/* That metadata have been the same for too long is said whenever somebody looked. */
static void test_standing(void)
{
	static const struct {
		gint64 age, limit;	/* days */
		gboolean said;
	} rows[] = { { 90, 90, FALSE }, { 91, 90, TRUE }, { 3000, 0, FALSE } };
	char *root = captured();
	g_autoptr(KpStatus) status = kp_status_read(root, FALSE, NULL);
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;

	status->look.fetched = now;
	status->look.standing = g_strdup("site");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *table = NULL, *json = NULL;

		status->look.made = now - rows[i].age * 86400 - 60;
		status->settings->stale_days = rows[i].limit;
		table = kp_status_table(status, FALSE);
		json = kp_status_json(status);
		g_assert_true((strstr(table, "What repository site has is from") != NULL) == rows[i].said);
		g_assert_true((strstr(json, "\"stale\" : true") != NULL) == rows[i].said);
	}
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		g_autofree char *path = g_strdup_printf("/status/word/%s", rules[i].rule);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_word);
	}
	g_test_add_func("/status/conditions", test_conditions);
	g_test_add_func("/status/table", test_table);
	g_test_add_func("/status/long-table", test_long_table);
	g_test_add_func("/status/narrow-table", test_narrow_table);
	g_test_add_func("/status/json", test_json);
	g_test_add_func("/status/text", test_text);
	g_test_add_func("/status/broken", test_broken);
	g_test_add_func("/status/look", test_look);
	g_test_add_func("/status/standing", test_standing);
	g_test_add_func("/status/clean", test_clean);
	g_test_add_func("/status/newest", test_newest);
	g_test_add_func("/status/distrusted", test_distrusted);
	return g_test_run();
}
