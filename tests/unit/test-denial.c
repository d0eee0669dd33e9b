/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"
#include "fixture.h"
#include "live/denial.h"
#include "live/kmsg.h"
#include "live/module.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN "system_u:system_r:rpm_script_t:s0"

static void expect(KpDenial denial, const char *part, const char *other)
{
	g_autoptr(GError) error = NULL;

	kp_module_set_denied(&error, "/x/y.ko", &denial);
	g_assert_error(error, KP_ERROR, KP_ERROR_REFUSED);
	g_assert_true(g_str_has_prefix(error->message, "/x/y.ko cannot be loaded: "));
	g_assert_nonnull(strstr(error->message, part));
	if (other != NULL)
		g_assert_null(strstr(error->message, other));
	/* the errno's own words come once */
	g_assert_true(g_str_has_suffix(error->message,
				       denial.code == EACCES ? "(Permission denied)"
							     : "(Operation not permitted)"));
	g_assert_null(strstr(strstr(error->message, "ermi") + 4, "Permission denied) ("));
}

static void test_selinux(void)
{
	char domain[] = DOMAIN, reason[] = "because we say so";

	expect((KpDenial){ .code = EACCES, .domain = domain }, "SELinux or another one of those that it has (our domain is " DOMAIN ")", "lockdown");
	expect((KpDenial){ .code = EACCES, .domain = domain }, "ausearch -m avc", NULL);
	expect((KpDenial){ .code = EACCES, .domain = domain }, "journalctl -k", NULL);
	/* a capability that the policy takes away: the process has it all the same */
	expect((KpDenial){ .code = EPERM, .capable = TRUE, .domain = domain },
	       "our domain is " DOMAIN, "lockdown");
	/* what the policy lacks, where it can be told */
	expect((KpDenial){ .code = EACCES, .domain = domain, .reason = reason },
	       "because we say so (our domain is " DOMAIN "); 'ausearch", "another one");
}

static void test_others(void)
{
	char modules[] = "lockdown,capability,ima";

	expect((KpDenial){ .code = EACCES, .modules = modules }, "lockdown,capability,ima", "SELinux");
	expect((KpDenial){ .code = EACCES }, "one of those that it has; 'ausearch", "SELinux");
	expect((KpDenial){ .code = EPERM, .capable = TRUE }, "a security module", "modules_disabled");
}

/* What has a message of its own keeps it, with SELinux too. */
static void test_own_message(void)
{
	char domain[] = DOMAIN;

	expect((KpDenial){ .code = EPERM, .capable = TRUE, .locked = TRUE, .domain = domain },
	       "with lockdown, sign the module", "avc");
	expect((KpDenial){ .code = EPERM, .domain = domain }, "run this as root", "avc");
}

static void test_capable(void)
{
	g_assert_true(kp_denial_capable("Name:\tx\nCapEff:\t000001ffffffffff\nCapBnd:\t0\n"));
	g_assert_true(kp_denial_capable("Name:\tx\nCapEff:\t0000000000010000\n"));
	g_assert_false(kp_denial_capable("Name:\tx\nCapEff:\t000001fffffeffff\n"));
	g_assert_false(kp_denial_capable("Name:\tCapEff:\t1ffff\nCapPrm:\t000001ffffffffff\n"));
	g_assert_false(kp_denial_capable(""));
}

static void test_machine(void)
{
	g_autoptr(KpDenial) denial = kp_denial_read(EACCES);
	g_autofree char *text = kp_denial_text(denial);

	g_assert_nonnull(text);
}

/* As the kernel writes them. */
static void test_kmsg(void)
{
	static const struct {
		const char *record, *message;
	} rows[] = {
		{ "3,512,70,-;kpatch: symbol 'do_x' does not exist in vmlinux\n",
		  "kpatch: symbol 'do_x' does not exist in vmlinux" },
		{ "3,513,70,-;livepatch: symbol 'do_x' not found in symbol table\n SUBSYSTEM=x\n",
		  "livepatch: symbol 'do_x' not found in symbol table" },
		{ "4,514,70,-;kpatch_x_1_2: Unknown symbol no_such (err -2)\n",
		  "kpatch_x_1_2: Unknown symbol no_such (err -2)" },
		{ "4,515,70,-;kpatch_x_1_2: tainting kernel with TAINT_LIVEPATCH\n", NULL },
		{ "6,516,70,-;eth0: link is up\n", NULL },
		{ "5,518,70,-;audit: type=1400 audit(1.2:41): avc:  denied  { sys_module } for  pid=9 "
		  "comm=\"kpatch-manager\" kpatch_x_1_2\n", NULL },
		{ "6,517,70,-;kpatch: \033[2J\n", "kpatch: \\x1b[2J" },
		{ "no record", NULL }, { "", NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *message = kp_kmsg_message(rows[i].record, "kpatch_x_1_2");

		g_assert_cmpstr(message, ==, rows[i].message);
	}
}

/* What was there before is of others. */
static void test_kmsg_since(void)
{
	char *root = fixture_folder();
	g_autofree char *path = g_build_filename(root, "kmsg", NULL);
	g_autofree char *said = NULL;
	g_autoptr(GError) error = g_error_new_literal(KP_ERROR, KP_ERROR_FAILED, "no");
	static const char more[] = "3,2,1,-;kpatch: new\n";
	int fd, other;

	g_assert_cmpint(kp_kmsg_open(path), ==, -1);
	g_assert_null(kp_kmsg_since(-1, "kpatch_x"));
	fixture_write(root, "kmsg", "3,1,1,-;kpatch: old\n", -1);
	fd = kp_kmsg_open(path);
	g_assert_cmpint(fd, >=, 0);
	other = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	g_assert_cmpint(write(other, more, strlen(more)), ==, (gssize)strlen(more));
	close(other);
	said = kp_kmsg_since(fd, "kpatch_x");
	g_assert_cmpstr(said, ==, "kpatch: new");
	fd = kp_kmsg_open(path);
	lseek(fd, 0, SEEK_SET);
	kp_kmsg_explain(fd, "kpatch_x", error);
	g_assert_cmpstr(error->message, ==, "no. The kernel's log: kpatch: old");
	kp_kmsg_explain(kp_kmsg_open(path), "kpatch_x", NULL);
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/denial/selinux", test_selinux);
	g_test_add_func("/denial/other-modules", test_others);
	g_test_add_func("/denial/own-message", test_own_message);
	g_test_add_func("/denial/capable", test_capable);
	g_test_add_func("/denial/machine", test_machine);
	g_test_add_func("/kmsg/message", test_kmsg);
	g_test_add_func("/kmsg/since", test_kmsg_since);
	return g_test_run();
}
