/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trailer: what is found, and what is refused. */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "sign/keys.h"
#include "signing/format.h"

#define MAGIC "~Module signature appended~\n"

/* @payload bytes, @message bytes, a trailer that says @length, and the magic. */
static GByteArray *file_with(gsize payload, gsize message, guint32 length)
{
	GByteArray *file = g_byte_array_new();
	guint8 fields[12] = { 0, 0, 2 };
	guint32 big = GUINT32_TO_BE(length);

	g_byte_array_set_size(file, (guint)(payload + message));
	if (file->len > 0)
		memset(file->data, 'x', file->len);
	memcpy(fields + 8, &big, sizeof(big));
	g_byte_array_append(file, fields, sizeof(fields));
	g_byte_array_append(file, (const guint8 *)MAGIC, strlen(MAGIC));
	return file;
}

static gboolean parse(const GByteArray *file, KpTrailer *trailer, GError **error)
{
	gsize size = MIN(file->len, KP_TRAILER_SIZE);

	return kp_trailer_parse(file->data + file->len - size, size, file->len, trailer, error);
}

static void refused(const GByteArray *file)
{
	g_autoptr(GError) error = NULL;
	KpTrailer trailer;

	g_assert_false(parse(file, &trailer, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_REFUSED);
	g_assert_nonnull(strstr(error->message, "damaged"));
}

static void test_unsigned(void)
{
	const char *const texts[] = { "", "x", "~Module signature appended~", MAGIC "x",
				      "a much longer text that nobody ever signed, not even once" };

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GByteArray) file = g_byte_array_new();
		KpTrailer trailer;

		g_byte_array_append(file, (const guint8 *)texts[i], (guint)strlen(texts[i]));
		g_assert_true(parse(file, &trailer, NULL));
		g_assert_cmpuint(trailer.message, ==, 0);
		g_assert_cmpint(trailer.payload, ==, (goffset)strlen(texts[i]));
	}
}

static void test_found(void)
{
	g_autoptr(GByteArray) file = file_with(100, 20, 20);
	KpTrailer trailer;

	g_assert_true(parse(file, &trailer, NULL));
	g_assert_cmpuint(trailer.message, ==, 20);
	g_assert_cmpint(trailer.payload, ==, 100);
}

static void test_only_a_magic(void)
{
	for (gsize size = strlen(MAGIC); size < KP_TRAILER_SIZE; size++) {
		g_autoptr(GByteArray) whole = file_with(0, 0, 1);
		g_autoptr(GByteArray) file = g_byte_array_new();

		g_byte_array_append(file, whole->data + whole->len - size, (guint)size);
		refused(file);
	}
}

static void test_lengths(void)
{
	const guint32 wrong[] = { 0, 121, 122, 160, 161, 0x10001, 0x7fffffff, 0x80000000,
				  0xfffffffe, 0xffffffff };
	g_autoptr(GByteArray) all = file_with(0, 120, 120);
	KpTrailer trailer;

	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GByteArray) file = file_with(100, 20, wrong[i]);

		refused(file);
	}
	g_assert_true(parse(all, &trailer, NULL));
	g_assert_cmpint(trailer.payload, ==, 0);
}

static void test_largest(void)
{
	g_autoptr(GByteArray) most = file_with(10, KP_SIGNATURE_MAX, KP_SIGNATURE_MAX);
	g_autoptr(GByteArray) more = file_with(10, KP_SIGNATURE_MAX + 1, KP_SIGNATURE_MAX + 1);
	KpTrailer trailer;

	g_assert_true(parse(most, &trailer, NULL));
	g_assert_cmpuint(trailer.message, ==, KP_SIGNATURE_MAX);
	refused(more);
}

