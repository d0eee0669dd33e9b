/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a list of revoked digests. */
#include "fuzz.h"

#include <string.h>

#include "signing/revocations.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	/* not one byte more than the text has, so that reading on is noticed */
	g_autofree char *text = g_memdup2(data, size);
	g_autoptr(KpRevocations) list = kp_revocations_parse(size > 0 ? text : "", size, NULL);

	if (list == NULL)
		return 0;
	g_assert_cmpint(list->serial, >=, 0);
	g_assert_cmpint(list->expires, >=, 0);
	for (guint i = 0; i < list->digests->len; i++) {
		const char *digest = g_ptr_array_index(list->digests, i);

		g_assert_cmpuint(strlen(digest), ==, 64);
		g_assert_cmpuint(strspn(digest, "0123456789abcdef"), ==, 64);
	}
	return 0;
}
