/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/verify.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "signing/certificate.h"
#include "signing/cms.h"
#include "signing/content.h"
#include "signing/format.h"
#include "signing/trusted.h"

/* Large enough that system calls do not count, small enough for the cache. */
#define PIECE ((gsize)64 * 1024)

const char *kp_verdict_word(KpVerdict verdict)
{
	static const char *const words[] = {
		[KP_VERDICT_GOOD] = "good",
		[KP_VERDICT_UNSIGNED] = "unsigned",
		[KP_VERDICT_DAMAGED] = "damaged",
		[KP_VERDICT_UNKNOWN_SIGNER] = "unknown-signer",
		[KP_VERDICT_CHANGED] = "changed",
		[KP_VERDICT_NOT_YET_VALID] = "not-yet-valid",
		[KP_VERDICT_EXPIRED] = "expired",
		[KP_VERDICT_WRONG_USAGE] = "wrong-usage",
		[KP_VERDICT_WEAK_KEY] = "weak-key",
		[KP_VERDICT_REVOKED_CERTIFICATE] = "revoked-certificate",
		[KP_VERDICT_REVOKED_DIGEST] = "revoked-digest",
		[KP_VERDICT_UNREADABLE] = "unreadable",
	};

	return words[verdict];
}

gboolean kp_verdict_revoked(KpVerdict verdict)
{
	return verdict == KP_VERDICT_REVOKED_CERTIFICATE || verdict == KP_VERDICT_REVOKED_DIGEST;
}

gboolean kp_verdict_of_date(KpVerdict verdict)
{
	return verdict == KP_VERDICT_NOT_YET_VALID || verdict == KP_VERDICT_EXPIRED;
}

void kp_sign_outcome_free(KpSignOutcome *outcome)
{
	if (outcome == NULL)
		return;
	g_free(outcome->file_sha256);
	g_free(outcome->payload_sha256);
	g_clear_pointer(&outcome->inner_sha256, g_ptr_array_unref);
	g_free(outcome->issuer);
	g_free(outcome->serial);
	g_free(outcome->named_key);
	g_free(outcome->subject);
	g_free(outcome->fingerprint);
	g_free(outcome->key_id);
	g_free(outcome->certificate);
	g_free(outcome);
}

/* One file on its way through. */
typedef struct {
	int fd;
	struct stat st;
	KpTrailer trailer;
	GArray *ends;		/* goffset: of what each signature is for, the last one's first */
	KpCms *cms;		/* NULL: not signed */
	EVP_MD_CTX *payload;	/* SHA-256, after the payload */
	guint8 hash[EVP_MAX_MD_SIZE];	/* of the payload, with the digest of the message */
	unsigned int hash_size;
	KpSignOutcome *outcome;
} KpCheck;

static gboolean openssl_failed(GError **error)
{
	kp_openssl_error(error, KP_ERROR_FAILED, "its digest cannot be computed");
	return FALSE;
}

/* Feeds bytes from @from up to @to of the file to @one, and to @other unless
 * it is NULL. */
static gboolean feed(int fd, goffset from, goffset to, EVP_MD_CTX *one, EVP_MD_CTX *other,
		     GError **error)
{
	g_autofree guint8 *piece = g_malloc(PIECE);

	while (from < to) {
		gsize size = (gsize)MIN((goffset)PIECE, to - from);

		if (!kp_read_at(fd, piece, size, from, error))
			return FALSE;
		if (EVP_DigestUpdate(one, piece, size) != 1 ||
		    (other != NULL && EVP_DigestUpdate(other, piece, size) != 1))
			return openssl_failed(error);
		from += (goffset)size;
	}
	return TRUE;
}

/* @context may go on. */
static gboolean hex_so_far(const EVP_MD_CTX *context, char **hex, GError **error)
{
	g_autoptr(EVP_MD_CTX) copy = EVP_MD_CTX_new();
	guint8 digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	if (EVP_MD_CTX_copy_ex(copy, context) != 1 ||
	    EVP_DigestFinal_ex(copy, digest, &size) != 1)
		return openssl_failed(error);
	*hex = kp_openssl_hex(digest, size);
	return TRUE;
}

