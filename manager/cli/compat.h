/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kpatch command, which existing patch packages and tools call: its own
 * table of verbs over the same live wing. Its paths, its messages that scripts
 * match and its exit codes (0 and 1) are those of kpatch(8). */
#ifndef KP_COMPAT_H
#define KP_COMPAT_H

#include "cli/options.h"

/* The release of the kpatch command whose interface this is; the package
 * provides it (packaging/kpatch.spec.in). */
#define KP_COMPAT_VERSION "0.9.11"

/* What the command line of a verb says. */
typedef struct {
	const KpOptions *options;
	const char *kver;	/* -k; NULL: the running kernel */
	const char *word;	/* the module; NULL with --all */
} KpCompatCall;

typedef struct {
	const char *name;
	const char *synopsis;
	const char *summary;	/* lines of at most 70 letters */
	gboolean kernel;	/* takes -k KERNEL */
	gboolean all;		/* takes --all in place of a module */
	gboolean module;	/* wants a module */
	int (*run)(const KpCompatCall *call, GError **error);
} KpCompatVerb;

/* TRUE when the program was called kpatch. */
gboolean kp_compat_is_meant(const char *program);

/* Runs the verb in @argv and returns the exit code. */
int kp_compat_main(char **argv, KpOptions *options);

/* The verb called @name, or NULL. */
const KpCompatVerb *kp_compat_find(const char *name);

/* Each prints, and returns 0, or -1 with @error set. */
int kp_compat_info(const KpCompatCall *call, GError **error);
int kp_compat_install(const KpCompatCall *call, GError **error);
int kp_compat_list(const KpCompatCall *call, GError **error);
int kp_compat_load(const KpCompatCall *call, GError **error);
int kp_compat_signal(const KpCompatCall *call, GError **error);
int kp_compat_uninstall(const KpCompatCall *call, GError **error);
int kp_compat_unload(const KpCompatCall *call, GError **error);

/* The text of kpatch list for the tree below @root. Caller frees. */
char *kp_compat_list_text(const char *root, GError **error);

#endif
