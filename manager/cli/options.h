/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line says. */
#ifndef KP_OPTIONS_H
#define KP_OPTIONS_H

#include <glib.h>

#include "base/wait.h"
#include "cli/journal.h"

typedef struct {
	char *root;		/* NULL: the machine itself */
	gboolean quiet;
	gboolean verbose;
	gboolean json;
	gboolean dry_run;
	gboolean boot;
	gboolean early;
	gboolean check;
	gboolean older;
	gboolean yes;		/* these four: update */
	gboolean all_kernels;
	gboolean download_only;
	gboolean import_keys;
	gboolean missing;
	gboolean refresh;
	char *kernel;		/* NULL: not given */
	char *limit;		/* NULL: not given */
	char *reason;		/* NULL: not given */
	gboolean load_only;	/* kpatch load: keep no copy for the next boot */
	gboolean help;
	gboolean version;
	char **words;		/* command and its arguments; never NULL */
	const volatile sig_atomic_t *stop;	/* set by SIGINT and SIGTERM */
	KpJournal *journal;	/* where changes are told; NULL: nowhere */
} KpOptions;

/* Options that only some commands take. */
enum {
	KP_OPTION_JSON = 1 << 0,
	KP_OPTION_DRY_RUN = 1 << 1,
	KP_OPTION_BOOT = 1 << 2,
	KP_OPTION_CHECK = 1 << 3,
	KP_OPTION_KERNEL = 1 << 4,
	KP_OPTION_LIMIT = 1 << 5,
	KP_OPTION_REASON = 1 << 6,
	KP_OPTION_EARLY = 1 << 7,
	KP_OPTION_OLDER = 1 << 8,
	KP_OPTION_REFRESH = 1 << 9,
	KP_OPTION_MISSING = 1 << 10,
	KP_OPTION_UPDATE = 1 << 11,	/* --yes and what else only update takes */
};

/* Parses @argv (without changing it) into *@options, which is zeroed. Options
 * may stand anywhere. FALSE with KP_ERROR_USAGE. Caller clears it with
 * kp_options_clear(). */
gboolean kp_options_parse(char **argv, KpOptions *options, GError **error);
void kp_options_clear(KpOptions *options);

/* FALSE with KP_ERROR_USAGE when an option was given that @allowed, a set of
 * KP_OPTION_*, does not have. */
gboolean kp_options_check(const KpOptions *options, guint allowed, const char *command,
			  GError **error);

#endif
