/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which package manager a machine has: its repositories are the ones that count, and what
 * we tell an operator to type is its command. */
#ifndef KP_PACKAGER_H
#define KP_PACKAGER_H

typedef enum {
	KP_PACKAGER_DNF,	/* dnf 4 and yum */
	KP_PACKAGER_DNF5,
	KP_PACKAGER_ZYPPER,
	KP_PACKAGERS
} KpPackager;

typedef enum {
	KP_PACKAGER_REPOS,	/* lists all repositories, also those that are disabled */
	KP_PACKAGER_REINSTALL,
	KP_PACKAGER_REMOVE,
	KP_PACKAGER_TASKS
} KpPackagerTask;

/* That of the tree below @root. zypper where there are repositories of its and either it is
 * the only program of them, or there is nothing that dnf or yum would read. dnf5 where it, or a program
 * with its library, is installed: both have a folder /usr/share/dnf5. */
KpPackager kp_packager(const char *root);

/* "dnf" */
const char *kp_packager_name(KpPackager packager);

/* The manual page that says how a repository is configured. */
const char *kp_packager_page(KpPackager packager);

/* What to type so that the release @evr of @name, which is installed, is installed once more.
 * Caller frees. */
char *kp_packager_reinstall(KpPackager packager, const char *name, const char *evr);

/* What to type for @task, about @package unless that is NULL. Caller frees. */
char *kp_packager_command(KpPackager packager, KpPackagerTask task, const char *package);

#endif
