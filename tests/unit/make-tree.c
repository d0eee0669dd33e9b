/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes, for scripts, what the C tests make for themselves:
 *
 *   make-tree ROOT package|store KVER VERSION	a patch file in that folder
 *   make-tree ROOT held|blocked KVER VERSION	a hold of that release
 *   make-tree ROOT RESULT KVER VERSION		a record of an apply in boot-1
 *   make-tree ROOT by-hand KVER VERSION	a record that its file was applied
 *   make-tree ROOT "signed-by FINGERPRINT" KVER VERSION	one that was done
 *   make-tree ROOT loaded KVER NAME VERSION ORIGIN	how the module NAME went live
 *   make-tree ROOT hold KVER NAME VERSION DIGEST	a hold that means this
 *   make-tree ROOT module KVER NAME VERSION FOLDER KIND	a module file; VERSION "-":
 *	it says none; KIND: kpatch, kpatch-stacks, livepatch, livepatch-stacks or
 *	livepatch-silent, which does not tell whether it replaces others
 */
#include <string.h>

#include "base/state.h"
#include "fixture.h"
#include "live/store.h"

static char *name_of(const char *version)
{
	return g_strdelimit(g_strdup_printf("kpatch_test_%s", version), "-", '_');
}

static char *digest_of(const char *root, const char *kver, const char *version)
{
	g_autoptr(KpCandidates) candidates = kp_store_scan(root, kver);

	for (guint i = 0; i < candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(candidates->patches, i);

		if (g_str_equal(patch->version, version))
			return g_strdup(kp_patch_sha256(patch));
	}
	return g_strdup("none");
}

static void add_hold(KpState *state, const char *root, const char *kind, const char *kver,
		     const char *version)
{
	g_autofree char *name = name_of(version), *digest = digest_of(root, kver, version);
	KpHold hold = { g_str_equal(kind, "blocked") ? KP_HOLD_BLOCKED : KP_HOLD_HELD,
			(char *)kver, name, (char *)version, digest, (char *)"for a test", 1 };
	gboolean added;

	g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
}

/* A file that somebody applied, which has a copy. */
static void add_by_hand(KpState *state, const char *root, const char *kver, const char *version)
{
	g_autofree char *name = name_of(version), *digest = digest_of(root, kver, version);
	KpRecord record = { 1000, (char *)"boot-1", (char *)kver, (char *)"apply", name,
			    (char *)version, digest, (char *)"kpatch", (char *)"done", (char *)"",
			    NULL, NULL, (char *)"file" };

	g_assert_true(kp_state_add_record(state, &record, NULL));
}

#define SIGNED_BY "signed-by "

static void add_record(KpState *state, const char *result, const char *kver,
		       const char *version)
{
	g_autofree char *name = name_of(version);
	KpRecord record = { 1000, (char *)"boot-1", (char *)kver, (char *)"apply", name,
			    (char *)version, (char *)"s", (char *)"kpatch", (char *)result,
			    (char *)"for a test", NULL, NULL, NULL };

	if (g_str_has_prefix(result, SIGNED_BY)) {
		record.result = (char *)"done";
		record.signer = (char *)"CN=Signer of the test";
		record.signer_sha256 = (char *)result + strlen(SIGNED_BY);
	}
	g_assert_true(kp_state_add_record(state, &record, NULL));
}

static void add_module(const char *root, const char *kver, const char *name, const char *version,
		       const char *folder, const char *kind)
{
	gboolean livepatch = g_str_has_prefix(kind, "livepatch");
	gboolean stacks = g_str_has_suffix(kind, "-stacks");
	const FixtureModule module = {
		.name = name, .kver = kver, .version = g_str_equal(version, "-") ? NULL : version,
		.livepatch = livepatch, .funcs = !livepatch, .no_replace = stacks,
		.klp = !livepatch || g_str_has_suffix(kind, "-silent") ? NULL : stacks ? "no" : "yes",
	};
	g_autoptr(GBytes) bytes = fixture_module(&module);
	g_autofree char *path = g_strdup_printf("%s/%s/%s.ko", folder, kver, name);

	fixture_write(root, path, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
}

static void hold(KpState *state, const char *kver, const char *name, const char *version,
		 const char *digest)
{
	const KpHold hold = { KP_HOLD_HELD, (char *)kver, (char *)name, (char *)version,
			      (char *)digest, (char *)"for a test", 1 };
	gboolean added;

	g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
}

static void add_load(KpState *state, const char *kver, const char *name, const char *version,
		     const char *origin)
{
	const KpRecord record = { 1000, (char *)"boot-1", (char *)kver, (char *)"apply", (char *)name,
				  (char *)version, (char *)"s", (char *)"kpatch", (char *)"done",
				  (char *)"for a test", NULL, NULL, (char *)origin };

	g_assert_true(kp_state_add_record(state, &record, NULL));
}

int main(int argc, char **argv)
{
	g_autoptr(KpState) state = NULL;

	if (argc == 8 && g_str_equal(argv[2], "module")) {
		add_module(argv[1], argv[3], argv[4], argv[5], argv[6], argv[7]);
		return 0;
	}
	if (argc == 7) {
		state = kp_state_open(argv[1], TRUE, NULL);
		if (g_str_equal(argv[2], "hold"))
			hold(state, argv[3], argv[4], argv[5], argv[6]);
		else
			add_load(state, argv[3], argv[4], argv[5], argv[6]);
		return 0;
	}
	g_assert_cmpint(argc, ==, 5);
	if (g_str_equal(argv[2], "package") || g_str_equal(argv[2], "store")) {
		fixture_patch(argv[1], g_str_equal(argv[2], "store") ? KP_STORE_FOLDER
			      : KP_PACKAGE_FOLDER, argv[3], argv[4]);
		return 0;
	}
	state = kp_state_open(argv[1], TRUE, NULL);
	if (g_str_equal(argv[2], "held") || g_str_equal(argv[2], "blocked"))
		add_hold(state, argv[1], argv[2], argv[3], argv[4]);
	else if (g_str_equal(argv[2], "by-hand"))
		add_by_hand(state, argv[1], argv[3], argv[4]);
	else
		add_record(state, argv[2], argv[3], argv[4]);
	return 0;
}
