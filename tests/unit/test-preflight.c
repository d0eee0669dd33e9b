/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "live/conflict.h"
#include "live/preflight.h"
#include "sample.h"

typedef struct {
	KpHost *host;
	KpCandidates *candidates;
	KpPatch *patch;		/* 1-2 */
	GPtrArray *holds;
	GPtrArray *live;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
	scene->host = sample_host();
	scene->candidates = sample_candidates();
	scene->patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	scene->holds = sample_holds();
	scene->live = sample_lives();
}

static void tear_down(Scene *scene, gconstpointer data)
{
	kp_host_free(scene->host);
	kp_candidates_free(scene->candidates);
	g_ptr_array_unref(scene->holds);
	g_ptr_array_unref(scene->live);
}

static void expect(Scene *scene, gboolean older_ok, guint count, const char *part)
{
	g_autoptr(GPtrArray) reasons = kp_preflight(scene->host, scene->patch, scene->live,
						    scene->holds, NULL, older_ok,
						    KP_UNASKED);
	gboolean found = part == NULL;

	g_assert_cmpuint(reasons->len, ==, count);
	for (guint i = 0; i < reasons->len && !found; i++)
		found = g_strstr_len(g_ptr_array_index(reasons, i), -1, part) != NULL;
	g_assert_true(found);
}

static void test_clear(Scene *scene, gconstpointer data)
{
	expect(scene, FALSE, 0, NULL);
	sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);
	expect(scene, FALSE, 0, NULL);
}

static void test_other_kernel(Scene *scene, gconstpointer data)
{
	g_free(scene->host->kver);
	scene->host->kver = g_strdup("6.12.117+deb12-amd64");
	expect(scene, FALSE, 1, "it is for kernel " SAMPLE_KVER);
}

static void test_held(Scene *scene, gconstpointer data)
{
	sample_hold(scene->holds, scene->patch);
	expect(scene, FALSE, 1, "release 1-2");
}

static void test_older(Scene *scene, gconstpointer data)
{
	sample_live(scene->live, "kpatch_1_3", "1-3", TRUE);
	expect(scene, FALSE, 1, "'kpatch-manager rollback 1-2'");
	expect(scene, TRUE, 0, NULL);
	/* rollback knows nothing of a file that somebody names */
	scene->patch->origin = KP_ORIGIN_FILE;
	g_free(scene->patch->path);
	scene->patch->path = g_strdup("/root/my patch.ko");
	expect(scene, FALSE, 1, "\"kpatch-manager apply --older '/root/my patch.ko'\" takes it");
}

static void test_ftrace(Scene *scene, gconstpointer data)
{
	scene->host->ftrace_off = TRUE;
	expect(scene, FALSE, 1, "kernel.ftrace_enabled=1");
}

static void test_no_livepatch(Scene *scene, gconstpointer data)
{
	scene->host->has_livepatch = FALSE;
	expect(scene, FALSE, 0, NULL);
	scene->patch->backend = KP_BACKEND_LIVEPATCH;
	expect(scene, FALSE, 1, "livepatch");
}

static void test_other_backend(Scene *scene, gconstpointer data)
{
	KpLivePatch *live = sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);

	live->backend = KP_BACKEND_LIVEPATCH;
	expect(scene, FALSE, 1, "kpatch unload");
	live->enabled = FALSE;
	expect(scene, FALSE, 0, NULL);
}

static void test_blocked(Scene *scene, gconstpointer data)
{
	sample_hold(scene->holds, scene->patch);
	((KpHold *)g_ptr_array_index(scene->holds, 0))->kind = KP_HOLD_BLOCKED;
	expect(scene, FALSE, 1, "it is blocked: ");
}

static void test_unsigned(Scene *scene, gconstpointer data)
{
	scene->host->sig_enforce = TRUE;
	expect(scene, FALSE, 1, "module.sig_enforce");
	scene->host->sig_enforce = FALSE;
	scene->host->lockdown = g_strdup("integrity");
	expect(scene, FALSE, 1, "lockdown: integrity");
	scene->patch->has_signature = TRUE;
	expect(scene, FALSE, 0, NULL);
}

