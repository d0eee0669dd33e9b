/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/openssl.h"

#include <openssl/err.h>
#include <time.h>

void kp_openssl_error(GError **error, KpErrorCode code, const char *format, ...)
{
	/* the first error is the cause, the last one only who noticed */
	const char *reason = ERR_reason_error_string(ERR_peek_error());
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	if (reason != NULL)
		g_set_error(error, KP_ERROR, (gint)code, "%s (OpenSSL: %s)", text, reason);
	else
		g_set_error_literal(error, KP_ERROR, (gint)code, text);
	ERR_clear_error();
}

static char *text_of(BIO *bio)
{
	char *bytes = NULL;
	long size = BIO_get_mem_data(bio, &bytes);

	return g_strndup(size > 0 ? bytes : "", size > 0 ? (gsize)size : 0);
}

/* The escapes keep a name from a file out of the terminal's control codes. */
char *kp_openssl_name(const X509_NAME *name)
{
	g_autoptr(BIO) bio = BIO_new(BIO_s_mem());
	g_autofree char *text = NULL;

	X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
	text = text_of(bio);
	return g_utf8_make_valid(text, -1);
}

char *kp_openssl_serial(const ASN1_INTEGER *serial)
{
	g_autoptr(BIO) bio = BIO_new(BIO_s_mem());

	i2a_ASN1_INTEGER(bio, serial);
	return text_of(bio);
}

char *kp_openssl_hex(const guint8 *bytes, gsize size)
{
	GString *text = g_string_sized_new(2 * size);

	for (gsize i = 0; i < size; i++)
		g_string_append_printf(text, "%02x", bytes[i]);
	return g_string_free(text, FALSE);
}

gint64 kp_openssl_time(const ASN1_TIME *time)
{
	struct tm parts;

	if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
		return 0;
	return (gint64)timegm(&parts);
}
