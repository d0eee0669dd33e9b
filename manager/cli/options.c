/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"

#include <string.h>

#include "base/error.h"

/* One row per option; @mask 0: every command takes it. */
static const struct option_row {
	const char *name;
	gsize offset;
	guint mask;
} option_table[] = {
	{ "--quiet", G_STRUCT_OFFSET(KpOptions, quiet), 0 },
	{ "--verbose", G_STRUCT_OFFSET(KpOptions, verbose), 0 },
	{ "--help", G_STRUCT_OFFSET(KpOptions, help), 0 },
	{ "--version", G_STRUCT_OFFSET(KpOptions, version), 0 },
	{ "--json", G_STRUCT_OFFSET(KpOptions, json), KP_OPTION_JSON },
	{ "--dry-run", G_STRUCT_OFFSET(KpOptions, dry_run), KP_OPTION_DRY_RUN },
	{ "--boot", G_STRUCT_OFFSET(KpOptions, boot), KP_OPTION_BOOT },
};

static const struct {
	const char *brief;
	const char *full;
} brief_table[] = {
	{ "-q", "--quiet" }, { "-v", "--verbose" }, { "-h", "--help" }, { "-n", "--dry-run" },
};

static gboolean usage(GError **error, const char *problem, const char *what)
{
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
		    "%s%s; 'kpatch-manager help' shows what there is", problem, what);
	return FALSE;
}

static const char *full_name(const char *word)
{
	for (gsize i = 0; i < G_N_ELEMENTS(brief_table); i++)
		if (g_str_equal(word, brief_table[i].brief))
			return brief_table[i].full;
	return word;
}

static gboolean set_flag(KpOptions *options, const char *word, GError **error)
{
	const char *name = full_name(word);

	for (gsize i = 0; i < G_N_ELEMENTS(option_table); i++) {
		if (!g_str_equal(name, option_table[i].name))
			continue;
		G_STRUCT_MEMBER(gboolean, options, option_table[i].offset) = TRUE;
		return TRUE;
	}
	return usage(error, "unknown option ", word);
}

static gboolean set_root(KpOptions *options, const char *folder, GError **error)
{
	if (folder == NULL || !g_file_test(folder, G_FILE_TEST_IS_DIR))
		return usage(error, "--root wants a folder, and this is none: ",
			     folder != NULL ? folder : "(nothing)");
	g_free(options->root);
	options->root = g_canonicalize_filename(folder, NULL);
	return TRUE;
}

gboolean kp_options_parse(char **argv, KpOptions *options, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	gboolean ended = FALSE;		/* after "--" all are words */

	for (char **word = argv + 1; *word != NULL; word++) {
		gboolean ok = TRUE;

		if (ended || **word != '-' || (*word)[1] == '\0')
			g_ptr_array_add(words, *word);
		else if (g_str_equal(*word, "--"))
			ended = TRUE;
		else if (g_str_has_prefix(*word, "--root="))
			ok = set_root(options, *word + strlen("--root="), error);
		else if (g_str_equal(*word, "--root"))
			ok = set_root(options, *++word, error);
		else
			ok = set_flag(options, *word, error);
		if (!ok)
			return FALSE;
	}
	g_ptr_array_add(words, NULL);
	options->words = g_strdupv((char **)words->pdata);
	return TRUE;
}

void kp_options_clear(KpOptions *options)
{
	g_clear_pointer(&options->root, g_free);
	g_clear_pointer(&options->words, g_strfreev);
}

gboolean kp_options_check(const KpOptions *options, guint allowed, const char *command,
			  GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(option_table); i++) {
		const struct option_row *row = &option_table[i];

		if (row->mask == 0 || (row->mask & allowed) != 0 ||
		    !G_STRUCT_MEMBER(gboolean, options, row->offset))
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s does not take %s; 'kpatch-manager %s --help' shows what it takes",
			    command, row->name, command);
		return FALSE;
	}
	return TRUE;
}
