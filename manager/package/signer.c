/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has signed a package: the key's id is in the signature, who that is in the
 * package database, which has each key as a package gpg-pubkey. */
#include <rpm/rpmdb.h>
#include <rpm/rpmpgp.h>
#include <rpm/rpmtd.h>

#include "base/names.h"
#include "package/header.h"
#include "package/tags.h"

/* signatures of the header alone, the stronger first */
static const rpmTagVal signature_tags[] = { RPMTAG_RSAHEADER, RPMTAG_DSAHEADER };

static char *key_of(Header header, rpmTagVal tag)
{
	struct rpmtd_s data;
	pgpDigParams signature = NULL;
	GString *text = NULL;

	if (!headerGet(header, tag, &data, HEADERGET_MINMEM))
		return NULL;
	if (data.type == RPM_BIN_TYPE &&
	    pgpPrtParams(data.data, data.count, PGPTAG_SIGNATURE, &signature) == 0) {
		const guint8 *id = pgpDigParamsSignID(signature);

		text = g_string_new(NULL);
		for (int i = 0; i < PGP_KEYID_LEN; i++)
			g_string_append_printf(text, "%02x", id[i]);
	}
	pgpDigParamsFree(signature);
	rpmtdFreeData(&data);
	return text != NULL ? g_string_free(text, FALSE) : NULL;
}

/* The package provides gpg(ID) for the key and for each of its subkeys. */
static char *user_of(rpmts ts, const char *key_id)
{
	g_autofree char *name = g_strdup_printf("gpg(%s)", key_id);
	rpmdbMatchIterator found = rpmtsInitIterator(ts, RPMDBI_PROVIDENAME, name, 0);
	Header key = rpmdbNextIterator(found);
	g_autofree char *user = key != NULL ? kp_tag_text(key, RPMTAG_PACKAGER) : NULL;

	rpmdbFreeIterator(found);
	return user != NULL && *user != '\0' ? kp_text_printable(user) : NULL;
}

void kp_signer_fill(rpmts ts, Header header, KpPackageHeader *info)
{
	for (gsize i = 0; i < G_N_ELEMENTS(signature_tags) && info->key_id == NULL; i++)
		info->key_id = key_of(header, signature_tags[i]);
	if (info->key_id != NULL)
		info->signer = user_of(ts, info->key_id);
}
