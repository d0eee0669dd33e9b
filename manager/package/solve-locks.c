/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dnf5's versionlock keeps away, as dnf5 does in a transaction: releases that no lock
 * lets in, and what would take the place of one that a lock lets in. And what zypper's locks
 * keep away: what they name, and what would take the place of it. */
#include <fnmatch.h>
#include <solv/evr.h>
#include <solv/solvable.h>
#include <stdlib.h>
#include <string.h>

#include "package/solve.h"

static guint sign_of(int order)
{
	return order < 0 ? KP_LOCK_LESS : order > 0 ? KP_LOCK_MORE : KP_LOCK_SAME;
}

static long epoch_of(const char *evr)
{
	return evr[strspn(evr, "0123456789")] == ':' ? strtol(evr, NULL, 10) : 0;
}

/* @mode: EVRCMP_COMPARE, or EVRCMP_MATCH where 1 is each release of 1. */
static gboolean holds(const Pool *pool, const Solvable *s, const KpLockCondition *condition, int mode)
{
	const char *evr = pool_id2str(pool, s->evr), *value = condition->value;
	long here = epoch_of(evr), there;
	int order = 0;

	switch (condition->key) {
	case KP_LOCK_EPOCH:
		there = strtol(value, NULL, 10);
		order = (here > there) - (here < there);
		break;
	case KP_LOCK_EVR:
		order = pool_evrcmp_str(pool, evr, value, mode);
		break;
	case KP_LOCK_ARCH:
		order = strcmp(pool_id2str(pool, s->arch), value);
		break;
	case KP_LOCK_REPO:
		order = s->repo == pool->installed ? -1 : strcmp(s->repo->name, value);
		break;
	case KP_LOCK_INSTALLED:
		order = s->repo != pool->installed;
		break;
	}
	return (sign_of(order) & condition->signs) != 0;
}

static gboolean lets_in(const Pool *pool, const Solvable *s, const KpVersionLock *lock)
{
	for (guint i = 0; i < lock->conditions->len; i++)
		if (lock->unclear || !holds(pool, s, g_ptr_array_index(lock->conditions, i), EVRCMP_COMPARE))
			return FALSE;
	return TRUE;
}

/* TRUE: a lock lets @s in. Else @against is the first one that names it, or NULL. */
static gboolean is_let_in(const Pool *pool, const Solvable *s, const KpVersionLocks *locks,
			  const KpVersionLock **against)
{
	*against = NULL;
	for (guint i = 0; i < locks->locks->len; i++) {
		const KpVersionLock *lock = g_ptr_array_index(locks->locks, i);

		if (fnmatch(lock->name, pool_id2str(pool, s->name), 0) != 0)
			continue;
		if (lets_in(pool, s, lock))
			return TRUE;
		if (*against == NULL)
			*against = lock;
	}
	return FALSE;
}

/* dnf5 asks this of what repositories have; what is installed is locked no less. */
static char *replaced(Pool *pool, Id by, const KpVersionLocks *locks)
{
	const Solvable *s = pool_id2solvable(pool, by);
	Id id;

	for (id = 2; locks->locks->len > 0 && id < pool->nsolvables; id++) {
		const Solvable *other = pool_id2solvable(pool, id);
		const KpVersionLock *against;

		if (other->repo != NULL && other->name != s->name && kp_solve_obsoletes(pool, by, id) &&
		    is_let_in(pool, other, locks, &against))
			return g_strdup_printf("it takes the place of %s, which %s locks",
					       pool_solvid2str(pool, id), locks->file);
	}
	return NULL;
}

/* The first lock of zypper's that names @s, or NULL. */
static const KpVersionLock *taken_away(const Pool *pool, const Solvable *s,
				       const KpVersionLocks *locks)
{
	for (guint i = 0; i < locks->locks->len; i++) {
		const KpVersionLock *lock = g_ptr_array_index(locks->locks, i);
		gboolean all = fnmatch(lock->name, pool_id2str(pool, s->name),
				       lock->folded ? FNM_CASEFOLD : 0) == 0;

		for (guint j = 0; all && j < lock->conditions->len; j++)
			all = holds(pool, s, g_ptr_array_index(lock->conditions, j), EVRCMP_MATCH);
		if (all)
			return lock;
	}
	return NULL;
}

static char *zypp_locked(Pool *pool, Id id, const KpVersionLocks *locks)
{
	const Solvable *s = pool_id2solvable(pool, id);
	const KpVersionLock *lock = taken_away(pool, s, locks);
	Solvable *other;
	Id each;

	if (lock != NULL)
		return g_strdup_printf("%s, line %u, keeps it away", locks->file, lock->line);
	if (pool->installed == NULL || locks->locks->len == 0)
		return NULL;
	FOR_REPO_SOLVABLES(pool->installed, each, other) {
		if (other->name != s->name && !kp_solve_obsoletes(pool, id, each))
			continue;
		lock = taken_away(pool, other, locks);
		if (lock != NULL)
			return g_strdup_printf("it takes the place of %s, which is locked (%s, line %u)",
					       pool_solvid2str(pool, each), locks->file, lock->line);
	}
	return NULL;
}

char *kp_solve_locked(Pool *pool, Id id, const KpVersionLocks *locks)
{
	const Solvable *s = pool_id2solvable(pool, id);
	const KpVersionLock *against;

	if (locks == NULL)
		return NULL;
	if (locks->problem != NULL)
		return g_strdup_printf("%s, which is not understood, may keep it away", locks->file);
	if (locks->takes_away)
		return zypp_locked(pool, id, locks);
	if (is_let_in(pool, s, locks, &against))
		return NULL;
	if (against != NULL)
		return g_strdup_printf("%s, line %u, keeps it away", locks->file, against->line);
	return replaced(pool, id, locks);
}
