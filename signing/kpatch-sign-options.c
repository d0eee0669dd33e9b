/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/kpatch-sign.h"

#include <string.h>

#include "base/error.h"

static void fill_entries(KpSignOptions *options, GOptionEntry *entries)
{
	const GOptionEntry all[] = {
		{ "root", 0, 0, G_OPTION_ARG_FILENAME, &options->root, NULL, NULL },
		{ "key", 0, 0, G_OPTION_ARG_FILENAME, &options->key, NULL, NULL },
		{ "cert", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->certificates, NULL, NULL },
		{ "digest", 0, 0, G_OPTION_ARG_STRING, &options->digest, NULL, NULL },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output, NULL, NULL },
		{ "passphrase-file", 0, 0, G_OPTION_ARG_FILENAME, &options->passphrase_file, NULL,
		  NULL },
		{ "passphrase-fd", 0, 0, G_OPTION_ARG_INT, &options->passphrase_fd, NULL, NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &options->json, NULL, NULL },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, NULL, NULL },
		{ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &options->dry_run, NULL, NULL },
		{ "help", 'h', 0, G_OPTION_ARG_NONE, &options->help, NULL, NULL },
		{ "version", 0, 0, G_OPTION_ARG_NONE, &options->version, NULL, NULL },
		{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->words, NULL,
		  NULL },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};

	memcpy(entries, all, sizeof(all));
}

gboolean kp_sign_options_parse(char **argv, KpSignOptions *options, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_auto(GStrv) copy = g_strdupv(argv);
	g_autoptr(GError) problem = NULL;
	GOptionEntry entries[16];

	options->passphrase_fd = -1;
	fill_entries(options, entries);
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse_strv(context, &copy, &problem)) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s; 'kpatch-sign help' shows what there is", problem->message);
		return FALSE;
	}
	if (options->words == NULL)
		options->words = g_new0(char *, 1);
	return TRUE;
}

void kp_sign_options_clear(KpSignOptions *options)
{
	g_free(options->root);
	g_free(options->key);
	g_strfreev(options->certificates);
	g_free(options->digest);
	g_free(options->output);
	g_free(options->passphrase_file);
	g_strfreev(options->words);
}

gboolean kp_sign_options_check(const KpSignOptions *options, const KpSignCommand *command,
			       GError **error)
{
	const struct {
		gboolean given;
		guint mask;
		const char *name;
	} rows[] = {
		{ options->root != NULL, KP_SIGN_OPTION_ROOT, "--root" },
		{ options->key != NULL, KP_SIGN_OPTION_KEY, "--key" },
		{ options->certificates != NULL, KP_SIGN_OPTION_CERT, "--cert" },
		{ options->digest != NULL, KP_SIGN_OPTION_KEY, "--digest" },
		{ options->passphrase_file != NULL, KP_SIGN_OPTION_KEY, "--passphrase-file" },
		{ options->passphrase_fd != -1, KP_SIGN_OPTION_KEY, "--passphrase-fd" },
		{ options->output != NULL, KP_SIGN_OPTION_WRITE, "--output" },
		{ options->dry_run, KP_SIGN_OPTION_WRITE, "--dry-run" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (!rows[i].given || (rows[i].mask & command->options) != 0)
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s does not take %s; 'kpatch-sign %s --help' shows what it takes",
			    command->name, rows[i].name, command->name);
		return FALSE;
	}
	if (options->output == NULL || g_strv_length(options->words) <= 2)
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
			    "--output takes the result of one file, and there are several");
	return FALSE;
}