/* The digests of what lies below further signatures; @file and @own have been fed
 * up to *@done then. */
static gboolean hash_inner(KpCheck *check, EVP_MD_CTX *file, EVP_MD_CTX *own, goffset *done,
			   GError **error)
{
	GPtrArray *inner = g_ptr_array_new_with_free_func(g_free);

	check->outcome->inner_sha256 = inner;
	for (guint i = check->ends->len; i > 1; i--) {
		goffset end = g_array_index(check->ends, goffset, i - 1);
		char *hex = NULL;

		if (!feed(check->fd, *done, end, file, own, error) ||
		    !hex_so_far(file, &hex, error))
			return FALSE;
		*done = end;
		g_ptr_array_insert(inner, 0, hex);
	}
	return TRUE;
}

/* All digests in one pass over the file: SHA-256 of the payload is the state
 * half-way to that of the file. */
static gboolean hash_file(KpCheck *check, GError **error)
{
	g_autoptr(EVP_MD_CTX) file = EVP_MD_CTX_new();
	g_autoptr(EVP_MD_CTX) own = EVP_MD_CTX_new();
	const EVP_MD *digest = check->cms != NULL ? kp_cms_digest(check->cms) : EVP_sha256();
	gboolean apart = EVP_MD_get_type(digest) != NID_sha256;
	goffset end = check->trailer.payload, done = 0;

	if (EVP_DigestInit_ex(own, digest, NULL) != 1 ||
	    EVP_DigestInit_ex(file, EVP_sha256(), NULL) != 1)
		return openssl_failed(error);
	if (!hash_inner(check, file, apart ? own : NULL, &done, error) ||
	    !feed(check->fd, done, end, file, apart ? own : NULL, error))
		return FALSE;
	check->payload = EVP_MD_CTX_new();
	if (EVP_MD_CTX_copy_ex(check->payload, file) != 1 ||
	    (!apart && EVP_MD_CTX_copy_ex(own, file) != 1) ||
	    EVP_DigestFinal_ex(own, check->hash, &check->hash_size) != 1)
		return openssl_failed(error);
	return feed(check->fd, end, check->st.st_size, file, NULL, error) &&
	       hex_so_far(check->payload, &check->outcome->payload_sha256, error) &&
	       hex_so_far(file, &check->outcome->file_sha256, error);
}

/* What is read in pieces could be changed between two of them. */
static gboolean unchanged(const KpCheck *check, GError **error)
{
	const struct stat *before = &check->st;
	struct stat now;

	if (fstat(check->fd, &now) == 0 && now.st_size == before->st_size &&
	    now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
			    "it was written while it was verified; try again when it is complete");
	return FALSE;
}

static gboolean size_ok(KpCheck *check, GError **error)
{
	const char *problem = NULL;

	if (fstat(check->fd, &check->st) != 0)
		problem = g_strerror(errno);
	else if (!S_ISREG(check->st.st_mode))
		problem = "it is not a regular file";
	else if (check->st.st_size > KP_SIGNED_MAX)
		problem = "it is larger than 2 GiB";
	if (problem != NULL)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, problem);
	return problem == NULL;
}

static void describe_message(KpCheck *check)
{
	KpSignOutcome *outcome = check->outcome;
	const ASN1_OCTET_STRING *key_id = kp_cms_key_id(check->cms);

	outcome->digest = kp_digest_name(kp_cms_digest(check->cms));
	outcome->algorithm = kp_cms_algorithm(check->cms);
	if (key_id != NULL) {
		outcome->named_key = kp_openssl_hex(ASN1_STRING_get0_data(key_id),
						    (gsize)ASN1_STRING_length(key_id));
		return;
	}
	outcome->issuer = kp_openssl_name(kp_cms_issuer(check->cms));
	outcome->serial = kp_openssl_serial(kp_cms_serial(check->cms));
}

