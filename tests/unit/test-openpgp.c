/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/openpgp.h"

#include <string.h>

/* By gpg, without its signatures: a key, a user, a subkey. */
#define KEY \
	"mDMEawzPvRYJKwYBBAHaRw8BAQdALA3H9bGd1MRSm2Q06y9Y8pzYGfrFvB3Izl2Pkpjtwb60HFVu" \
	"aXQgVGVzdCA8dGVzdEBleGFtcGxlLm9yZz4="
#define SUBKEY \
	"uDMEawzPvRYJKwYBBAHaRw8BAQdAaB0fnSdeiksFW0loTbOuF5LHuIiQEj5fZBNxWz3leqE="

static KpOpenpgp *read_packets(const guint8 *packets, gsize size)
{
	/* of its own size, so that a look behind its end is noticed */
	g_autofree guint8 *copy = g_memdup2(packets, size);

	return kp_openpgp_read(copy, size);
}

static void assert_ids(const guint8 *packets, gsize size, const char *wanted)
{
	g_autoptr(KpOpenpgp) key = read_packets(packets, size);
	g_autofree char *ids = key != NULL ? g_strjoinv(" ", key->ids) : g_strdup("none");

	g_assert_cmpstr(ids, ==, wanted);
}

static GBytes *key_with_subkey(void)
{
	g_autoptr(GByteArray) all = g_byte_array_new();
	gsize size;
	guchar *part = g_base64_decode(KEY, &size);

	g_byte_array_append(all, part, (guint)size);
	g_free(part);
	part = g_base64_decode(SUBKEY, &size);
	g_byte_array_append(all, part, (guint)size);
	g_free(part);
	return g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

static void test_key(void)
{
	g_autoptr(GBytes) bytes = key_with_subkey();
	gsize size;
	const guint8 *packets = g_bytes_get_data(bytes, &size);
	g_autoptr(KpOpenpgp) key = read_packets(packets, size);

	g_assert_nonnull(key);
	g_assert_cmpstr(key->user_id, ==, "Unit Test <test@example.org>");
	g_assert_cmpstr(key->fingerprint, ==, "123281bc038342cb93368c81ebd2f7aeef2f79fe");
	assert_ids(packets, size, "ebd2f7aeef2f79fe 2668eb76f576e16b");
}

/* Cut between two packets it is a smaller key, and anywhere else none. */
static void test_cut(void)
{
	g_autoptr(GBytes) key = key_with_subkey();
	gsize size;
	const guint8 *packets = g_bytes_get_data(key, &size);

	for (gsize cut = 0; cut < size; cut++)
		assert_ids(packets, cut, cut == 53 || cut == 83 ? "ebd2f7aeef2f79fe" : "none");
}

/* The five ways to write a length, of a key that has 42 octets behind it. */
static void test_lengths(void)
{
	static const struct {
		const char *name, *head;
		gsize size;
	} rows[] = {
		{ "old, one octet", "\x98\x2a", 2 },
		{ "old, two octets", "\x99\x00\x2a", 3 },
		{ "old, four octets", "\x9a\x00\x00\x00\x2a", 5 },
		{ "old, to the end", "\x9b", 1 },
		{ "new, one octet", "\xc6\x2a", 2 },
		{ "new, five octets", "\xc6\xff\x00\x00\x00\x2a", 6 },
	};
	guint8 body[42] = { 6, 0, 0, 0, 1, 27, 0, 0, 0, 32 };

	for (guint8 i = 0; i < 32; i++)
		body[10 + i] = i;
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		guint8 all[64];

		g_test_message("%s", rows[i].name);
		memcpy(all, rows[i].head, rows[i].size);
		memcpy(all + rows[i].size, body, sizeof(body));
		/* SHA-256 of 9b 00 00 00 2a and the body begins so */
		assert_ids(all, rows[i].size + sizeof(body), "31c5113af57adbf2");
	}
}

