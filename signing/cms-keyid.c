/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/cms-keyid.h"

#include <openssl/err.h>
#include <string.h>

#include "signing/cms-write.h"

static gboolean find_parts(KpKeyIdMessage *found)
{
	STACK_OF(CMS_SignerInfo) *signers;
	CMS_SignerInfo *signer;

	if (OBJ_obj2nid(CMS_get0_type(found->message)) != NID_pkcs7_signed)
		return FALSE;
	signers = CMS_get0_SignerInfos(found->message);
	if (sk_CMS_SignerInfo_num(signers) != 1)
		return FALSE;
	signer = sk_CMS_SignerInfo_value(signers, 0);
	if (CMS_SignerInfo_get0_signer_id(signer, &found->key_id, NULL, NULL) != 1 ||
	    found->key_id == NULL)
		return FALSE;
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &found->digest, &found->algorithm);
	found->signature = CMS_SignerInfo_get0_signature(signer);
	return found->digest != NULL && found->algorithm != NULL && found->signature != NULL;
}

/* What could be changed in it without touching the signature is not taken over
 * from it. */
static gboolean is_as_written(const KpKeyIdMessage *found, GBytes *der)
{
	const KpCmsParts parts = { .digest = found->digest, .algorithm = found->algorithm,
				   .signature = found->signature, .key_id = found->key_id };
	g_autoptr(GBytes) written = kp_cms_write(&parts);

	return g_bytes_equal(written, der);
}

gboolean kp_keyid_parse(GBytes *der, KpKeyIdMessage *found)
{
	gsize size = 0;
	const guint8 *next = g_bytes_get_data(der, &size);

	memset(found, 0, sizeof(*found));
	found->message = size <= G_MAXINT32 ? d2i_CMS_ContentInfo(NULL, &next, (long)size) : NULL;
	if (found->message != NULL && find_parts(found) && is_as_written(found, der))
		return TRUE;
	ERR_clear_error();
	g_clear_pointer(&found->message, CMS_ContentInfo_free);
	return FALSE;
}
