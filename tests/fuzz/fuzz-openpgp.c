/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: a public key in binary. Whatever the bytes, they are refused, or there
 * is a name and at least one id. */
#include "fuzz.h"

#include <string.h>

#include "package/openpgp.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(KpOpenpgp) key = kp_openpgp_read(data, size);

	if (key == NULL)
		return 0;
	g_assert_nonnull(key->user_id);
	g_assert_cmpint(strlen(key->fingerprint), >=, 40);
	g_assert_nonnull(key->ids[0]);
	for (char **id = key->ids; *id != NULL; id++)
		g_assert_cmpint(strlen(*id), ==, 16);
	return 0;
}
