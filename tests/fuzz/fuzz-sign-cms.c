/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CMS message: any bytes are one. The key of the certificate made three
 * signatures of the fixed payload and is gone, so nothing else may pass. */
#include "fuzz.h"

#include <string.h>

#include "sign-data.h"
#include "signing/cms.h"

/* Parameters that are absent or NULL, in three places of two bytes. */
#define SPELLINGS 6

static X509 *certificate(void)
{
	static X509 *parsed;

	if (parsed == NULL) {
		const guint8 *next = sign_certificate;

		parsed = d2i_X509(NULL, &next, sizeof(sign_certificate));
		g_assert_nonnull(parsed);
	}
	return parsed;
}

/* A message names its signer in one of two ways. */
static void say_signer(const KpCms *cms)
{
	if (kp_cms_key_id(cms) != NULL)
		return;

	g_autofree char *issuer = kp_openssl_name(kp_cms_issuer(cms));
	g_autofree char *serial = kp_openssl_serial(kp_cms_serial(cms));

	g_assert_true(g_utf8_validate(issuer, -1, NULL) && g_utf8_validate(serial, -1, NULL));
}

static gboolean passes(const KpCms *cms)
{
	guint8 hash[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	say_signer(cms);
	g_assert_cmpint(EVP_Digest(SIGN_PAYLOAD, strlen(SIGN_PAYLOAD), hash, &size,
				   kp_cms_digest(cms), NULL), ==, 1);
	return kp_cms_check(cms, certificate(), hash, size, NULL) &&
	       kp_cms_names(cms, certificate());
}

/* The signature comes last in a message of either form. */
static gboolean is_known(const guint8 *data, gsize size, gboolean key_id)
{
	gsize least = key_id ? SIGN_KEY_ID_MESSAGE_SIZE : SIGN_MESSAGE_SIZE;

	if (size < least || size > least + SPELLINGS)
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(sign_signatures); i++)
		if (memcmp(data + size - sizeof(sign_signatures[i]), sign_signatures[i],
			   sizeof(sign_signatures[i])) == 0)
			return TRUE;
	return FALSE;
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GBytes) der = g_bytes_new(data, size);
	g_autoptr(KpCms) cms = kp_cms_parse(der, NULL);

	if (cms != NULL && passes(cms))
		g_assert_true(is_known(data, size, kp_cms_key_id(cms) != NULL));
	return 0;
}
