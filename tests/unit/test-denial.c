/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"
#include "live/denial.h"
#include "live/module.h"

#include <errno.h>
#include <string.h>

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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/denial/selinux", test_selinux);
	g_test_add_func("/denial/other-modules", test_others);
	g_test_add_func("/denial/own-message", test_own_message);
	g_test_add_func("/denial/capable", test_capable);
	g_test_add_func("/denial/machine", test_machine);
	return g_test_run();
}
