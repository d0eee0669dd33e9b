/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "live/selinux.h"

#include <string.h>

#define DOMAIN "system_u:system_r:rpm_script_t:s0"
#define MEMORY "system_u:object_r:rpm_script_tmpfs_t:s0"
#define MODULES "system_u:object_r:modules_object_t:s0"

/* The policy: what is in it is denied, or nobody can tell of it. */
static const char *denied, *unknown;

static gboolean has(const char *rules, const char *rule)
{
	g_auto(GStrv) words = g_strsplit(rules != NULL ? rules : "", " ", -1);

	return g_strv_contains((const char *const *)words, rule);
}

/* Rules are called TYPE.PERMISSION. */
static KpAnswer ask(const char *source, const char *target, const char *kind, const char *permission)
{
	g_auto(GStrv) parts = g_strsplit(target, ":", 4);
	g_autofree char *rule = g_strdup_printf("%s.%s", parts[2], permission);

	g_assert_cmpstr(source, ==, DOMAIN);
	g_assert_cmpstr(kind, ==, g_str_equal(permission, "sys_module") ? "capability" :
			g_str_equal(permission, "module_load") ? "system" : "file");
	if (has(unknown, rule))
		return KP_ANSWER_UNKNOWN;
	return has(denied, rule) ? KP_ANSWER_DENIED : KP_ANSWER_ALLOWED;
}

static void expect(const char *rules, const char *part)
{
	const KpSelinuxCase about = { DOMAIN, MEMORY, MODULES, FALSE };
	g_autofree char *reason = NULL;

	denied = rules;
	reason = kp_selinux_judge(&about, ask);
	if (part == NULL) {
		g_assert_null(reason);
		return;
	}
	g_assert_nonnull(reason);
	g_assert_nonnull(strstr(reason, part));
	g_assert_nonnull(strstr(reason, "rpm_script_t"));
}

/* What RHEL denies its scriptlets is no obstacle. */
static void test_ways(void)
{
	expect(NULL, NULL);
	expect("rpm_script_tmpfs_t.module_load", NULL);
	/* no label, but init_module(2) */
	expect("rpm_script_tmpfs_t.module_load rpm_script_tmpfs_t.relabelfrom", NULL);
	expect("rpm_script_tmpfs_t.module_load modules_object_t.relabelto", NULL);
	expect("modules_object_t.module_load", NULL);
	/* no label, but memory as it is */
	expect("modules_object_t.relabelto rpm_script_t.module_load", NULL);
}

static void test_denied(void)
{
	expect("modules_object_t.module_load rpm_script_t.module_load",
	       "load a module of the type modules_object_t");
	expect("modules_object_t.relabelto rpm_script_tmpfs_t.module_load rpm_script_t.module_load",
	       "give memory the type modules_object_t");
	expect("rpm_script_tmpfs_t.relabelfrom rpm_script_tmpfs_t.module_load rpm_script_t.module_load",
	       "give memory the type modules_object_t");
	expect("rpm_script_t.sys_module", "capability sys_module");
}

static void test_boolean(void)
{
	KpSelinuxCase about = { DOMAIN, MEMORY, MODULES, TRUE };
	g_autofree char *reason = NULL, *other = NULL, *blind = NULL;

	denied = "rpm_script_t.sys_module";
	reason = kp_selinux_judge(&about, ask);
	g_assert_nonnull(strstr(reason, "setsebool secure_mode_insmod off"));
	/* it does not bind this domain */
	denied = NULL;
	other = kp_selinux_judge(&about, ask);
	g_assert_null(other);
	unknown = "rpm_script_t.sys_module";
	blind = kp_selinux_judge(&about, ask);
	g_assert_nonnull(strstr(blind, "secure_mode_insmod"));
	unknown = NULL;
}

/* What nobody can tell is no reason. */
static void test_unknown(void)
{
	const KpSelinuxCase about = { DOMAIN, NULL, NULL, FALSE };
	g_autofree char *reason = NULL;

	unknown = "rpm_script_t.sys_module rpm_script_t.module_load modules_object_t.module_load "
		  "modules_object_t.relabelto rpm_script_tmpfs_t.relabelfrom";
	expect(NULL, NULL);
	unknown = NULL;
	denied = "modules_object_t.module_load";
	reason = kp_selinux_judge(&about, ask);
	g_assert_null(reason);
}

/* "allowed decided auditallow auditdeny number flags" */
static void test_answers(void)
{
	g_assert_cmpint(kp_selinux_answer("8 ffffffff 0 ffffffff 12 0", 4), ==, KP_ANSWER_ALLOWED);
	g_assert_cmpint(kp_selinux_answer("8 ffffffff 0 ffffffff 12 0", 3), ==, KP_ANSWER_DENIED);
	g_assert_cmpint(kp_selinux_answer("0 ffffffff 0 ffffffff 12 1", 3), ==, KP_ANSWER_ALLOWED);
	g_assert_cmpint(kp_selinux_answer("80000000 ffffffff 0 0 1 0", 32), ==, KP_ANSWER_ALLOWED);
	g_assert_cmpint(kp_selinux_answer("ffffffff ffffffff 0 0 1 0", 0), ==, KP_ANSWER_UNKNOWN);
	g_assert_cmpint(kp_selinux_answer("ffffffff ffffffff 0 0 1 0", 33), ==, KP_ANSWER_UNKNOWN);
	g_assert_cmpint(kp_selinux_answer("ffffffff ffffffff 0 0 1", 1), ==, KP_ANSWER_UNKNOWN);
	g_assert_cmpint(kp_selinux_answer("", 1), ==, KP_ANSWER_UNKNOWN);
}

/* A captured tree: nobody can be asked there, and files can be read. */
static void test_tree(void)
{
	char *root = fixture_folder();
	g_autoptr(KpHost) host = g_new0(KpHost, 1);
	g_autoptr(GPtrArray) denials = NULL;
	g_autofree char *none = NULL, *permissive = NULL, *pending = NULL, *enforcing = NULL;

	host->root = g_strdup(root);
	host->is_machine = TRUE;
	host->kver = g_strdup("6.12.0");
	none = kp_selinux_denial(host);
	g_assert_null(none);
	fixture_write(root, "sys/fs/selinux/enforce", "0", -1);
	fixture_write(root, "sys/fs/selinux/booleans/secure_mode_insmod", "1 1", -1);
	permissive = kp_selinux_denial(host);
	g_assert_null(permissive);
	fixture_write(root, "sys/fs/selinux/enforce", "1", -1);
	enforcing = kp_selinux_denial(host);
	g_assert_nonnull(enforcing);
	g_assert_nonnull(strstr(enforcing, "setsebool secure_mode_insmod off"));
	/* not in force before it is committed */
	fixture_write(root, "sys/fs/selinux/booleans/secure_mode_insmod", "0 1", -1);
	pending = kp_selinux_denial(host);
	g_assert_null(pending);
	denials = kp_selinux_denials(host);
	g_assert_cmpuint(denials->len, ==, 0);
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/selinux/ways", test_ways);
	g_test_add_func("/selinux/denied", test_denied);
	g_test_add_func("/selinux/boolean", test_boolean);
	g_test_add_func("/selinux/unknown", test_unknown);
	g_test_add_func("/selinux/answers", test_answers);
	g_test_add_func("/selinux/tree", test_tree);
	return g_test_run();
}
