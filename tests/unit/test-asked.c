/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/names.h"
#include "live/asked.h"
#include "live/select.h"
#include "sample.h"

/* The package database, and the history newest first: "RELEASE ORIGIN AT". */
static const struct row {
	const char *what;
	const char *const packages[3];	/* releases of modules in packages' folder */
	const char *const store[3];	/* and in the store */
	const char *const records[4];
	const char *digest;		/* that the database has of 1-1; NULL: the right one */
	gint64 installed;		/* when it was */
	gboolean matters;
	gboolean packaged;
	gboolean since;
	const char *best;
} rows[] = {
	{ "nothing newer", { "1-2" }, { "1-1", "1-2" }, { "1-2 package 10" }, NULL, 20, FALSE, FALSE, FALSE, "1-2" },
	{ "nothing packaged", { NULL }, { "1-1", "1-2" }, { "1-2 package 10" }, NULL, 20, FALSE, FALSE, FALSE, "1-2" },
	{ "went back", { "1-1" }, { "1-2" }, { "1-2 package 10" }, NULL, 20, TRUE, TRUE, TRUE, "1-1" },
	{ "in the same second", { "1-1" }, { "1-2" }, { "1-2 package 20" }, NULL, 20, TRUE, TRUE, TRUE, "1-1" },
	{ "its copy is gone", { "1-1" }, { "1-1" }, { "1-2 package 10" }, NULL, 20, TRUE, TRUE, TRUE, "1-1" },
	{ "the boot after", { "1-1" }, { "1-2" }, { "1-1 package 30", "1-2 package 10" }, NULL, 20, TRUE, TRUE, TRUE, "1-1" },
	{ "applied since", { "1-1" }, { "1-2" }, { "1-2 store 30", "1-2 package 10" }, NULL, 20, TRUE, TRUE, FALSE, "1-2" },
	{ "from a file", { "1-1" }, { "1-2" }, { "1-2 file 10" }, NULL, 20, TRUE, TRUE, TRUE, "1-2" },
	{ "from a file once", { "1-1" }, { "1-2" }, { "1-2 store 12", "1-2 file 10" }, NULL, 20, TRUE, TRUE, TRUE, "1-2" },
	{ "never live", { "1-1" }, { "1-2" }, { "1-1 package 10" }, NULL, 20, TRUE, TRUE, TRUE, "1-2" },
	{ "not what was packaged", { "1-1" }, { "1-2" }, { "1-2 package 10" }, "another", 20, TRUE, FALSE, FALSE, "1-2" },
	{ "installed before", { "1-1" }, { "1-2" }, { "1-2 package 30" }, NULL, 20, TRUE, TRUE, FALSE, "1-2" },
};

static void add_record(GPtrArray *records, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", 3);
	KpRecord *record = g_new0(KpRecord, 1);

	record->kver = g_strdup(SAMPLE_KVER);
	record->result = g_strdup("done");
	record->version = g_strdup(words[0]);
	record->name = g_strdelimit(g_strdup_printf("kpatch_%s", words[0]), "-", '_');
	record->sha256 = g_strdup_printf("sum-of-%s", words[0]);
	record->origin = g_strdup(words[1]);
	record->at = g_ascii_strtoll(words[2], NULL, 10);
	g_ptr_array_add(records, record);
}

static KpInventory *inventory_of(const struct row *row, const KpCandidates *candidates)
{
	KpInventory *inventory = kp_inventory_new();

	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);
		KpInvPatch *package;

		if (patch->origin != KP_ORIGIN_PACKAGE)
			continue;
		package = kp_inv_patch_new();
		package->installed = row->installed;
		g_ptr_array_add(package->modules, kp_inv_module_new(
			patch->path, row->digest != NULL ? row->digest : patch->sha256));
		g_ptr_array_add(inventory->patches, package);
	}
	return inventory;
}

static void test_row(gconstpointer data)
{
	const struct row *row = data;
	g_autoptr(KpCandidates) candidates = sample_candidates();
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)kp_record_free);
	g_autoptr(GPtrArray) holds = sample_holds();
	g_autoptr(KpInventory) inventory = NULL;
	g_autoptr(KpChoice) choice = NULL;
	KpAsked asked;

	for (const char *const *version = row->packages; *version != NULL; version++)
		sample_patch(candidates, KP_ORIGIN_PACKAGE, *version);
	for (const char *const *version = row->store; *version != NULL; version++)
		sample_patch(candidates, KP_ORIGIN_STORE, *version);
	for (const char *const *text = row->records; *text != NULL; text++)
		add_record(records, *text);
	inventory = inventory_of(row, candidates);
	g_assert_cmpint(kp_asked_matters(&asked, candidates, holds, records), ==, row->matters);
	if (row->matters)
		kp_asked_answer(&asked, candidates, records, NULL, inventory);
	g_assert_cmpint(asked.packaged, ==, row->packaged);
	g_assert_cmpint(asked.since, ==, row->since);
	choice = kp_select_best(candidates->patches, holds);
	g_assert_cmpstr(choice->patch->version, ==, row->best);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strdelimit(g_strdup_printf("/asked/%s", rows[i].what), " ", '-');

		g_test_add_data_func(path, &rows[i], test_row);
	}
	return g_test_run();
}