/* Reads trailer, message and all digests. A damaged signature still leaves
 * digests: of the whole file, as if it had none. */
static KpVerdict examine(KpCheck *check, GError **error)
{
	g_autoptr(GBytes) message = NULL;
	g_autoptr(GError) damage = NULL;

	if (!size_ok(check, error))
		return KP_VERDICT_UNREADABLE;
	if (kp_trailer_read(check->fd, check->st.st_size, &check->trailer, &message, &damage)) {
		kp_trailer_layers(check->fd, check->st.st_size, check->ends, &damage);
		if (message != NULL && damage == NULL)
			check->cms = kp_cms_parse(message, &damage);
	}
	if (damage != NULL && !g_error_matches(damage, KP_ERROR, KP_ERROR_REFUSED)) {
		g_propagate_error(error, g_steal_pointer(&damage));
		return KP_VERDICT_UNREADABLE;
	}
	check->outcome->size = check->st.st_size;
	check->outcome->payload = check->trailer.payload;
	if (!hash_file(check, error) || !unchanged(check, error))
		return KP_VERDICT_UNREADABLE;
	if (damage != NULL) {
		g_propagate_error(error, g_steal_pointer(&damage));
		return KP_VERDICT_DAMAGED;
	}
	if (check->cms == NULL)
		return KP_VERDICT_UNSIGNED;
	describe_message(check);
	return KP_VERDICT_GOOD;
}

static void describe_signer(KpSignOutcome *outcome, const KpCertificate *certificate)
{
	g_free(outcome->subject);
	g_free(outcome->fingerprint);
	g_free(outcome->key_id);
	g_free(outcome->certificate);
	outcome->subject = kp_openssl_name(X509_get_subject_name(certificate->x509));
	outcome->fingerprint = kp_certificate_fingerprint(certificate->x509);
	outcome->key_id = kp_certificate_key_id(certificate->x509);
	outcome->certificate = g_strdup(certificate->file);
	outcome->not_after = kp_openssl_time(X509_get0_notAfter(certificate->x509));
}

static gboolean is_revoked(const KpTrust *trust, const char *sha256, GError **error)
{
	const char *list = kp_trust_digest_revoked(trust, sha256);

	if (list != NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "it is revoked by %s; get a newer release", list);
	return list != NULL;
}

/* The file, what is signed, and what is in that below further signatures: another
 * signature on top takes no revocation away. */
static gboolean digest_revoked(const KpTrust *trust, const KpSignOutcome *outcome, GError **error)
{
	if (is_revoked(trust, outcome->file_sha256, error) ||
	    is_revoked(trust, outcome->payload_sha256, error))
		return TRUE;
	for (guint i = 0; i < outcome->inner_sha256->len; i++)
		if (is_revoked(trust, g_ptr_array_index(outcome->inner_sha256, i), error))
			return TRUE;
	return FALSE;
}

/* The digest that the file would have with @message in place of its own. */
static char *digest_with(const KpCheck *check, GBytes *message)
{
	g_autoptr(EVP_MD_CTX) context = EVP_MD_CTX_new();
	g_autoptr(GBytes) end = kp_trailer_make(message, NULL);
	char *hex = NULL;

	if (end != NULL && EVP_MD_CTX_copy_ex(context, check->payload) == 1 &&
	    EVP_DigestUpdate(context, g_bytes_get_data(end, NULL), g_bytes_get_size(end)) == 1)
		hex_so_far(context, &hex, NULL);
	return hex;
}

/* Whoever writes the same signature in another way has not another file. */
static gboolean spelling_revoked(const KpCheck *check, const KpTrust *trust,
				 const KpCertificate *certificate, GError **error)
{
	g_autoptr(GPtrArray) messages = NULL;

	if (!kp_trust_revokes_digests(trust))
		return FALSE;
	messages = kp_cms_same(check->cms, certificate->x509);
	for (guint i = 0; i < messages->len; i++) {
		g_autofree char *sha256 = digest_with(check, g_ptr_array_index(messages, i));

		if (sha256 != NULL && is_revoked(trust, sha256, error))
			return TRUE;
	}
	return FALSE;
}

