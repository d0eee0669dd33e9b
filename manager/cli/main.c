/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch-manager: finds the command and speaks its error. Called kpatch, it is
 * that command (cli/compat.h). */
#include "config.h"

#include <locale.h>
#include <signal.h>

#include "base/error.h"
#include "base/output.h"
#include "cli/command.h"
#include "cli/compat.h"
#include "cli/journal.h"
#include "cli/out.h"
#include "cli/report.h"

/* A signal cannot have parameters: this is the one global, and the waiting
 * loops get it as a pointer. */
static volatile sig_atomic_t stop_requested;

static void request_stop(int signal_number)
{
	stop_requested = signal_number;
}

/* The first signal makes a waiting stage give up in order; SA_RESETHAND lets
 * a second one end the program. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = request_stop,
				    .sa_flags = SA_RESTART | (int)SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static const KpCommand *find_command(const KpOptions *options, GError **error)
{
	const char *name = options->words[0];
	const KpCommand *command = kp_command_find(name != NULL ? name : "help");

	if (command == NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "there is no command %s; 'kpatch-manager help' lists them", name);
	return command;
}

/* A change that did not come about is told to the journal too: whoever looks
 * there after a boot must find it. */
static int run_command(const KpCommand *command, const KpOptions *options, char **words,
		       GError **error)
{
	gboolean changing = (command->options & KP_OPTION_DRY_RUN) != 0 && !options->dry_run;
	int code;

	if (changing)
		kp_out_outlive_reader();
	code = command->run(options, words, error);
	if (code < 0 && changing)
		kp_journal_error(options->journal, options->boot ? "boot" : command->name, *error);
	return code;
}

static int run(const KpOptions *options, GError **error)
{
	const KpCommand *command;
	char **words;

	if (options->version) {
		kp_out("%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
		return KP_EXIT_DONE;
	}
	command = find_command(options, error);
	if (command == NULL)
		return -1;
	words = options->words + (options->words[0] != NULL);
	if (options->help && options->words[0] != NULL) {
		kp_help_command(command);
		return KP_EXIT_DONE;
	}
	if (!kp_options_check(options, command->options, command->name, error))
		return -1;
	if (g_strv_length(words) > command->most_words) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "too many arguments: %s; 'kpatch-manager %s --help' shows what it takes",
			    words[command->most_words], command->name);
		return -1;
	}
	return run_command(command, options, words, error);
}

static int manager_main(char **argv, KpOptions *options)
{
	g_autoptr(GError) error = NULL;
	int code = -1;

	if (kp_options_parse(argv, options, &error))
		code = run(options, &error);
	if (code >= 0)
		return code;
	kp_report_error(error);
	return kp_error_exit_code(error);
}

int main(int argc, char **argv)
{
	g_autoptr(KpJournal) journal = kp_journal_new(NULL, NULL);
	g_autoptr(GError) error = NULL;
	KpOptions options = { .stop = &stop_requested, .journal = journal };
	int code;

	setlocale(LC_ALL, "");
	catch_signals();
	code = kp_compat_is_meant(argv[0]) ? kp_compat_main(argv, &options)
					   : manager_main(argv, &options);
	kp_options_clear(&options);
	if (kp_output_end(&error))
		return code;
	kp_report_error(error);
	return kp_output_exit_code(code);
}
