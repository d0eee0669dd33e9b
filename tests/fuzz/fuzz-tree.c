/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: whole commands on a tree that somebody else has made. The first byte says
 * which command; what follows are records: a byte for the file of the tree, two for the
 * length, the lower one first, and what the file has then. The others are as in a tree
 * that is in order. Whatever they say, what comes out is UTF-8 without anything that a
 * terminal would obey, and JSON is JSON. */
#include "fuzz.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arriving.h"
#include "base/available.h"
#include "base/settings.h"
#include "base/state.h"
#include "cli/command.h"
#include "cli/out.h"
#include "folder.h"
#include "live/store.h"
#include "live/trial-note.h"
#include "live/vouched.h"
#include "signing/trust.h"
#include "tests/unit/fixture.h"

#define KVER "6.1.0-1-amd64"
#define NAME "kpatch_test_1_1"

static const struct call {
	const char *command;
	gboolean json, check, dry_run;
} calls[] = {
	{ "status", .json = FALSE }, { "status", .json = TRUE }, { "status", .check = TRUE },
	{ "list", .json = FALSE }, { "list", .json = TRUE },
	{ "history", .json = FALSE }, { "history", .json = TRUE },
	{ "preflight", .json = FALSE }, { "preflight", .json = TRUE },
	{ "verify", .json = FALSE }, { "verify", .json = TRUE },
	{ "apply", .dry_run = TRUE }, { "rollback", .dry_run = TRUE },
};

/* New ones go to the end: inputs name them by their number. */
static const char *const paths[] = {
	"/proc/sys/kernel/osrelease",
	"/proc/sys/kernel/random/boot_id",
	"/proc/cmdline",
	"/proc/modules",
	"/proc/keys",
	"/sys/kernel/security/lockdown",
	"/sys/module/module/parameters/sig_enforce",
	"/sys/kernel/livepatch/" NAME "/enabled",
	"/sys/kernel/livepatch/" NAME "/transition",
	"/sys/kernel/livepatch/" NAME "/stack_order",
	"/sys/kernel/kpatch/" NAME "/enabled",
	"/sys/kernel/kpatch/" NAME "/checksum",
	"/sys/module/" NAME "/version",
	"/sys/module/" NAME "/taint",
	"/sys/module/" NAME "/srcversion",
	"/sys/module/kpatch/refusal",
	KP_PACKAGE_FOLDER "/" KVER "/kpatch-test-1-2.ko",
	KP_STORE_FOLDER "/" KVER "/kpatch-test-1-1.ko",
	KP_STATE_FILE,
	KP_SETTINGS_FILE,
	KP_SETTINGS_FOLDER "/site.conf",
	KP_AVAILABLE_FILE,
	KP_ARRIVING_FILE,
	KP_TRUSTED_DIR "/site.pem",
	KP_REVOKED_DIR "/site.list",
	KP_SEEN_FILE,
	KP_VOUCHED_FILE,
	KP_TRIAL_NOTE,
	"/lib/modules/" KVER "/modules.dep",
	"/sys/fs/selinux/enforce",
};

static struct {
	guint8 *data;
	gsize size;
	gboolean there, changed;
} files[G_N_ELEMENTS(paths)];

/* A hold and a record, so that there are rows to be changed. */
static void make_state(void)
{
	char kver[] = KVER, name[] = NAME, version[] = "1-1", digest[] = "00", word[] = "done",
	     action[] = "apply", backend[] = "kpatch", boot[] = "boot-1";
	const KpHold hold = { KP_HOLD_BLOCKED, kver, name, version, digest, action, 1 };
	const KpRecord record = { 1, boot, kver, action, name, version, digest, backend, word,
				  action, NULL, NULL, NULL };
	g_autoptr(KpState) state = kp_state_open(fuzz_folder(), TRUE, NULL);
	gboolean added;

	g_assert_true(kp_state_add_hold(state, &hold, &added, NULL));
	g_assert_true(kp_state_add_record(state, &record, NULL));
}

static void make_tree(void)
{
	const char *root = fuzz_folder();

	fixture_machine(root, KVER);
	fixture_live(root, "kpatch", NAME, "1-1", TRUE);
	fixture_patch(root, KP_PACKAGE_FOLDER, KVER, "1-2");
	fixture_patch(root, KP_STORE_FOLDER, KVER, "1-1");
	make_state();
	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autofree char *full = g_build_filename(root, paths[i], NULL);

		files[i].there = g_file_get_contents(full, (char **)&files[i].data, &files[i].size,
						     NULL);
	}
}

/* What the input before has changed is put back. */
static void restore(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autofree char *full = NULL;

		if (!files[i].changed)
			continue;
		files[i].changed = FALSE;
		full = g_build_filename(fuzz_folder(), paths[i], NULL);
		if (files[i].there)
			fuzz_write(paths[i], files[i].data, files[i].size);
		else
			g_assert_cmpint(remove(full), ==, 0);
	}
}

static void change(const guint8 *data, gsize size)
{
	while (size > 3) {
		gsize file = data[0] % G_N_ELEMENTS(paths), length = data[1] | (gsize)data[2] << 8;

		data += 3;
		size -= 3;
		length = MIN(length, size);
		fuzz_write(paths[file], data, length);
		files[file].changed = TRUE;
		data += length;
		size -= length;
	}
}

/* The command as main() runs it; what it says on either stream. */
static char *run(const struct call *call)
{
	static char *none[] = { NULL };
	KpOptions options = { .root = (char *)fuzz_folder(), .json = call->json,
			      .check = call->check, .dry_run = call->dry_run, .words = none };
	int fd = memfd_create("said", MFD_CLOEXEC), out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	g_autoptr(GError) error = NULL;
	char *text;
	off_t size;
	int code;

	fflush(stdout);
	g_assert_true(dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	code = kp_command_find(call->command)->run(&options, none, &error);
	if (error != NULL && !call->json)
		kp_err("%s\n", error->message);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	g_assert_true((code < 0) == (error != NULL));
	size = lseek(fd, 0, SEEK_END);
	text = g_malloc0((gsize)size + 1);
	g_assert_cmpint(pread(fd, text, (gsize)size, 0), ==, size);
	close(fd);
	return text;
}

static void check_harmless(const char *text)
{
	g_assert_true(g_utf8_validate(text, -1, NULL));
	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		g_assert_true(c == '\n' || c == '\t' || (c >= ' ' && (c < 0x7f || c > 0x9f)));
		g_assert_false((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069));
	}
}

static void check_json(const char *text)
{
	g_autoptr(JsonParser) parser = json_parser_new();

	g_assert_true(json_parser_load_from_data(parser, text, -1, NULL));
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	const struct call *call = &calls[size > 0 ? data[0] % G_N_ELEMENTS(calls) : 0];
	g_autofree char *text = NULL;

	if (files[0].data == NULL)
		make_tree();
	if (size > 0)
		change(data + 1, size - 1);
	text = run(call);
	check_harmless(text);
	if (call->json && *text == '{')
		check_json(text);
	restore();
	return 0;
}
