/* SPDX-License-Identifier: GPL-2.0-or-later */
/* revoked.d: X.509 revocation lists, and lists of digests signed like modules.
 * Everything in there must be understood, current or not; what is past its
 * date still counts, and is warned about. One file that is not understood takes no
 * other away: what they revoke is known (kp_trust_read). */
#include "signing/trusted.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/root.h"
#include "signing/certificate.h"
#include "signing/folder.h"
#include "signing/format.h"
#include "signing/revocations.h"

#define NAME_CHARACTERS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static gboolean unusable(GError **error, const KpFolderFile *file, const char *problem)
{
	g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
		    "%s cannot be used: %s; get it again from whoever made it", file->path, problem);
	return FALSE;
}

static void warn_stale(KpTrust *trust, const char *path, gint64 expires)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(expires);
	g_autofree char *text = NULL;

	if (expires == 0 || expires > trust->now)
		return;
	text = date != NULL ? g_date_time_format(date, "%Y-%m-%d") : g_strdup("long ago");
	g_ptr_array_add(trust->warnings,
			g_strdup_printf("%s: these revocations expired on %s. What was revoked since "
					"then is NOT refused here; get a current list", path, text));
}

static X509_CRL *read_crl(GBytes *content)
{
	gsize size = 0;
	gconstpointer bytes = g_bytes_get_data(content, &size);
	g_autoptr(BIO) bio = BIO_new_mem_buf(size > 0 ? bytes : "", (int)size);
	X509_CRL *crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);

	if (crl == NULL && BIO_reset(bio) >= 0)
		crl = d2i_X509_CRL_bio(bio, NULL);
	ERR_clear_error();
	return crl;
}

/* How a list and the certificates belong together. */
typedef struct {
	gboolean issuer;	/* a trusted certificate has the list's issuer as subject */
	gboolean concerned;	/* one was made by that issuer */
	gboolean verified;	/* the issuer's key signed the list */
} KpCrlTies;

static KpCrlTies crl_ties(const KpTrust *trust, X509_CRL *crl)
{
	const X509_NAME *name = X509_CRL_get_issuer(crl);
	KpCrlTies ties = { 0 };

	for (guint i = 0; i < trust->certificates->len; i++) {
		const KpCertificate *certificate = g_ptr_array_index(trust->certificates, i);
		X509 *x509 = certificate->x509;

		if (X509_NAME_cmp(X509_get_issuer_name(x509), name) == 0)
			ties.concerned = TRUE;
		if (X509_NAME_cmp(X509_get_subject_name(x509), name) != 0)
			continue;
		ties.issuer = TRUE;
		if (kp_certificate_signs_crls(x509) &&
		    X509_CRL_verify(crl, X509_get0_pubkey(x509)) == 1)
			ties.verified = TRUE;
	}
	ERR_clear_error();
	return ties;
}

/* A delta says only what changed, and with critical extensions the list does
 * not mean what it seems to. */
static const char *crl_problem(const KpCrlTies *ties, const X509_CRL *crl)
{
	if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
		return "it is a delta list; use the full one";
	if (X509_CRL_get_ext_by_critical(crl, 1, -1) >= 0)
		return "it has critical extensions";
	if (ties->issuer && !ties->verified)
		return "its signature is not that of the certificate of its issuer in trusted.d";
	if (ties->concerned && !ties->verified)
		return "the certificate of its issuer is not in trusted.d, so its signature cannot be "
		       "checked; put it there";
	return NULL;
}

static char *crl_name(X509_CRL *crl)
{
	const unsigned char *der = NULL;
	size_t size = 0;
	g_autofree char *hex = NULL;

	X509_NAME_get0_der(X509_CRL_get_issuer(crl), &der, &size);
	hex = g_compute_checksum_for_data(G_CHECKSUM_SHA256, der, size);
	return g_strdup_printf("crl-%.16s", hex);
}

