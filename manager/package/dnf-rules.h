/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dnf 4, dnf5 and zypper do differently: where their configuration lies, and what of
 * it counts. A machine has one of them (kp_dnf_rules()), and so do we. */
#ifndef KP_DNF_RULES_H
#define KP_DNF_RULES_H

#include "package/repo-keys.h"

/* Lists end with NULL, and paths are below the root. Of files with one name in several
 * of the folders of @drop_ins or @overrides only that of the first folder is read. */
typedef struct {
	const char *const *main_files;	/* the first that is there is read */
	const char *const *drop_ins;	/* *.conf, by name; @main_files count more */
	const char *const *repo_folders;	/* unless reposdir= names others */
	const char *const *overrides;	/* *.repo, by name, that change repositories */
	const char *const *vars_folders;	/* unless varsdir= names others; later count more */
	const char *locks;		/* versionlock's file, or NULL */
	const char *cache;		/* NULL: none that we know how to read */
	const char *no_excludes;	/* what disable_excludes= says for all */
	KpKeyScope in_main, in_repo;	/* which keys count */
	gboolean one_list;		/* *.repo files of all folders are one list */
	gboolean dot_files;		/* .x.repo is one of them */
	gboolean globs;			/* disable_excludes= has patterns */
	gboolean dnf5_vars;		/* kp_dnf_vars_read() */
	gboolean drop_ins_last;		/* they count more than @main_files */
	gboolean zypp;			/* it is zypper's: package/zypp.h */
} KpDnfRules;

/* Those of the package manager below @root: base/packager.h. */
const KpDnfRules *kp_dnf_rules(const char *root);

#endif
