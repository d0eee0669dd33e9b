/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/compat.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "cli/out.h"
#include "cli/report.h"

static int run_help(const KpCompatCall *call, GError **error);
static int run_version(const KpCompatCall *call, GError **error);

static const KpCompatVerb verb_table[] = {
	{ "install", "[-k|--kernel-version KERNEL] MODULE",
	  "copy a patch module to /var/lib/kpatch, to be live after each boot",
	  TRUE, FALSE, TRUE, kp_compat_install },
	{ "uninstall", "[-k|--kernel-version KERNEL] MODULE",
	  "remove it from there; what is live stays live",
	  TRUE, FALSE, TRUE, kp_compat_uninstall },
	{ "load", "MODULE | --all",
	  "make a patch live until the next boot; --all: the installed one",
	  FALSE, TRUE, TRUE, kp_compat_load },
	{ "unload", "MODULE | --all",
	  "take a patch, or all, out of the running kernel",
	  FALSE, TRUE, TRUE, kp_compat_unload },
	{ "list", "",
	  "list loaded and installed patch modules",
	  FALSE, FALSE, FALSE, kp_compat_list },
	{ "info", "MODULE",
	  "show what a patch module says about itself",
	  FALSE, FALSE, TRUE, kp_compat_info },
	{ "signal", "",
	  "poke the tasks that keep a transition of livepatch from its end",
	  FALSE, FALSE, FALSE, kp_compat_signal },
	{ "version", "",
	  "print the release of kpatch whose interface this is",
	  FALSE, FALSE, FALSE, run_version },
	{ "help", "",
	  "print this",
	  FALSE, FALSE, FALSE, run_help },
};

/* Options in place of a verb. */
static const struct {
	const char *option;
	const char *verb;
} verb_options[] = {
	{ "-h", "help" }, { "--help", "help" }, { "-v", "version" }, { "--version", "version" },
};

gboolean kp_compat_is_meant(const char *program)
{
	g_autofree char *name = program != NULL ? g_path_get_basename(program) : NULL;

	return g_strcmp0(name, "kpatch") == 0;
}

const KpCompatVerb *kp_compat_find(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(verb_options); i++)
		if (g_str_equal(verb_options[i].option, name))
			name = verb_options[i].verb;
	for (gsize i = 0; i < G_N_ELEMENTS(verb_table); i++)
		if (g_str_equal(verb_table[i].name, name))
			return &verb_table[i];
	return NULL;
}

static void print_help(void (*print)(const char *format, ...))
{
	print("usage: kpatch [--root DIR] COMMAND [ARGUMENT...]\n\n"
	      "The command of existing patch packages and tools; kpatch-manager(8) does more,\n"
	      "with --json and --dry-run.\n\n");
	for (gsize i = 0; i < G_N_ELEMENTS(verb_table); i++)
		print("  %s %s\n      %s\n", verb_table[i].name, verb_table[i].synopsis,
		      verb_table[i].summary);
	print("\nA module is a file, or the name of an installed one, with or without .ko and\n"
	      "with - or _. Exit codes: 0 done or nothing to do, 1 everything else.\n\n"
	      "  kpatch install -k 6.12.0-55.el10.x86_64 ./kpatch-6_12_0-55-1-2.ko\n"
	      "  kpatch load --all\n"
	      "  kpatch list\n");
}

static int run_help(const KpCompatCall *call, GError **error)
{
	print_help(kp_out);
	return 0;
}

static int run_version(const KpCompatCall *call, GError **error)
{
	kp_out("%s\n", KP_COMPAT_VERSION);
	return 0;
}

static gboolean usage(GError **error, const char *problem, const char *what)
{
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "%s%s; 'kpatch help' shows what there is",
		    problem, what);
	return FALSE;
}

/* The value of the option at **@word, behind '=' or in the next word, to which
 * *@word is moved then. NULL with an error. */
