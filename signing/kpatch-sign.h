/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program: its options, its commands, what it prints. */
#ifndef KP_KPATCH_SIGN_H
#define KP_KPATCH_SIGN_H

#include <glib.h>

#include "signing/verify.h"

typedef struct {
	char *root;		/* NULL: the machine itself */
	char *key;		/* file or PKCS#11 URI */
	char **certificates;
	char *digest;
	char *output;
	char *passphrase_file;
	int passphrase_fd;	/* -1: not given */
	gboolean json;
	gboolean quiet;
	gboolean dry_run;
	gboolean help;
	gboolean version;
	char **words;		/* command and its arguments; never NULL */
} KpSignOptions;

/* Options that only some commands take. */
enum {
	KP_SIGN_OPTION_ROOT = 1 << 0,
	KP_SIGN_OPTION_KEY = 1 << 1,	/* and all that goes with a key */
	KP_SIGN_OPTION_CERT = 1 << 2,
	KP_SIGN_OPTION_WRITE = 1 << 3,	/* --output, --dry-run */
};

typedef struct {
	const char *name;
	const char *synopsis;	/* what follows the name */
	const char *summary;	/* one line */
	const char *help;	/* what it does, and examples */
	guint options;		/* KP_SIGN_OPTION_* it takes */
	guint least_words;	/* arguments it takes at least */
	/* Runs it with @words, its arguments. Returns an exit code, or -1 with
	 * @error set. */
	int (*run)(const KpSignOptions *options, char **words, GError **error);
} KpSignCommand;

/* kpatch-sign-help.c: the row called @name, or NULL. */
const KpSignCommand *kp_sign_command_find(const char *name);
void kp_sign_help(const KpSignCommand *command);

/* kpatch-sign-options.c. Parses @argv (without changing it) into *@options,
 * which is zeroed. Caller clears it. */
gboolean kp_sign_options_parse(char **argv, KpSignOptions *options, GError **error);
void kp_sign_options_clear(KpSignOptions *options);
gboolean kp_sign_options_check(const KpSignOptions *options, const KpSignCommand *command,
			       GError **error);

int kp_sign_command_help(const KpSignOptions *options, char **words, GError **error);
int kp_sign_command_show(const KpSignOptions *options, char **words, GError **error);
int kp_sign_command_sign(const KpSignOptions *options, char **words, GError **error);
int kp_sign_command_strip(const KpSignOptions *options, char **words, GError **error);
int kp_sign_command_verify(const KpSignOptions *options, char **words, GError **error);

/* kpatch-sign-secret.c: a KpAskSecret whose data are the KpSignOptions. */
char *kp_sign_ask_secret(const char *what, gpointer options, GError **error);

/* kpatch-sign-report.c: what happened to the files of one command, told as it
 * goes, or as JSON at the end. */
typedef struct {
	const KpSignOptions *options;
	const char *command;
	const char *done;	/* for the summary: "3 of 4 files DONE" */
	GPtrArray *rows;
	guint good;
	int exit_code;		/* the worst so far */
} KpSignReport;

void kp_sign_report_init(KpSignReport *report, const KpSignOptions *options,
			 const char *command, const char *done);

/* One file went well: @line says how, for people (NULL: nothing to say);
 * @result is the word for programs. Takes @outcome, which may be NULL. */
void kp_sign_report_good(KpSignReport *report, const char *path, const char *result,
			 const char *line, KpSignOutcome *outcome);

/* One file did not. Takes @outcome, which may be NULL, and @error. */
void kp_sign_report_bad(KpSignReport *report, const char *path, KpSignOutcome *outcome,
			GError *error);

/* Prints the end of it, and frees all. Returns the exit code. */
int kp_sign_report_end(KpSignReport *report, const GPtrArray *warnings);

void kp_sign_warn_all(const KpSignOptions *options, const GPtrArray *warnings);
/* To standard output, harmless for a terminal. */
void kp_sign_say(const char *format, ...) G_GNUC_PRINTF(1, 2);

void kp_sign_report_error(const GError *error);

#endif