static gboolean add_crl(KpTrust *trust, const KpFolderFile *file, GError **error)
{
	g_autoptr(X509_CRL) crl = read_crl(file->content);
	g_autofree char *name = NULL;
	const char *problem;
	gboolean current;
	KpCrlTies ties;

	if (crl == NULL)
		return unusable(error, file, "there is no revocation list in it, neither PEM nor DER");
	ties = crl_ties(trust, crl);
	problem = crl_problem(&ties, crl);
	if (problem != NULL)
		return unusable(error, file, problem);
	if (!ties.verified) {
		g_ptr_array_add(trust->warnings,
				g_strdup_printf("%s is not used: nobody in trusted.d has to do with "
						"its issuer", file->path));
		return TRUE;
	}
	/* not every list has a number, all have the time they were made at */
	name = crl_name(crl);
	current = kp_seen_note(trust->seen, name, file->path,
			       kp_openssl_time(X509_CRL_get0_lastUpdate(crl)), error);
	warn_stale(trust, file->path, kp_openssl_time(X509_CRL_get0_nextUpdate(crl)));
	g_ptr_array_add(trust->crls, g_steal_pointer(&crl));
	return current;
}

/* An expired signer's word is still good enough to take trust away. */
static gboolean list_signed(KpTrust *trust, const KpFolderFile *file, goffset *payload,
			    GError **error)
{
	g_autoptr(KpSignOutcome) outcome = NULL;
	g_autoptr(GError) problem = NULL;
	g_autofree char *sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, file->content);

	kp_sign_verify_fd(file->fd, trust, &outcome, &problem);
	if (outcome->verdict == KP_VERDICT_EXPIRED)
		g_ptr_array_add(trust->warnings, g_strdup_printf("%s: %s", file->path,
								 problem->message));
	else if (outcome->verdict != KP_VERDICT_GOOD)
		return unusable(error, file, problem->message);
	if (!g_str_equal(sha256, outcome->file_sha256))
		return unusable(error, file, "it was changed while it was read");
	*payload = outcome->payload;
	return TRUE;
}

static gboolean add_list(KpTrust *trust, const KpFolderFile *file, GError **error)
{
	g_autoptr(KpRevocations) list = NULL;
	g_autoptr(GError) problem = NULL;
	goffset payload = 0;
	gboolean current;

	if (strspn(file->name, NAME_CHARACTERS) != strlen(file->name))
		return unusable(error, file, "its name may have letters, digits and . _ - alone");
	if (!list_signed(trust, file, &payload, error))
		return FALSE;
	list = kp_revocations_parse(g_bytes_get_data(file->content, NULL), (gsize)payload, &problem);
	if (list == NULL)
		return unusable(error, file, problem->message);
	current = kp_seen_note(trust->seen, file->name, file->path, list->serial, error);
	warn_stale(trust, file->path, list->expires);
	for (guint i = 0; i < list->digests->len; i++)
		g_hash_table_insert(trust->digests, g_strdup(g_ptr_array_index(list->digests, i)),
				    g_strdup(file->path));
	return current;
}

/* Revocation lists first: they may take trust from whoever signed a list of
 * digests. */
void kp_trust_read_revoked(KpTrust *trust, const char *root, GError **problem)
{
	static const struct {
		const char *suffix;
		gboolean (*add)(KpTrust *trust, const KpFolderFile *file, GError **error);
	} kinds[] = { { ".crl", add_crl }, { ".list", add_list } };
	static const char *const suffixes[] = { ".crl", ".list", NULL };
	g_autoptr(GPtrArray) files = NULL;
	gboolean missing = FALSE;

	files = kp_folder_read(root, KP_REVOKED_DIR, suffixes, trust->warnings, &missing, problem);
	for (gsize kind = 0; kind < G_N_ELEMENTS(kinds); kind++) {
		for (guint i = 0; i < files->len; i++) {
			const KpFolderFile *file = g_ptr_array_index(files, i);
			GError *error = NULL;

			if (g_str_has_suffix(file->name, kinds[kind].suffix))
				kinds[kind].add(trust, file, &error);
			kp_folder_problem(problem, error);
		}
	}
}
