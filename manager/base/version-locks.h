/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions that dnf5's versionlock lets in, as /etc/dnf/versionlock.toml has them
 * (dnf5-versionlock(8)), or that zypper's locks keep away. */
#ifndef KP_VERSION_LOCKS_H
#define KP_VERSION_LOCKS_H

#include <glib.h>

typedef enum {
	KP_LOCK_EPOCH,
	KP_LOCK_EVR,
	KP_LOCK_ARCH,
	KP_LOCK_REPO,		/* zypper's: the name of the one that has it */
	KP_LOCK_INSTALLED,	/* the same as installed, or not; without a value */
} KpLockKey;

/* Which outcomes of a comparison with the value are right. */
typedef enum {
	KP_LOCK_LESS = 1,
	KP_LOCK_SAME = 2,
	KP_LOCK_MORE = 4,
} KpLockSigns;

typedef struct {
	KpLockKey key;
	guint signs;
	char *value;
} KpLockCondition;

/* Packages called as the pattern @name may come in if all conditions hold, or another
 * lock lets them in; packages that no lock names are free. */
typedef struct {
	char *name;
	guint line;		/* where it begins */
	gboolean unclear;	/* a condition is not known: it lets nothing in */
	gboolean folded;	/* large and small letters of @name are the same */
	GPtrArray *conditions;	/* KpLockCondition, at least one */
} KpVersionLock;

typedef struct {
	char *file;		/* fit for a terminal, as @problem */
	char *problem;		/* why it is not understood: all may be locked; or NULL */
	char *digest;		/* of the file, for who keeps an answer */
	GPtrArray *locks;	/* KpVersionLock */
	/* zypper's: what is called so and of which all conditions hold, which may be none, is
	 * locked. It does not come in, and if it is installed nothing takes its place. */
	gboolean takes_away;
} KpVersionLocks;

/* NULL: there are none below @root, or it has no dnf5. What is not understood, and what
 * dnf5 takes no notice of, becomes a char * in @warnings. */
KpVersionLocks *kp_version_locks_read(const char *root, GPtrArray *warnings);
/* The same of @text, which is what @file has. */
KpVersionLocks *kp_version_locks_parse(const char *file, const char *text, gsize size,
				       GPtrArray *warnings);
/* The same of a file of zypper's. */
KpVersionLocks *kp_zypp_locks_parse(const char *file, const char *text, gsize size,
				    GPtrArray *warnings);
/* One more, without conditions. */
KpVersionLock *kp_version_lock_add(KpVersionLocks *locks, const char *name, guint line);
void kp_version_locks_free(KpVersionLocks *locks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpVersionLocks, kp_version_locks_free)

#endif
