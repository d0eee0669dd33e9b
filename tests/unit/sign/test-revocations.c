/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a list of revoked digests. */
#include <string.h>

#include "base/error.h"
#include "signing/revocations.h"

#define HEAD "kpatch-revocations 1\n"
#define DIGEST "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"

static void test_good(void)
{
	static const char text[] = HEAD "# for people\nserial 7\nexpires 2027-01-31\n\n"
				   "sha256 " DIGEST "\nsha256 " DIGEST "  bad-1-1.ko, CVE-2026-1\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(KpRevocations) list = kp_revocations_parse(text, strlen(text), &error);

	g_assert_no_error(error);
	g_assert_cmpint(list->serial, ==, 7);
	g_assert_cmpint(list->expires, ==, 1801353600);
	g_assert_cmpuint(list->digests->len, ==, 2);
	g_assert_cmpstr(g_ptr_array_index(list->digests, 0), ==,
			"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
}

static void test_time(void)
{
	static const char text[] = HEAD "serial 0\nexpires 2027-01-31T12:00:00Z\n";
	g_autoptr(KpRevocations) list = kp_revocations_parse(text, strlen(text), NULL);

	g_assert_nonnull(list);
	g_assert_cmpint(list->expires, ==, 1801353600 + 12 * 60 * 60);
}

static void test_bad(void)
{
	static const char *const texts[] = {
		"", "kpatch-revocations 1", "kpatch-revocations 2\nserial 1\nexpires 2027-01-31\n",
		HEAD, HEAD "serial 1\n", HEAD "expires 2027-01-31\n",
		HEAD "serial -1\nexpires 2027-01-31\n", HEAD "serial 1x\nexpires 2027-01-31\n",
		HEAD "serial 9223372036854775808\nexpires 2027-01-31\n",
		HEAD "serial 1\nserial 2\nexpires 2027-01-31\n",
		HEAD "serial 1\nexpires 2027-01-31\nexpires 2027-01-31\n",
		HEAD "serial 1\nexpires 31.1.2027\n", HEAD "serial 1\nexpires 2027-13-01\n",
		HEAD "serial 1\nexpires 2027-01-31\nsha256 abcd\n",
		HEAD "serial 1\nexpires 2027-01-31\nsha256 " DIGEST "0\n",
		HEAD "serial 1\nexpires 2027-01-31\nsha1 " DIGEST "\n",
		HEAD "serial 1\nexpires 2027-01-31\n sha256 " DIGEST "\n",
		HEAD "serial 1\nexpires 2027-01-31\nsha256 " DIGEST,
		HEAD "serial 1\r\nexpires 2027-01-31\r\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(kp_revocations_parse(texts[i], strlen(texts[i]), &error));
		g_assert_error(error, KP_ERROR, KP_ERROR_CONFIG);
	}
}

/* What follows a NUL would be lost. */
static void test_nul(void)
{
	static const char text[] = HEAD "serial 1\nexpires 2027-01-31\n\0sha256 " DIGEST "\n";

	g_assert_null(kp_revocations_parse(text, sizeof(text) - 1, NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sign/revocations/good", test_good);
	g_test_add_func("/sign/revocations/time", test_time);
	g_test_add_func("/sign/revocations/bad", test_bad);
	g_test_add_func("/sign/revocations/nul", test_nul);
	return g_test_run();
}