/* Several certificates may have the name that the message gives; one that
 * vouches is enough. Without one, the reason of the last counts. */
static KpVerdict ask_certificates(KpCheck *check, const KpTrust *trust, GError **error)
{
	KpVerdict verdict = KP_VERDICT_UNKNOWN_SIGNER;
	g_autoptr(GError) reason = NULL;

	for (guint i = 0; i < trust->certificates->len; i++) {
		const KpCertificate *certificate = g_ptr_array_index(trust->certificates, i);

		if (!kp_cms_names(check->cms, certificate->x509))
			continue;
		g_clear_error(&reason);
		describe_signer(check->outcome, certificate);
		if (!kp_cms_check(check->cms, certificate->x509, check->hash, check->hash_size,
				  &reason))
			verdict = KP_VERDICT_CHANGED;
		else
			verdict = kp_trust_certificate_verdict(trust, certificate, &reason);
		/* the site may let what has expired pass, but not what is revoked */
		if ((verdict == KP_VERDICT_GOOD || kp_verdict_of_date(verdict)) &&
		    spelling_revoked(check, trust, certificate, error))
			return KP_VERDICT_REVOKED_DIGEST;
		if (verdict == KP_VERDICT_GOOD)
			return verdict;
	}
	if (reason != NULL)
		g_propagate_error(error, g_steal_pointer(&reason));
	else if (check->outcome->named_key != NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "it is signed, but not by a certificate that is trusted here: key "
			    "identifier %s; if you know the signer, put that certificate into %s",
			    check->outcome->named_key, KP_TRUSTED_DIR);
	else
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "it is signed, but not by a certificate that is trusted here: issuer %s, "
			    "serial %s; if you know the signer, put that certificate into %s",
			    check->outcome->issuer, check->outcome->serial, KP_TRUSTED_DIR);
	return verdict;
}

static void say_unsigned(int fd, GError **error)
{
	const char *compression = kp_content_compression(fd);

	if (compression != NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, KP_CONTENT_COMPRESSED, compression);
	else
		g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED,
				    "it is not signed, or its end is missing; sign it with "
				    "kpatch-sign(1), or get it again");
}

static KpVerdict decide(KpCheck *check, const KpTrust *trust, GError **error)
{
	g_autoptr(GError) problem = NULL;
	KpVerdict verdict = examine(check, &problem);

	if (verdict != KP_VERDICT_UNREADABLE && digest_revoked(trust, check->outcome, error))
		return KP_VERDICT_REVOKED_DIGEST;
	if (verdict == KP_VERDICT_UNSIGNED)
		say_unsigned(check->fd, error);
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	return verdict == KP_VERDICT_GOOD ? ask_certificates(check, trust, error) : verdict;
}

static KpCheck begin(int fd)
{
	return (KpCheck){ .fd = fd, .outcome = g_new0(KpSignOutcome, 1),
			  .ends = g_array_new(FALSE, FALSE, sizeof(goffset)) };
}

static void finish(KpCheck *check, KpVerdict verdict, KpSignOutcome **outcome)
{
	kp_cms_free(check->cms);
	EVP_MD_CTX_free(check->payload);
	g_array_unref(check->ends);
	check->outcome->verdict = verdict;
	*outcome = check->outcome;
}

gboolean kp_sign_verify_fd(int fd, const KpTrust *trust, KpSignOutcome **outcome, GError **error)
{
	KpCheck check = begin(fd);

	finish(&check, decide(&check, trust, error), outcome);
	return (*outcome)->verdict == KP_VERDICT_GOOD;
}

gboolean kp_sign_describe_fd(int fd, KpSignOutcome **outcome, GError **error)
{
	KpCheck check = begin(fd);

	finish(&check, examine(&check, error), outcome);
	return (*outcome)->verdict == KP_VERDICT_GOOD || (*outcome)->verdict == KP_VERDICT_UNSIGNED;
}
