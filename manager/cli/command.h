/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands, one table row each. */
#ifndef KP_COMMAND_H
#define KP_COMMAND_H

#include "cli/options.h"

typedef struct {
	const char *name;
	const char *synopsis;	/* what follows the name */
	const char *summary;	/* one line */
	const char *help;	/* what it does, and examples */
	guint options;		/* KP_OPTION_* it takes */
	guint most_words;	/* arguments it takes at most */
	/* Runs it with @words, its arguments. Returns an exit code, or -1
	 * with @error set. */
	int (*run)(const KpOptions *options, char **words, GError **error);
} KpCommand;

/* The row called @name, or NULL. */
const KpCommand *kp_command_find(const char *name);

/* apply --boot. Returns as a command does. */
int kp_boot_apply(const KpOptions *options, GError **error);

/* apply without a name, as @action. Returns as a command does. */
int kp_apply_best(const KpOptions *options, const char *action, GError **error);

/* TRUE, and says so, when the kernel command line wants nothing loaded. */
gboolean kp_boot_is_disabled(const KpOptions *options, const char *action);

/* apply --early. Returns as a command does. */
int kp_early_apply(const KpOptions *options, GError **error);

int kp_command_apply(const KpOptions *options, char **words, GError **error);
int kp_command_check(const KpOptions *options, char **words, GError **error);
int kp_command_cve(const KpOptions *options, char **words, GError **error);
int kp_command_history(const KpOptions *options, char **words, GError **error);
int kp_command_hold(const KpOptions *options, char **words, GError **error);
int kp_command_list(const KpOptions *options, char **words, GError **error);
int kp_command_preflight(const KpOptions *options, char **words, GError **error);
int kp_command_boot_end(const KpOptions *options, char **words, GError **error);
int kp_command_boot_good(const KpOptions *options, char **words, GError **error);
int kp_command_help(const KpOptions *options, char **words, GError **error);
int kp_command_release(const KpOptions *options, char **words, GError **error);
int kp_command_rollback(const KpOptions *options, char **words, GError **error);
int kp_command_status(const KpOptions *options, char **words, GError **error);
int kp_command_update(const KpOptions *options, char **words, GError **error);
int kp_command_verify(const KpOptions *options, char **words, GError **error);
int kp_command_sync(const KpOptions *options, char **words, GError **error);

/* Prints the help of one command. */
void kp_help_command(const KpCommand *command);

#endif
