/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/error.h"
#include "cli/command.h"

static gboolean parse(const char *line, KpOptions *options, GError **error)
{
	g_auto(GStrv) argv = g_strsplit(line, " ", -1);

	memset(options, 0, sizeof(*options));
	return kp_options_parse(argv, options, error);
}

static void test_anywhere(void)
{
	g_autoptr(GError) error = NULL;
	KpOptions options;

	g_assert_true(parse("x --root / rollback -n none --json -q", &options, &error));
	g_assert_no_error(error);
	g_assert_cmpstr(options.root, ==, "/");
	g_assert_true(options.dry_run && options.json && options.quiet);
	g_assert_false(options.boot || options.help || options.verbose);
	g_assert_cmpstr(options.words[0], ==, "rollback");
	g_assert_cmpstr(options.words[1], ==, "none");
	g_assert_null(options.words[2]);
	kp_options_clear(&options);
	g_assert_true(parse("x history --limit 3 --kernel=6.1 --limit=4", &options, &error));
	g_assert_cmpstr(options.limit, ==, "4");
	g_assert_cmpstr(options.kernel, ==, "6.1");
	g_assert_null(options.words[1]);
	kp_options_clear(&options);
	g_assert_true(parse("x apply -- --json", &options, &error));
	g_assert_false(options.json);
	g_assert_cmpstr(options.words[1], ==, "--json");
	kp_options_clear(&options);
}

static void test_wrong(void)
{
	static const char *const lines[] = { "x --rooot /", "x --root", "x --root /no/such/folder",
					     "x --root=/no/such/folder", "x -z", "x --json=1",
					     "x --limit", "x --limit=", "x --limits 3" };

	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autoptr(GError) error = NULL;
		KpOptions options;

		g_assert_false(parse(lines[i], &options, &error));
		g_assert_error(error, KP_ERROR, KP_ERROR_USAGE);
		kp_options_clear(&options);
	}
}

static void test_not_taken(void)
{
	g_autoptr(GError) error = NULL;
	KpOptions options;

	g_assert_true(parse("x status --dry-run", &options, NULL));
	g_assert_false(kp_options_check(&options, KP_OPTION_JSON, "status", &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_USAGE);
	g_assert_nonnull(strstr(error->message, "--dry-run"));
	g_assert_true(kp_options_check(&options, KP_OPTION_DRY_RUN, "apply", NULL));
	kp_options_clear(&options);
	g_clear_error(&error);
	g_assert_true(parse("x list --limit 3", &options, NULL));
	g_assert_false(kp_options_check(&options, KP_OPTION_KERNEL, "list", &error));
	g_assert_nonnull(strstr(error->message, "--limit"));
	kp_options_clear(&options);
}

static void test_commands(void)
{
	static const char *const names[] = { "status", "list", "history", "preflight", "verify", "hold", "apply", "rollback", "release", "sync",
					     "help" };

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		const KpCommand *command = kp_command_find(names[i]);

		g_assert_nonnull(command);
		g_assert_nonnull(command->run);
		/* every help has an example */
		g_assert_nonnull(strstr(command->help, "  kpatch-manager "));
	}
	g_assert_null(kp_command_find("stat"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cli/options-anywhere", test_anywhere);
	g_test_add_func("/cli/options-wrong", test_wrong);
	g_test_add_func("/cli/options-not-taken", test_not_taken);
	g_test_add_func("/cli/commands", test_commands);
	return g_test_run();
}
