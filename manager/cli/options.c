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
	{ "--early", G_STRUCT_OFFSET(KpOptions, early), KP_OPTION_EARLY },
	{ "--older", G_STRUCT_OFFSET(KpOptions, older), KP_OPTION_OLDER },
	{ "--refresh", G_STRUCT_OFFSET(KpOptions, refresh), KP_OPTION_REFRESH },
	{ "--check", G_STRUCT_OFFSET(KpOptions, check), KP_OPTION_CHECK },
	{ "--yes", G_STRUCT_OFFSET(KpOptions, yes), KP_OPTION_UPDATE },
	{ "--all-kernels", G_STRUCT_OFFSET(KpOptions, all_kernels), KP_OPTION_UPDATE },
	{ "--download-only", G_STRUCT_OFFSET(KpOptions, download_only), KP_OPTION_UPDATE },
	{ "--import-keys", G_STRUCT_OFFSET(KpOptions, import_keys), KP_OPTION_UPDATE },
	{ "--missing", G_STRUCT_OFFSET(KpOptions, missing), KP_OPTION_MISSING },
};

/* Options with a value, "--name VALUE" or "--name=VALUE". */
static const struct value_row {
	const char *name;
	gsize offset;
	guint mask;
} value_table[] = {
	{ "--kernel", G_STRUCT_OFFSET(KpOptions, kernel), KP_OPTION_KERNEL },
	{ "--limit", G_STRUCT_OFFSET(KpOptions, limit), KP_OPTION_LIMIT },
	{ "--reason", G_STRUCT_OFFSET(KpOptions, reason), KP_OPTION_REASON },
};

static const struct {
	const char *brief;
	const char *full;
} brief_table[] = {
	{ "-q", "--quiet" }, { "-v", "--verbose" }, { "-h", "--help" }, { "-n", "--dry-run" },
	{ "-y", "--yes" },
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

/* The row that @word begins with, and in *@value what follows its '='; NULL
 * when the value is the next word. */
static const struct value_row *find_value(const char *word, const char **value)
{
	for (gsize i = 0; i < G_N_ELEMENTS(value_table); i++) {
		gsize length = strlen(value_table[i].name);

		if (strncmp(word, value_table[i].name, length) != 0 ||
		    (word[length] != '\0' && word[length] != '='))
			continue;
		*value = word[length] == '=' ? word + length + 1 : NULL;
		return &value_table[i];
	}
	return NULL;
}

static gboolean set_value(KpOptions *options, const struct value_row *row, const char *value,
			  GError **error)
{
	char **field = &G_STRUCT_MEMBER(char *, options, row->offset);

	if (value == NULL || *value == '\0')
		return usage(error, "a value is missing after ", row->name);
	g_free(*field);
	*field = g_strdup(value);
	return TRUE;
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
	const struct value_row *row;
	const char *value;

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
		else if ((row = find_value(*word, &value)) != NULL)
			ok = set_value(options, row, value != NULL ? value : *++word, error);
		else
			ok = set_flag(options, *word, error);
		/* an option at the end has eaten the end */
		if (!ok || *word == NULL)
			return FALSE;
	}
	g_ptr_array_add(words, NULL);
	options->words = g_strdupv((char **)words->pdata);
	return TRUE;
}

void kp_options_clear(KpOptions *options)
{
	g_clear_pointer(&options->root, g_free);
	g_clear_pointer(&options->kernel, g_free);
	g_clear_pointer(&options->limit, g_free);
	g_clear_pointer(&options->reason, g_free);
	g_clear_pointer(&options->words, g_strfreev);
}

static gboolean not_taken(const char *command, const char *option, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
		    "%s does not take %s; 'kpatch-manager %s --help' shows what it takes",
		    command, option, command);
	return FALSE;
}

gboolean kp_options_check(const KpOptions *options, guint allowed, const char *command,
			  GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(option_table); i++) {
		const struct option_row *row = &option_table[i];

		if (row->mask != 0 && (row->mask & allowed) == 0 &&
		    G_STRUCT_MEMBER(gboolean, options, row->offset))
			return not_taken(command, row->name, error);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(value_table); i++) {
		const struct value_row *row = &value_table[i];

		if ((row->mask & allowed) == 0 &&
		    G_STRUCT_MEMBER(char *, options, row->offset) != NULL)
			return not_taken(command, row->name, error);
	}
	return TRUE;
}