/* 200 octets of a user's name: a length of two octets. */
static void test_long_name(void)
{
	g_autoptr(GBytes) key = key_with_subkey();
	g_autoptr(GByteArray) all = g_byte_array_new();
	guint8 name[202] = { 0xcd, 192, 8 };
	g_autoptr(KpOpenpgp) found = NULL;

	memset(name + 3, 'x', sizeof(name) - 3);
	g_byte_array_append(all, g_bytes_get_data(key, NULL), 53);
	g_byte_array_append(all, name, sizeof(name));
	g_byte_array_append(all, (const guint8 *)"x", 1);
	found = read_packets(all->data, all->len);
	g_assert_nonnull(found);
	g_assert_cmpint(strlen(found->user_id), ==, 200);
}

/* Who has revoked a key, or one of its subkeys, has said so behind it; a subkey may say it
 * more than once. */
static void test_revoked(void)
{
	static const struct {
		const char *name, *ids;
		gsize at;	/* behind the key itself: 53; at the end: 0 */
		const char *packets;
		gsize size;
		gboolean revoked;
	} rows[] = {
		{ "the key", "ebd2f7aeef2f79fe 2668eb76f576e16b", 53, "\xc2\x03\x04\x20\x16", 5, TRUE },
		{ "by version 3", "ebd2f7aeef2f79fe 2668eb76f576e16b", 53, "\xc2\x03\x03\x05\x20", 5, TRUE },
		{ "the subkey", "ebd2f7aeef2f79fe", 0, "\xc2\x03\x04\x28\x16\xc2\x03\x04\x28\x16", 10, FALSE },
		{ "a subkey's, but there is none", "ebd2f7aeef2f79fe 2668eb76f576e16b", 53,
		  "\xc2\x03\x04\x28\x16", 5, FALSE },
		{ "a user", "ebd2f7aeef2f79fe 2668eb76f576e16b", 0, "\xc2\x03\x04\x30\x16", 5, FALSE },
		{ "cut", "ebd2f7aeef2f79fe 2668eb76f576e16b", 0, "\xc2\x01\x04", 3, FALSE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GBytes) bytes = key_with_subkey();
		g_autoptr(GByteArray) all = g_byte_array_new();
		g_autoptr(KpOpenpgp) key = NULL;
		g_autofree char *ids = NULL;
		gsize size, at;
		const guint8 *packets = g_bytes_get_data(bytes, &size);

		g_test_message("%s", rows[i].name);
		at = rows[i].at != 0 ? rows[i].at : size;
		g_byte_array_append(all, packets, (guint)at);
		g_byte_array_append(all, (const guint8 *)rows[i].packets, (guint)rows[i].size);
		g_byte_array_append(all, packets + at, (guint)(size - at));
		key = read_packets(all->data, all->len);
		g_assert_nonnull(key);
		ids = g_strjoinv(" ", key->ids);
		g_assert_cmpstr(ids, ==, rows[i].ids);
		g_assert_cmpint(key->revoked, ==, rows[i].revoked);
	}
}

static void test_nonsense(void)
{
	static const struct {
		const char *name, *bytes;
		gsize size;
	} rows[] = {
		{ "nothing", "", 0 },
		{ "no packet", "\x18\x01\x04", 3 },
		{ "a partial length", "\xc6\xe1\x04\x04", 4 },
		{ "a user without a key", "\xb4\x01x", 3 },
		{ "a key of no version", "\x98\x00", 2 },
		{ "a key of version 3", "\x98\x01\x03", 3 },
		{ "more than there is", "\xc6\xff\xff\xff\xff\xff\x04", 7 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].name);
		assert_ids((const guint8 *)rows[i].bytes, rows[i].size, "none");
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/openpgp/key", test_key);
	g_test_add_func("/openpgp/cut", test_cut);
	g_test_add_func("/openpgp/lengths", test_lengths);
	g_test_add_func("/openpgp/long-name", test_long_name);
	g_test_add_func("/openpgp/revoked", test_revoked);
	g_test_add_func("/openpgp/nonsense", test_nonsense);
	return g_test_run();
}
