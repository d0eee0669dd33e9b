/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has signed a package: the key's id is in the signature, who that is in the
 * package database, which has each key as a package gpg-pubkey. */
#include <rpm/rpmdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "package/header.h"
#include "package/tags.h"

#define KEY_ID_DIGITS 16
#define V6_DIGITS 64	/* of the fingerprint of a version 6 key */

/* Signatures of the header alone, the stronger first. How librpm prints one ends
 * with the id, or the fingerprint, of the key: its other ways to tell that came with
 * 4.18. */
static const char *const formats[] = {
	"[%{OPENPGP:pgpsig}\n]",	/* rpm 6; before, no tag has that name */
	"[%{RSAHEADER:pgpsig}\n]", "[%{DSAHEADER:pgpsig}\n]",
};

/* The 16 hexadecimal digits at the end of the line, of an id or a fingerprint: that
 * of a version 6 key begins with its id. NULL: it ends with none. */
static char *last_id(const char *line)
{
	gsize length = strcspn(line, "\n"), digits = 0;
	const char *id;

	while (digits < length && g_ascii_isxdigit(line[length - digits - 1]))
		digits++;
	if (digits < KEY_ID_DIGITS)
		return NULL;
	id = line + length - (digits == V6_DIGITS ? digits : KEY_ID_DIGITS);
	return g_ascii_strdown(id, KEY_ID_DIGITS);
}

static char *key_of(Header header, const char *format)
{
	char *line = headerFormat(header, format, NULL);
	char *id = line != NULL ? last_id(line) : NULL;

	free(line);
	return id;
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
	for (gsize i = 0; i < G_N_ELEMENTS(formats) && info->key_id == NULL; i++)
		info->key_id = key_of(header, formats[i]);
	if (info->key_id != NULL)
		info->signer = user_of(ts, info->key_id);
}
