/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/label.h"

#include <errno.h>
#include <string.h>

#define KVER "6.12.0-55.el10.x86_64"
#define MODULES "system_u:object_r:modules_object_t:s0"

static void test_parse(void)
{
	static const struct {
		const char *value;
		gsize size;
		const char *label;
	} rows[] = {
		{ "a:b:c", 5, "a:b:c" }, { "a:b:c", 6, "a:b:c" }, { "a:b:c", 3, "a:b" },
		/* one NUL byte is the end of the text; more is no label */
		{ "a:b:c\0", 7, NULL }, { "a:b:c\0d", 7, NULL },
		{ "", 1, NULL }, { "", 0, NULL }, { "\0a", 2, NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		/* behind it is nothing that may be read */
		g_autofree char *exact = g_memdup2(rows[i].value, MAX(rows[i].size, 1));
		g_autofree char *label = kp_label_parse(exact, rows[i].size);

		g_assert_cmpstr(label, ==, rows[i].label);
	}
}

static const struct {
	const char *label;
	const char *type;
	const char *changed;	/* with the type x_t */
} labels[] = {
	{ "u:r:a_t", "a_t", "u:r:x_t" },
	{ "u:r:a_t:s0", "a_t", "u:r:x_t:s0" },
	{ "unconfined_u:object_r:user_tmp_t:s0-s0:c0.c1023", "user_tmp_t",
	  "unconfined_u:object_r:x_t:s0-s0:c0.c1023" },
	{ "u:object_r:a_t:s0:c1,c2,c900", "a_t", "u:object_r:x_t:s0:c1,c2,c900" },
	{ "u:r:a_t:", "a_t", "u:r:x_t:" },
	/* what the kernel calls things before there is a policy, and what is damaged */
	{ "kernel", NULL, NULL }, { "u:r", NULL, NULL }, { "u:r:", NULL, NULL },
	{ "u:r::s0", NULL, NULL }, { ":r:a_t", NULL, NULL }, { "u::a_t", NULL, NULL },
	{ "::", NULL, NULL }, { "", NULL, NULL },
};

static void test_type(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(labels); i++) {
		g_autofree char *type = kp_label_type(labels[i].label);
		g_autofree char *changed = kp_label_with_type(labels[i].label, "x_t");

		g_assert_cmpstr(type, ==, labels[i].type);
		g_assert_cmpstr(changed, ==, labels[i].changed);
	}
}

/* A machine with labels, in memory. */
static struct {
	const char *memory, *folder;
	int answer;		/* of who sets a label */
	char *set;		/* what was set, or tried */
	guint asked;		/* how often a path was looked at */
} fake;

static char *fake_of_fd(int fd)
{
	g_assert_cmpint(fd, ==, 7);
	return g_strdup(fake.memory);
}

static char *fake_of_path(const char *path)
{
	fake.asked++;
	g_assert_cmpstr(path, ==, "/lib/modules/" KVER);
	return g_strdup(fake.folder);
}

static int fake_set(int fd, const char *label)
{
	g_assert_cmpint(fd, ==, 7);
	g_assert_null(fake.set);
	fake.set = g_strdup(label);
	return fake.answer;
}

static const KpLabelCalls calls = { fake_of_fd, fake_of_path, fake_set };

static void expect(const char *memory, const char *folder, int answer, const char *set,
		   gboolean result)
{
	fake.memory = memory;
	fake.folder = folder;
	fake.answer = answer;
	g_clear_pointer(&fake.set, g_free);
	g_assert_cmpint(kp_label_as_module(7, KVER, &calls), ==, result);
	g_assert_cmpstr(fake.set, ==, set);
	g_clear_pointer(&fake.set, g_free);
}

static void test_as_module(void)
{
	/* only the type changes: user, role and categories are the process's */
	expect("system_u:object_r:tmpfs_t:s0", MODULES, 0, MODULES, TRUE);
	expect("u:object_r:rpm_script_tmpfs_t:s0:c1,c7", MODULES, 0,
	       "u:object_r:modules_object_t:s0:c1,c7", TRUE);
	/* the site's own type, whatever it is called */
	expect("u:object_r:tmpfs_t", "x:y:our_modules_t:s3", 0, "u:object_r:our_modules_t", TRUE);
	/* it has it: nobody is asked for a right */
	expect(MODULES, MODULES, EACCES, NULL, TRUE);
}

static void test_left_as_it_is(void)
{
	/* no SELinux; none yet; no label on the disk, no folder; a damaged one */
	expect(NULL, MODULES, 0, NULL, FALSE);
	expect("kernel", MODULES, 0, NULL, FALSE);
	expect("u:object_r:tmpfs_t:s0", NULL, 0, NULL, FALSE);
	expect("u:object_r:tmpfs_t:s0", "unlabeled", 0, NULL, FALSE);
	/* not allowed; a type that the policy does not have; no attributes there */
	expect("u:object_r:tmpfs_t:s0", MODULES, EACCES, "u:object_r:modules_object_t:s0", FALSE);
	expect("u:object_r:tmpfs_t:s0", MODULES, EINVAL, "u:object_r:modules_object_t:s0", FALSE);
	expect("u:object_r:tmpfs_t:s0", MODULES, EOPNOTSUPP, "u:object_r:modules_object_t:s0", FALSE);
}

static void test_strange_kernel(void)
{
	fake.memory = "u:object_r:tmpfs_t:s0";
	fake.asked = 0;
	g_assert_false(kp_label_as_module(7, "../../etc", &calls));
	g_assert_cmpuint(fake.asked, ==, 0);
}

/* Whatever this machine has, nothing is read or set that is not there. */
static void test_machine(void)
{
	g_assert_null(kp_label_calls.of_fd(-1));
	g_assert_null(kp_label_calls.of_path("/nonexistent"));
	g_assert_cmpint(kp_label_calls.set(-1, MODULES), ==, EBADF);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/label/parse", test_parse);
	g_test_add_func("/label/type", test_type);
	g_test_add_func("/label/as-module", test_as_module);
	g_test_add_func("/label/left-as-it-is", test_left_as_it_is);
	g_test_add_func("/label/strange-kernel", test_strange_kernel);
	g_test_add_func("/label/machine", test_machine);
	return g_test_run();
}
