/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch-sign: finds the command and speaks its error. */
#include "config.h"

#include <locale.h>
#include <stdio.h>

#include "base/error.h"
#include "base/output.h"
#include "signing/kpatch-sign.h"

static const KpSignCommand *find_command(const char *name, GError **error)
{
	const KpSignCommand *command = kp_sign_command_find(name != NULL ? name : "help");

	if (command == NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "there is no command %s; 'kpatch-sign help' lists them", name);
	return command;
}

static int run(const KpSignOptions *options, GError **error)
{
	const KpSignCommand *command;
	char **words;

	if (options->version) {
		kp_sign_say("%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
		return KP_EXIT_DONE;
	}
	command = find_command(options->words[0], error);
	if (command == NULL)
		return -1;
	words = options->words + (options->words[0] != NULL);
	if (options->help && options->words[0] != NULL) {
		kp_sign_help(command);
		return KP_EXIT_DONE;
	}
	if (!kp_sign_options_check(options, command, error))
		return -1;
	if (g_strv_length(words) < command->least_words) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s wants the name of a file; 'kpatch-sign %s --help' shows examples",
			    command->name, command->name);
		return -1;
	}
	return command->run(options, words, error);
}

int main(int argc, char **argv)
{
	KpSignOptions options = { 0 };
	g_autoptr(GError) error = NULL;
	int code = -1;

	setlocale(LC_ALL, "");
	if (kp_sign_options_parse(argv, &options, &error))
		code = run(&options, &error);
	if (code < 0) {
		kp_sign_report_error(error);
		code = kp_error_exit_code(error);
	}
	kp_sign_options_clear(&options);
	g_clear_error(&error);
	if (kp_output_end(&error))
		return code;
	kp_sign_report_error(error);
	return kp_output_exit_code(code);
}