static void test_lockdown_word(void)
{
	static const struct {
		const char *text;
		const char *word;
	} rows[] = {
		{ "[none] integrity confidentiality", NULL },
		{ "none [integrity] confidentiality", "integrity" },
		{ "none integrity [confidentiality]", "confidentiality" },
		{ "none", NULL }, { "", NULL }, { "[", NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *word = kp_lockdown_word(rows[i].text);

		g_assert_cmpstr(word, ==, rows[i].word);
	}
}

static void test_target(Scene *scene, gconstpointer data)
{
	static const char *const targets[] = { "gone:ABC", "nfsd:ABC", "../x:1", "odd", NULL };
	char *root = fixture_folder();

	scene->host->root = g_strdup(root);
	scene->patch->targets = g_strdupv((char **)targets);
	fixture_write(root, "sys/module/nfsd/srcversion", "ABC\n", -1);
	expect(scene, FALSE, 0, NULL);
	fixture_write(root, "sys/module/nfsd/srcversion", "ABD\n", -1);
	expect(scene, FALSE, 1, "nfsd with srcversion ABC, and ABD is loaded");
	fixture_remove(root);
}

static void test_namesake(Scene *scene, gconstpointer data)
{
	char *root = fixture_folder();
	g_autofree char *path = g_strdup_printf("sys/module/%s/taint", scene->patch->name);

	scene->host->root = g_strdup(root);
	fixture_write(root, path, "OEK\n", -1);
	expect(scene, FALSE, 0, NULL);
	fixture_write(root, path, "\n", -1);
	expect(scene, FALSE, 1, "is no patch");
	fixture_remove(root);
}

#define PROBES "ffffffff81234560  k  do_other+0x0    [FTRACE]\n" \
	"ffffffff8134e2e0  k  do_x+0x0    [FTRACE]\n"

static void test_probe(Scene *scene, gconstpointer data)
{
	static const char *const funcs[] = { "vmlinux:do_x", "vmlinux:do_y", "odd", NULL };
	char *root = fixture_folder();

	scene->host->root = g_strdup(root);
	scene->patch->funcs = g_strdupv((char **)funcs);
	expect(scene, FALSE, 0, NULL);
	fixture_write(root, "sys/kernel/debug/kprobes/list", PROBES, -1);
	fixture_write(root, "sys/kernel/tracing/enabled_functions", "do_x (1) R   \ttramp: 0x1\n", -1);
	expect(scene, FALSE, 0, NULL);
	fixture_write(root, "sys/kernel/tracing/enabled_functions",
		      "do_xx (1) R I\ndo_x (2) R I \ttramp: 0x1\n", -1);
	expect(scene, FALSE, 1, "sits on do_x");
	/* a patch is live on it already, and the probe is beside it */
	sample_live(scene->live, "kpatch_1_1", "1-1", TRUE);
	fixture_write(root, "sys/kernel/kpatch/kpatch_1_1/vmlinux/do_x,1/old_addr", "0", -1);
	expect(scene, FALSE, 0, NULL);
	fixture_remove(root);
}

static void test_probe_texts(void)
{
	g_assert_true(kp_conflict_has_probe("f  k  do_x+0x4 [m] [FTRACE]", "do_x"));
	g_assert_false(kp_conflict_has_probe("f  k  do_x+0x12", "do_x"));
	g_assert_false(kp_conflict_has_probe("f  k  do_xx+0x0", "do_x"));
	g_assert_false(kp_conflict_has_probe("", "do_x"));
	g_assert_true(kp_conflict_is_redirected("do_x [m] (1)   I", "do_x"));
	g_assert_false(kp_conflict_is_redirected("do_x (1) R\ttramp: In", "do_x"));
	g_assert_false(kp_conflict_is_redirected("do_x", "do_x"));
}

static void test_all_at_once(Scene *scene, gconstpointer data)
{
	sample_hold(scene->holds, scene->patch);
	sample_live(scene->live, "kpatch_1_3", "1-3", TRUE);
	scene->host->ftrace_off = TRUE;
	expect(scene, FALSE, 3, "held");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *path;
		void (*run)(Scene *, gconstpointer);
	} rows[] = {
		{ "/preflight/clear", test_clear },
		{ "/preflight/other-kernel", test_other_kernel },
		{ "/preflight/held", test_held },
		{ "/preflight/older-than-live", test_older },
		{ "/preflight/ftrace-off", test_ftrace },
		{ "/preflight/no-livepatch", test_no_livepatch },
		{ "/preflight/other-backend", test_other_backend },
		{ "/preflight/blocked", test_blocked },
		{ "/preflight/unsigned", test_unsigned },
		{ "/preflight/target", test_target },
		{ "/preflight/namesake", test_namesake },
		{ "/preflight/probe", test_probe },
		{ "/preflight/all-at-once", test_all_at_once },
	};

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/preflight/lockdown-word", test_lockdown_word);
	g_test_add_func("/preflight/probe-texts", test_probe_texts);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_test_add(rows[i].path, Scene, NULL, set_up, rows[i].run, tear_down);
	return g_test_run();
}
