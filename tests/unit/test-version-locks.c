/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dnf5's versionlock.toml: what is read of it, and what is not guessed. Which packages it
 * keeps away is in plans/lock-*.case. */
#include <string.h>
#include <sys/stat.h>

#include "base/version-locks.h"
#include "fixture.h"

#define V "version = \"1.0\"\n"
#define P "[[packages]]\n"
#define C "[[packages.conditions]]\n"
#define NAME "name = \"a\"\n"
#define EVR C "key = \"evr\"\ncomparator = \"=\"\nvalue = \"1-1\"\n"

/* "LINE NAME KEY SIGNS VALUE, KEY SIGNS VALUE; ..." */
static char *tell(const KpVersionLocks *locks)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < locks->locks->len; i++) {
		const KpVersionLock *lock = g_ptr_array_index(locks->locks, i);

		g_string_append_printf(text, "%s%u %s%s", i > 0 ? "; " : "", lock->line, lock->name,
				       lock->unclear ? "?" : "");
		for (guint k = 0; k < lock->conditions->len; k++) {
			const KpLockCondition *condition = g_ptr_array_index(lock->conditions, k);

			g_string_append_printf(text, "%s %d %u %s", k > 0 ? "," : "", condition->key,
					       condition->signs, condition->value);
		}
	}
	return g_string_free(text, FALSE);
}

static const struct row { const char *text, *locks; } good[] = {
	{ "", "" },
	{ "# nothing\n\n", "" },
	{ V, "" },
	{ V P NAME EVR, "2 a 1 2 1-1" },
	/* as dnf5 writes it */
	{ V "\n" P NAME "comment = \"Added by 'versionlock add' command on 2026-11-30 04:03:32\"\n\n"
	  EVR "\n", "3 a 1 2 1-1" },
	{ "version='1.0'\t# x\r\n" P "\tname\t=\t'a*'# x\r\n" EVR, "2 a* 1 2 1-1" },
	{ V P NAME C "key = \"epoch\"\ncomparator = \"<=\"\nvalue = \"12\"\n"
	  C "key = \"arch\"\ncomparator = \"!=\"\nvalue = \"noarch\"\n" P "name=\"b\"\n" EVR,
	  "2 a 0 3 12, 2 5 noarch; 12 b 1 2 1-1" },
	{ V P "name = \"\\u0061\\\"\\\\\\t\\U000000e4'#\"\n" EVR, "2 a\"\\\t\xc3\xa4'# 1 2 1-1" },
	{ V P "name = 'a\\u0061\"'\n" EVR, "2 a\\u0061\" 1 2 1-1" },
	/* what dnf5 does not know of a package says nothing of its versions */
	{ V P NAME "since = \"2026\"\n" EVR, "2 a 1 2 1-1" },
	/* no locks */
	{ V P EVR, "" },
	{ V P NAME P "name = \"b\"\n" EVR, "4 b 1 2 1-1" },
};

static void test_good(gconstpointer data)
{
	const struct row *row = data;
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpVersionLocks) locks = kp_version_locks_parse("/f", row->text, strlen(row->text),
								 warnings);
	g_autofree char *told = tell(locks);

	g_assert_cmpuint(warnings->len, ==, 0);
	g_assert_null(locks->problem);
	g_assert_cmpstr(told, ==, row->locks);
	g_assert_cmpuint(strlen(locks->digest), ==, 64);
}

/* Signs in the order of "<", "=", ">". */
static void test_comparators(void)
{
	static const struct { const char *word; guint signs; } rows[] = {
		{ "=", 2 }, { "==", 2 }, { "<", 1 }, { "<=", 3 }, { ">", 4 }, { ">=", 6 },
		{ "<>", 5 }, { "!=", 5 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *text = g_strdup_printf(V P NAME C "key = \"evr\"\ncomparator = \"%s\"\n"
							"value = \"1\"\n", rows[i].word);
		g_autofree char *wanted = g_strdup_printf("2 a 1 %u 1", rows[i].signs);
		g_autoptr(KpVersionLocks) locks = kp_version_locks_parse("/f", text, strlen(text),
									 warnings);
		g_autofree char *told = tell(locks);

		g_assert_cmpstr(told, ==, wanted);
	}
}

static const struct row damaged[] = {
	{ V P NAME EVR "[[packages\n", "line 8: not a table" },
	{ V "[packages]\n", "line 2: not a table" },
	{ V "[[packages]] x\n", "line 2: not a table" },
	{ V "[[ packages ]]\n", "line 2: not a table" },
	{ V "[[other]]\n", "line 2: neither [[packages]] nor" },
	{ V C, "line 2: neither [[packages]] nor" },
	{ V "packages = [ { name = \"a\" } ]\n", "line 2: the value is not one text" },
	{ V P "name = 5\n", "line 3: the value is not one text" },
	{ V P "name = \"a\n", "line 3: the value is not one text" },
	{ V P "name = \"a\\\n", "line 3: the value is not one text" },
	{ V P "name = \"a\" b\n", "line 3: the value is not one text" },
	{ V P "name = \"\"\"a\"\"\"\n", "line 3: the value is not one text" },
	{ V P "name = \"\\u00\"\n", "line 3: the value is not one text" },
	{ V P "name = \"\\ud800\"\n", "line 3: the value is not one text" },
	{ V P "name = \"\\u0000\"\n", "line 3: the value is not one text" },
	{ V P "name = \"\\U7fffffff\"\n", "line 3: the value is not one text" },
	{ V P "name = \"\\x\"\n", "line 3: the value is not one text" },
	{ V P "name =\n", "line 3: the value is not one text" },
	{ V P "name\n", "line 3: not a key" },
	{ V P "\"name\" = \"a\"\n", "line 3: not a key" },
	{ V P "a.b = \"a\"\n", "line 3: not a key" },
	{ V P NAME NAME, "line 4: a key that is said twice" },
	{ V "\x1b\n", "line 2: a control character" },
	{ V "# \x7f\n", "line 2: a control character" },
	{ V "# \xff\n", "not UTF-8" },
	{ "version = \"2.0\"\n", "its version is not 1.0" },
};

static void test_damaged(gconstpointer data)
{
	const struct row *row = data;
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpVersionLocks) locks = kp_version_locks_parse("/f\x1b", row->text,
								 strlen(row->text), warnings);

	g_assert_nonnull(locks->problem);
	g_assert_nonnull(strstr(locks->problem, row->locks));
	g_assert_cmpuint(locks->locks->len, ==, 0);
	g_assert_cmpuint(warnings->len, ==, 1);
	g_assert_true(g_str_has_prefix(g_ptr_array_index(warnings, 0), "/f\\x1b: "));
	g_assert_nonnull(strstr(g_ptr_array_index(warnings, 0), "nothing is installed until"));
}