/* A length near 4 GiB in a file that has as many bytes. */
static void test_4_gib(void)
{
	g_autoptr(GByteArray) file = file_with(0, 0, 0xffffffff);
	g_autoptr(GError) error = NULL;
	KpTrailer trailer;

	g_assert_false(kp_trailer_parse(file->data, file->len, (goffset)1 << 33, &trailer, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_REFUSED);
}

/* Every bit: it is refused, or it is no signature any more, or it is the
 * length, which then says something else. */
static void test_flips(void)
{
	for (guint bit = 0; bit < 8 * KP_TRAILER_SIZE; bit++) {
		g_autoptr(GByteArray) file = file_with(70000, 300, 300);
		guint8 *end = file->data + file->len - KP_TRAILER_SIZE;
		KpTrailer trailer;
		gboolean ok;

		end[bit / 8] ^= (guint8)(1 << bit % 8);
		ok = parse(file, &trailer, NULL);
		if (bit >= 8 * 12)
			g_assert_true(ok && trailer.message == 0);
		else if (bit < 8 * 8)
			g_assert_false(ok);
		else
			g_assert_true(!ok || trailer.message != 300);
	}
}

static void test_make(void)
{
	g_autoptr(GBytes) message = g_bytes_new("message", 7);
	g_autoptr(GBytes) empty = g_bytes_new("", 0);
	g_autofree char *much = g_malloc0(KP_SIGNATURE_MAX + 1);
	g_autoptr(GBytes) large = g_bytes_new(much, KP_SIGNATURE_MAX + 1);
	g_autoptr(GBytes) made = kp_trailer_make(message, NULL);
	const char wanted[] = "message\0\0\2\0\0\0\0\0\0\0\0\7" MAGIC;

	g_assert_cmpmem(g_bytes_get_data(made, NULL), g_bytes_get_size(made), wanted,
			sizeof(wanted) - 1);
	g_assert_null(kp_trailer_make(empty, NULL));
	g_assert_null(kp_trailer_make(large, NULL));
}

static void test_read(void)
{
	g_autoptr(GByteArray) file = file_with(100, 20, 20);
	g_autoptr(GBytes) message = NULL;
	KpTrailer trailer;
	int fd;

	memcpy(file->data + 100, "the message, 20 byte", 20);
	fd = keys_fd(file->data, file->len);
	g_assert_true(kp_trailer_read(fd, file->len, &trailer, &message, NULL));
	g_assert_cmpmem(g_bytes_get_data(message, NULL), g_bytes_get_size(message),
			"the message, 20 byte", 20);
	/* it says that it is longer than it is */
	g_assert_false(kp_trailer_read(fd, file->len + 100, &trailer, NULL, NULL));
	close(fd);
}

static void test_strip(void)
{
	g_autoptr(GByteArray) file = file_with(100, 20, 20);
	guint count = 0;
	int fd;

	for (guint layers = 1; layers < 4; layers++) {
		g_autoptr(GByteArray) more = file_with(0, 33, 33);

		fd = keys_fd(file->data, file->len);
		g_assert_cmpint(kp_trailer_strip(fd, file->len, &count, NULL), ==, 100);
		g_assert_cmpuint(count, ==, layers);
		close(fd);
		g_byte_array_append(file, more->data, more->len);
	}
	fd = keys_fd("plain", 5);
	g_assert_cmpint(kp_trailer_strip(fd, 5, &count, NULL), ==, 5);
	g_assert_cmpuint(count, ==, 0);
	close(fd);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sign/format/unsigned", test_unsigned);
	g_test_add_func("/sign/format/found", test_found);
	g_test_add_func("/sign/format/only-a-magic", test_only_a_magic);
	g_test_add_func("/sign/format/lengths", test_lengths);
	g_test_add_func("/sign/format/largest", test_largest);
	g_test_add_func("/sign/format/4-gib", test_4_gib);
	g_test_add_func("/sign/format/flips", test_flips);
	g_test_add_func("/sign/format/make", test_make);
	g_test_add_func("/sign/format/read", test_read);
	g_test_add_func("/sign/format/strip", test_strip);
	return g_test_run();
}
