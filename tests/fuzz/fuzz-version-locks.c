/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a disk has for dnf5's versionlock.toml, or for the locks of zypper. */
#include "fuzz.h"

#include <string.h>

#include "base/version-locks.h"

static void check_printable(const char *text)
{
	g_assert_true(g_utf8_validate(text, -1, NULL));
	for (; *text != '\0'; text++)
		g_assert_cmpint((guchar)*text, >=, ' ');
}

static void check_lock(const KpVersionLock *lock)
{
	g_assert_cmpstr(lock->name, !=, "");
	g_assert_true(g_utf8_validate(lock->name, -1, NULL));
	g_assert_cmpuint(lock->conditions->len, >, 0);
	for (guint i = 0; i < lock->conditions->len; i++) {
		const KpLockCondition *condition = g_ptr_array_index(lock->conditions, i);

		g_assert_cmpint(condition->key, <=, KP_LOCK_ARCH);
		g_assert_cmpuint(condition->signs, <, 7);
		g_assert_true(lock->unclear || (condition->signs > 0 && *condition->value != '\0'));
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	/* not one byte more than the text has, so that reading on is noticed */
	g_autofree char *text = g_memdup2(data, size);
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpVersionLocks) zypper = kp_zypp_locks_parse("file", size > 0 ? text : "", size, warnings);
	g_autoptr(KpVersionLocks) locks = kp_version_locks_parse("file", size > 0 ? text : "", size,
								 warnings);

	if (locks->problem != NULL) {
		check_printable(locks->problem);
		g_assert_cmpuint(locks->locks->len, ==, 0);
		g_assert_cmpuint(warnings->len, >, 0);
	}
	for (guint i = 0; i < locks->locks->len; i++)
		check_lock(g_ptr_array_index(locks->locks, i));
	for (guint i = 0; i < warnings->len; i++)
		check_printable(g_ptr_array_index(warnings, i));
	return 0;
}
