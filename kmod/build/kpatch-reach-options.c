/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "kpatch-reach.h"

static void fill_entries(KpReachOptions *options, GOptionEntry *entries)
{
	const GOptionEntry all[] = {
		{ "patch", 0, 0, G_OPTION_ARG_FILENAME, &options->patch, NULL, NULL },
		{ "func", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->funcs, NULL, NULL },
		{ "keep", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->keeps, NULL, NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &options->json, NULL, NULL },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, NULL, NULL },
		{ "help", 'h', 0, G_OPTION_ARG_NONE, &options->help, NULL, NULL },
		{ "version", 0, 0, G_OPTION_ARG_NONE, &options->version, NULL, NULL },
		{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->files, NULL,
		  NULL },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};

	memcpy(entries, all, sizeof(all));
}

static gboolean refuse(GError **error, const char *reason)
{
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "%s; 'kpatch-reach --help' shows examples",
		    reason);
	return FALSE;
}

gboolean kp_reach_options_parse(char **argv, KpReachOptions *options, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_auto(GStrv) copy = g_strdupv(argv);
	g_autoptr(GError) problem = NULL;
	GOptionEntry entries[16];

	fill_entries(options, entries);
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse_strv(context, &copy, &problem))
		return refuse(error, problem->message);
	if (options->help || options->version)
		return TRUE;
	if (options->patch == NULL && options->funcs == NULL)
		return refuse(error, "neither --patch nor --func says which functions are replaced");
	return options->files != NULL || refuse(error, "the file of the kernel is missing");
}

void kp_reach_options_clear(KpReachOptions *options)
{
	g_free(options->patch);
	g_strfreev(options->funcs);
	g_strfreev(options->keeps);
	g_strfreev(options->files);
}

void kp_reach_help(void)
{
	printf("Usage: kpatch-reach [OPTION...] FILE...\n\n"
	       "Says what goes on running the old code of functions that a patch replaces: clones\n"
	       "that the compiler made of them and others call, and functions into which they are\n"
	       "inlined. FILE is the vmlinux with symbols, and the .ko files of modules that the\n"
	       "patch is for. What is inlined is told by debug information.\n\n"
	       "  kpatch-reach --patch out/kpatch-1-1.ko vmlinux ext4.ko\n"
	       "  kpatch-reach --func vmlinux:do_exit vmlinux\n\n"
	       "  --patch FILE                   a patch module: what it replaces and keeps\n"
	       "  --func OBJECT:FUNCTION[,POS]   this is replaced; may be given several times\n"
	       "  --keep OBJECT:FUNCTION         this may stay as it is, as KPATCH_KEEP says\n"
	       "  --json                         for programs\n"
	       "  -q, --quiet                    no notes about what could not be seen\n"
	       "  --version                      print the version\n\n"
	       "Exit codes: 0 nothing is missed, 1 something is, 2 usage or unreadable files.\n");
}
