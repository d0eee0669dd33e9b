/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "base/available-note.h"
#include "base/available.h"
#include "fixture.h"

#define KVER "5.14.0-100.x86_64"
#define OTHER "5.14.0-110.x86_64"
#define REPOMD "/repomd.xml"

static char *string(const char *text)
{
	return g_strdup(text);
}

/* A plan with one kernel, and @evr for it; NULL: nothing is newer. */
static KpUpdatePlan *make_plan(const char *kver, const char *evr, const KpRepo *repo)
{
	KpUpdatePlan *plan = kp_update_plan_new();
	KpUpdateKernel *kernel = g_new0(KpUpdateKernel, 1);

	kernel->kver = string(kver);
	kernel->cves = g_strsplit("CVE-2026-1 CVE-2026-2", " ", -1);
	kernel->passed = g_ptr_array_new_with_free_func(g_free);
	if (evr != NULL) {
		kernel->best = g_new0(KpPackage, 1);
		kernel->best->name = string("kpatch-patch-a");
		kernel->best->evr = string(evr);
		kernel->best->arch = string("x86_64");
		kernel->best->repo = repo;
	}
	g_ptr_array_add(plan->kernels, kernel);
	return plan;
}

typedef struct {
	char *root;
	char *repomd;
	KpRepo repo;
	KpRepoData data;
	GPtrArray *repos;
} Machine;

static void machine_setup(Machine *machine, gconstpointer unused)
{
	machine->root = fixture_folder();
	fixture_write(machine->root, REPOMD, "<repomd/>", -1);
	machine->repomd = g_build_filename(machine->root, REPOMD, NULL);
	machine->repo.id = string("updates");
	machine->data.repo = &machine->repo;
	machine->data.repomd = machine->repomd;
	machine->data.cookie = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "<repomd/>", -1);
	machine->repos = g_ptr_array_new();
	g_ptr_array_add(machine->repos, &machine->data);
}

static void machine_teardown(Machine *machine, gconstpointer unused)
{
	fixture_remove(machine->root);
	g_free(machine->repomd);
	g_free(machine->repo.id);
	g_free(machine->data.cookie);
	g_ptr_array_unref(machine->repos);
}

static void note(Machine *machine, const char *kver, const char *evr)
{
	g_autoptr(KpUpdatePlan) plan = make_plan(kver, evr, &machine->repo);
	g_autoptr(GError) error = NULL;

	g_assert_true(kp_available_note(machine->root, plan, machine->repos, FALSE, &error));
	g_assert_no_error(error);
}

/* The version that is noted for @kver, or NULL. */
static char *noted(const Machine *machine, const char *kver)
{
	KpLook look;
	g_autoptr(GPtrArray) list = kp_available_read(machine->root, &look);
	const KpAvailable *available = kp_available_find(list, kver);

	return available != NULL ? g_strdup(available->version) : NULL;
}

static void assert_noted(const Machine *machine, const char *kver, const char *version)
{
	g_autofree char *found = noted(machine, kver);

	g_assert_cmpstr(found, ==, version);
}

static void assert_cves(const Machine *machine, const char *kver, const char *cves)
{
	KpLook look;
	g_autoptr(GPtrArray) list = kp_available_read(machine->root, &look);
	g_autofree char *found = g_strjoinv(" ", kp_available_find(list, kver)->cves);

	g_assert_cmpstr(found, ==, cves);
}

static void test_note(Machine *machine, gconstpointer unused)
{
	assert_noted(machine, KVER, NULL);
	note(machine, KVER, "2:1-3");
	note(machine, OTHER, "1-1");
	assert_noted(machine, KVER, "1-3");
	assert_cves(machine, KVER, "CVE-2026-1 CVE-2026-2");
	assert_noted(machine, OTHER, "1-1");
	note(machine, KVER, NULL);
	assert_noted(machine, KVER, NULL);
	assert_noted(machine, OTHER, "1-1");
}

static void test_repository_changed(Machine *machine, gconstpointer unused)
{
	note(machine, KVER, "1-3");
	fixture_write(machine->root, REPOMD, "<repomd />", -1);
	assert_noted(machine, KVER, NULL);
	fixture_write(machine->root, REPOMD, "<repomd/>", -1);
	assert_noted(machine, KVER, "1-3");
	g_assert_cmpint(g_unlink(machine->repomd), ==, 0);
	assert_noted(machine, KVER, NULL);
}

static KpLook look_of(const Machine *machine)
{
	KpLook look;
	g_autoptr(GPtrArray) list = kp_available_read(machine->root, &look);

	return look;
}

static void note_all(Machine *machine)
{
	g_autoptr(KpUpdatePlan) plan = make_plan(KVER, "1-3", &machine->repo);

	g_assert_true(kp_available_note(machine->root, plan, machine->repos, TRUE, NULL));
}