static const char *option_value(char ***word, GError **error)
{
	const char *equals = strchr(**word, '=');

	if (equals != NULL)
		return equals + 1;
	if ((*word)[1] == NULL) {
		usage(error, "a value is missing after ", **word);
		return NULL;
	}
	return *++*word;
}

static gboolean is_option(const char *word, const char *brief, const char *full)
{
	return g_strcmp0(word, brief) == 0 || g_str_equal(word, full) ||
	       (g_str_has_prefix(word, full) && word[strlen(full)] == '=');
}

static gboolean take_root(KpOptions *options, const char *folder, GError **error)
{
	if (folder == NULL)
		return FALSE;
	if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
		return usage(error, "--root wants a folder, and this is none: ", folder);
	g_free(options->root);
	options->root = g_canonicalize_filename(folder, NULL);
	return TRUE;
}

static gboolean take_kernel(KpCompatCall *call, const char *kver, GError **error)
{
	if (kver == NULL)
		return FALSE;
	if (!kp_kver_valid(kver))
		return usage(error, "this is no kernel version: ", kver);
	call->kver = kver;
	return TRUE;
}

typedef struct {
	const KpCompatVerb *verb;
	KpCompatCall call;
	gboolean all;
	gboolean ended;		/* after "--" all are words */
} Parsed;

static gboolean parse_plain(Parsed *parsed, const char *word, GError **error)
{
	if (parsed->verb == NULL) {
		parsed->verb = kp_compat_find(word);
		return parsed->verb != NULL || usage(error, "there is no command ", word);
	}
	if (!parsed->verb->module || parsed->call.word != NULL)
		return usage(error, "too many arguments: ", word);
	parsed->call.word = word;
	return TRUE;
}

static gboolean parse_word(Parsed *parsed, KpOptions *options, char ***word, GError **error)
{
	const KpCompatVerb *verb = parsed->verb;

	if (parsed->ended || ***word != '-' || (verb == NULL && kp_compat_find(**word) != NULL))
		return parse_plain(parsed, **word, error);
	if (is_option(**word, NULL, "--root"))
		return take_root(options, option_value(word, error), error);
	if (verb != NULL && verb->kernel && is_option(**word, "-k", "--kernel-version"))
		return take_kernel(&parsed->call, option_value(word, error), error);
	if (verb != NULL && verb->kernel && g_str_has_prefix(**word, "-k"))
		return take_kernel(&parsed->call, **word + strlen("-k"), error);
	if (g_str_equal(**word, "--"))
		return parsed->ended = TRUE;
	if (g_str_equal(**word, "--help") || g_str_equal(**word, "-h"))
		parsed->verb = kp_compat_find("help");
	else if (verb != NULL && verb->all && g_str_equal(**word, "--all"))
		parsed->all = TRUE;
	else
		return usage(error, "unknown option ", **word);
	return TRUE;
}

static gboolean parse(Parsed *parsed, char **argv, KpOptions *options, GError **error)
{
	for (char **word = argv + 1; *word != NULL; word++)
		if (!parse_word(parsed, options, &word, error))
			return FALSE;
	if (parsed->verb == NULL || !parsed->verb->module)
		return TRUE;
	if (parsed->all && parsed->call.word != NULL)
		return usage(error, "--all wants no module: ", parsed->call.word);
	if (!parsed->all && (parsed->call.word == NULL || *parsed->call.word == '\0'))
		return usage(error, "no module file specified to ", parsed->verb->name);
	return TRUE;
}

int kp_compat_main(char **argv, KpOptions *options)
{
	Parsed parsed = { .call = { .options = options } };
	g_autoptr(GError) error = NULL;
	gboolean parsed_well = parse(&parsed, argv, options, &error);

	if (parsed_well && parsed.verb == NULL) {
		print_help(kp_err);
		return KP_EXIT_FAILED;
	}
	if (parsed_well && parsed.verb->module)
		kp_out_outlive_reader();
	if (parsed_well && parsed.verb->run(&parsed.call, &error) == 0)
		return KP_EXIT_DONE;
	kp_report_error(error);
	return KP_EXIT_FAILED;
}
