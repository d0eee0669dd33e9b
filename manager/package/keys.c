/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/keys.h"

#include <rpm/rpmdb.h>
#include <rpm/rpmpgp.h>
#include <rpm/rpmts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "package/openpgp.h"
#include "package/rpmdb.h"
#include "package/rpmlock.h"
#include "package/rpmlog.h"

#define BEGIN "-----BEGIN PGP PUBLIC KEY BLOCK-----"
#define END "-----END PGP PUBLIC KEY BLOCK-----"

static gboolean is_known(rpmts ts, const char *key_id)
{
	g_autofree char *name = g_strdup_printf("gpg(%s)", key_id);
	rpmdbMatchIterator found = rpmtsInitIterator(ts, RPMDBI_PROVIDENAME, name, 0);
	gboolean known = rpmdbNextIterator(found) != NULL;

	rpmdbFreeIterator(found);
	return known;
}

/* One certificate; NULL when nothing can be made of it. */
static KpPackageKey *describe(rpmts ts, const guint8 *packets, gsize length)
{
	g_autoptr(KpOpenpgp) found = kp_openpgp_read(packets, length);
	KpPackageKey *key;

	if (found == NULL)
		return NULL;
	key = g_new0(KpPackageKey, 1);
	key->user_id = kp_text_printable(found->user_id);
	key->fingerprint = g_steal_pointer(&found->fingerprint);
	key->key_id = g_strdup(found->ids[0]);
	key->ids = g_steal_pointer(&found->ids);
	key->revoked = found->revoked;
	key->known = is_known(ts, key->key_id);
	key->packets = g_bytes_new(packets, length);
	return key;
}

/* A block may hold several certificates, one after the other. */
static void add_block(rpmts ts, const char *block, GPtrArray *keys)
{
	guint8 *packets = NULL;
	size_t length = 0, done = 0, one = 0;

	if (pgpParsePkts(block, &packets, &length) != PGPARMOR_PUBKEY)
		return;
	while (done < length && pgpPubKeyCertLen(packets + done, length - done, &one) == 0 &&
	       one > 0) {
		KpPackageKey *key = describe(ts, packets + done, one);

		if (key != NULL)
			g_ptr_array_add(keys, key);
		done += one;
	}
	free(packets);
}

GPtrArray *kp_keys_read(const char *root, const char *rpmdb, const char *text, GError **error)
{
	g_autoptr(GPtrArray) keys =
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_package_key_free);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	rpmts ts = kp_rpmdb_open(root, rpmdb, error);
	const char *end;

	if (ts == NULL)
		return NULL;
	kp_rpmlog_begin(lines);
	while ((text = strstr(text, BEGIN)) != NULL && (end = strstr(text, END)) != NULL) {
		g_autofree char *block = g_strndup(text, (gsize)(end - text) + strlen(END));

		add_block(ts, block, keys);
		text = end;
	}
	kp_rpmlog_end();
	rpmtsFree(ts);
	if (keys->len > 0)
		return g_steal_pointer(&keys);
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, "there is no public key in it");
	return NULL;
}

static gboolean import(const char *root, const char *rpmdb, const KpPackageKey *key, GError **error)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	rpmts ts = kp_rpmdb_open(root, rpmdb, error);
	g_autofree char *why = NULL;
	gsize length = 0;
	const guint8 *packets = g_bytes_get_data(key->packets, &length);
	rpmRC result;

	if (ts == NULL)
		return FALSE;
	kp_rpmlog_begin(lines);
	result = rpmtsImportPubkey(ts, packets, length);
	kp_rpmlog_end();
	rpmtsFree(ts);
	if (result == RPMRC_OK)
		return TRUE;
	why = kp_rpmlog_text(lines, "librpm does not say why");
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the key %s cannot be imported: %s",
		    key->fingerprint, why);
	return FALSE;
}

/* librpm locks its database for a key, too, and would wait for that as rpmlock.h says. */
gboolean kp_keys_import(const char *root, const char *rpmdb, const KpPackageKey *key,
			gint64 lock_limit_ms, const KpWatch *watch, GError **error)
{
	gboolean ok;
	int lock;

	if (!kp_rpmdb_configure(root, rpmdb, error))
		return FALSE;
	lock = kp_rpmlock_take(root, lock_limit_ms, watch, error);
	if (lock < 0)
		return FALSE;
	ok = import(root, rpmdb, key, error);
	close(lock);
	return ok;
}