/* When somebody looked at all that there is; at one kernel is not that. */
static void test_look(Machine *machine, gconstpointer unused)
{
	KpRepo other = { .id = (char *)"other" };
	g_autofree char *repomd = g_build_filename(machine->root, "/other.xml", NULL);
	g_autofree char *cookie = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "<other/>", -1);
	KpRepoData data = { .repo = &other, .repomd = repomd, .cookie = cookie, .fetched = 500 };

	g_assert_cmpint(look_of(machine).fetched, ==, 0);
	note(machine, KVER, "1-3");
	g_assert_cmpint(look_of(machine).fetched, ==, 0);
	machine->data.fetched = 1000;
	note_all(machine);
	g_assert_cmpint(look_of(machine).fetched, ==, 1000);
	g_assert_false(look_of(machine).changed);
	g_ptr_array_add(machine->repos, &data);
	fixture_write(machine->root, "/other.xml", "<other/>", -1);
	note_all(machine);
	g_assert_cmpint(look_of(machine).fetched, ==, 500);
	g_assert_false(look_of(machine).changed);
	data.fetched = 2000;
	note(machine, OTHER, "1-1");
	g_assert_cmpint(look_of(machine).fetched, ==, 500);
	assert_noted(machine, OTHER, "1-1");
	note_all(machine);
	g_assert_cmpint(look_of(machine).fetched, ==, 1000);
	/* what is not there any more is of no use */
	assert_noted(machine, OTHER, NULL);
	fixture_write(machine->root, "/other.xml", "<other />", -1);
	g_assert_true(look_of(machine).changed);
	assert_noted(machine, KVER, "1-3");
}

/* Which repository has stood still for longest, of those that have patches. */
static void test_standing(Machine *machine, gconstpointer unused)
{
	KpRepo other = { .id = (char *)"other" };
	KpRepoData data = { .repo = &other, .repomd = machine->repomd, .cookie = machine->data.cookie,
			    .made = 500 };
	g_autoptr(KpUpdatePlan) plan = make_plan(KVER, "1-3", &machine->repo);
	KpLook look;

	machine->data.made = 1000;
	g_ptr_array_add(machine->repos, &data);
	note_all(machine);
	look = look_of(machine);
	g_assert_null(look.standing);
	g_ptr_array_add(plan->sources, &machine->repo);
	g_assert_true(kp_available_note(machine->root, plan, machine->repos, TRUE, NULL));
	look = look_of(machine);
	g_assert_cmpint(look.made, ==, 1000);
	g_assert_cmpstr(look.standing, ==, machine->repo.id);
	kp_look_clear(&look);
	g_ptr_array_add(plan->sources, &other);
	g_assert_true(kp_available_note(machine->root, plan, machine->repos, TRUE, NULL));
	look = look_of(machine);
	g_assert_cmpint(look.made, ==, 500);
	g_assert_cmpstr(look.standing, ==, "other");
	kp_look_clear(&look);
}

/* Advisories and the changelog each have their say, once. */
static void test_logged(Machine *machine, gconstpointer unused)
{
	g_autoptr(KpUpdatePlan) plan = make_plan(KVER, "1-3", &machine->repo);
	KpUpdateKernel *kernel = g_ptr_array_index(plan->kernels, 0);

	kernel->logged = g_strsplit("CVE-2026-2 CVE-2026-3", " ", -1);
	g_assert_true(kp_available_note(machine->root, plan, machine->repos, TRUE, NULL));
	assert_cves(machine, KVER, "CVE-2026-1 CVE-2026-2 CVE-2026-3");
}

/* Whatever is in the file, nothing comes of it but entries that are whole. */
static void test_damaged(Machine *machine, gconstpointer unused)
{
	static const char *const texts[] = {
		"", "nonsense", "[/]\nfetched=soon\nrepomds=/dev/zero;x\ncookies=00\n", "[" KVER "]\n", "[../../etc]\nversion=1\n", "\xff\xfe", "[" KVER,
		"[" KVER "]\nversion=1-3\npackage=p\nrepository=r\nrepomd=/dev/zero\ncookie=00\n",
	};
	g_autofree char *path = g_build_filename(machine->root, KP_AVAILABLE_FILE, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		fixture_write(machine->root, KP_AVAILABLE_FILE, texts[i], -1);
		assert_noted(machine, KVER, NULL);
		note(machine, KVER, "1-3");
		assert_noted(machine, KVER, "1-3");
	}
	g_assert_cmpint(chmod(path, 0646), ==, 0);
	assert_noted(machine, KVER, NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/available/note", Machine, NULL, machine_setup, test_note, machine_teardown);
	g_test_add("/available/repository-changed", Machine, NULL, machine_setup,
		   test_repository_changed, machine_teardown);
	g_test_add("/available/standing", Machine, NULL, machine_setup, test_standing,
		   machine_teardown);
	g_test_add("/available/look", Machine, NULL, machine_setup, test_look, machine_teardown);
	g_test_add("/available/logged", Machine, NULL, machine_setup, test_logged,
		   machine_teardown);
	g_test_add("/available/damaged", Machine, NULL, machine_setup, test_damaged,
		   machine_teardown);
	return g_test_run();
}