static void test_zero(void)
{
	static const char text[] = V "\0" P;
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpVersionLocks) locks = kp_version_locks_parse("/f", text, sizeof(text) - 1,
								 warnings);

	g_assert_nonnull(locks->problem);
}

/* @locks is the condition's text: of each the name is locked, and a warning says where. */
static const struct row unclear[] = {
	{ NULL, "key = \"vendor\"\ncomparator = \"=\"\nvalue = \"us\"\n" },
	{ NULL, "key = \"evr\"\ncomparator = \"~\"\nvalue = \"1\"\n" },
	{ NULL, "key = \"evr\"\ncomparator = \"=\"\n" },
	{ NULL, "key = \"epoch\"\ncomparator = \"=\"\nvalue = \"1x\"\n" },
	{ NULL, "key = \"epoch\"\ncomparator = \"=\"\nvalue = \"9999999999999999999\"\n" },
	{ NULL, "key = \"arch\"\ncomparator = \"<\"\nvalue = \"noarch\"\n" },
	{ NULL, "" },
};

static void test_unclear(gconstpointer data)
{
	const struct row *row = data;
	g_autofree char *text = g_strconcat(V P NAME EVR C, row->locks, NULL);
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpVersionLocks) locks = kp_version_locks_parse("/f", text, strlen(text), warnings);
	const KpVersionLock *lock;

	g_assert_null(locks->problem);
	g_assert_cmpuint(locks->locks->len, ==, 1);
	lock = g_ptr_array_index(locks->locks, 0);
	g_assert_true(lock->unclear);
	g_assert_cmpuint(warnings->len, ==, 1);
	g_assert_nonnull(strstr(g_ptr_array_index(warnings, 0), "/f: line 8: this condition"));
	g_assert_nonnull(strstr(g_ptr_array_index(warnings, 0), "called a is"));
}

/* dnf5 takes no notice of such a file. */
static void test_no_version(void)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpVersionLocks) locks = kp_version_locks_parse("/f", P NAME EVR,
								 strlen(P NAME EVR), warnings);

	g_assert_null(locks->problem);
	g_assert_cmpuint(locks->locks->len, ==, 0);
	g_assert_cmpuint(warnings->len, ==, 1);
	g_assert_nonnull(strstr(g_ptr_array_index(warnings, 0), "takes no notice"));
}

/* Only dnf5 has the file, and what is there but no file may be anything. */
static void test_read(void)
{
	char *root = fixture_folder();
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *folder = g_build_filename(root, "usr/share/dnf5", NULL);
	g_autofree char *place = g_build_filename(root, "srv/etc/dnf/versionlock.toml", NULL);
	g_autofree char *other = g_build_filename(root, "srv", NULL);
	g_autofree char *other_dnf5 = g_build_filename(other, "usr/share/dnf5", NULL);
	KpVersionLocks *locks;

	fixture_write(root, "/etc/dnf/versionlock.toml", V P NAME EVR, -1);
	g_assert_null(kp_version_locks_read(root, warnings));
	g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
	locks = kp_version_locks_read(root, warnings);
	g_assert_cmpuint(locks->locks->len, ==, 1);
	kp_version_locks_free(locks);

	g_assert_cmpint(g_mkdir_with_parents(other_dnf5, 0755), ==, 0);
	g_assert_null(kp_version_locks_read(other, warnings));
	g_assert_cmpuint(warnings->len, ==, 0);
	g_assert_cmpint(g_mkdir_with_parents(place, 0755), ==, 0);
	locks = kp_version_locks_read(other, warnings);
	g_assert_nonnull(strstr(locks->problem, "not a regular file"));
	g_assert_cmpuint(warnings->len, ==, 1);
	kp_version_locks_free(locks);
	fixture_remove(root);
}

static void add_rows(const char *name, const struct row *rows, gsize count, GTestDataFunc function)
{
	for (gsize i = 0; i < count; i++) {
		g_autofree char *path = g_strdup_printf("/version-locks/%s/%zu", name, i + 1);

		g_test_add_data_func(path, &rows[i], function);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add_rows("good", good, G_N_ELEMENTS(good), test_good);
	add_rows("damaged", damaged, G_N_ELEMENTS(damaged), test_damaged);
	add_rows("unclear", unclear, G_N_ELEMENTS(unclear), test_unclear);
	g_test_add_func("/version-locks/comparators", test_comparators);
	g_test_add_func("/version-locks/zero", test_zero);
	g_test_add_func("/version-locks/no-version", test_no_version);
	g_test_add_func("/version-locks/read", test_read);
	return g_test_run();
}
