/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signing/cms.h"
#include "signing/content.h"
#include "signing/format.h"
#include "signing/publish.h"
#include "signing/trusted.h"

static gboolean load(KpSigner *signer, const char *key, const char *certificate, gint64 now,
		     KpAskSecret ask, gpointer data, GError **error)
{
	KpCertificate own = { .file = (char *)certificate };

	own.x509 = signer->certificate = kp_certificate_load(certificate, error);
	if (signer->certificate == NULL)
		return FALSE;
	signer->trust = kp_trust_of(signer->certificate, certificate, now);
	if (kp_trust_certificate_verdict(signer->trust, &own, error) != KP_VERDICT_GOOD) {
		g_prefix_error(error, "nothing signed with %s would be accepted: ", certificate);
		return FALSE;
	}
	signer->key = kp_key_load(key, ask, data, error);
	return signer->key != NULL && kp_key_matches(signer->key, signer->certificate, error);
}

KpSigner *kp_signer_load(const char *key, const char *certificate, const char *digest, gint64 now,
			 KpAskSecret ask, gpointer data, GError **error)
{
	g_autoptr(KpSigner) signer = g_new0(KpSigner, 1);

	signer->digest = kp_digest_find(digest);
	if (signer->digest == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "there is no digest %s; sha256, sha384, sha512, sha3-256, sha3-384 and "
			    "sha3-512 are there", digest);
		return NULL;
	}
	return load(signer, key, certificate, now, ask, data, error) ? g_steal_pointer(&signer) :
								       NULL;
}

void kp_signer_free(KpSigner *signer)
{
	if (signer == NULL)
		return;
	EVP_PKEY_free(signer->key);
	X509_free(signer->certificate);
	kp_trust_free(signer->trust);
	g_free(signer);
}

void kp_sign_result_clear(KpSignResult *result)
{
	g_clear_pointer(&result->outcome, kp_sign_outcome_free);
}

/* A file that is to be rewritten. */
typedef struct {
	int fd;
	GBytes *payload;
	KpSignResult *result;
	const KpTrust *trust;	/* NULL: the new file must have no signature */
} KpRewrite;

static void rewrite_clear(KpRewrite *rewrite)
{
	if (rewrite->fd >= 0)
		close(rewrite->fd);
	g_clear_pointer(&rewrite->payload, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KpRewrite, rewrite_clear)

static gboolean refuse(GError **error, KpErrorCode code, const char *problem)
{
	g_set_error_literal(error, KP_ERROR, (gint)code, problem);
	return FALSE;
}

/* O_NONBLOCK so that a FIFO cannot stop us. */
static gboolean open_file(KpRewrite *rewrite, const char *path, struct stat *st, GError **error)
{
	rewrite->fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (rewrite->fd < 0)
		return refuse(error, KP_ERROR_FAILED, errno == ELOOP ?
			      "it is a symbolic link; name the file itself" : g_strerror(errno));
	if (fstat(rewrite->fd, st) != 0)
		return refuse(error, KP_ERROR_FAILED, g_strerror(errno));
	if (!S_ISREG(st->st_mode))
		return refuse(error, KP_ERROR_REFUSED, "it is not a regular file");
	if (st->st_size > KP_SIGNED_MAX)
		return refuse(error, KP_ERROR_REFUSED, "it is larger than 2 GiB");
	return TRUE;
}

static gboolean read_payload(KpRewrite *rewrite, const char *path, GError **error)
{
	g_autofree guint8 *bytes = NULL;
	struct stat st;
	goffset size;

	if (!open_file(rewrite, path, &st, error))
		return FALSE;
	size = kp_trailer_strip(rewrite->fd, st.st_size, &rewrite->result->replaced, error);
	if (size < 0)
		return FALSE;
	bytes = g_malloc((gsize)size);
	if (!kp_read_at(rewrite->fd, bytes, (gsize)size, 0, error))
		return FALSE;
	rewrite->payload = g_bytes_new_take(g_steal_pointer(&bytes), (gsize)size);
	return kp_content_check(rewrite->payload, error);
}

/* What lies on the disk must be what was read, signed as it was meant to be. */
static gboolean check_new(int fd, gpointer data, GError **error)
{
	KpRewrite *rewrite = data;
	KpSignOutcome **outcome = &rewrite->result->outcome;
	g_autofree char *sha256 = NULL;

	if (rewrite->trust != NULL) {
		if (!kp_sign_verify_fd(fd, rewrite->trust, outcome, error))
			return FALSE;
	} else if (!kp_sign_describe_fd(fd, outcome, error)) {
		return FALSE;
	}
	sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, rewrite->payload);
	if ((*outcome)->verdict == (rewrite->trust != NULL ? KP_VERDICT_GOOD : KP_VERDICT_UNSIGNED) &&
	    g_str_equal(sha256, (*outcome)->payload_sha256))
		return TRUE;
	return refuse(error, KP_ERROR_FAILED,
		      "what was written is not what can be read back; nothing was changed");
}

gboolean kp_sign_file(const KpSigner *signer, const char *path, const char *output,
		      gboolean dry_run, KpSignResult *result, GError **error)
{
	g_auto(KpRewrite) rewrite = { .fd = -1, .result = result, .trust = signer->trust };
	g_autoptr(GBytes) message = NULL;
	g_autoptr(GBytes) appended = NULL;

	*result = (KpSignResult){ 0 };
	if (!read_payload(&rewrite, path, error))
		return FALSE;
	message = kp_cms_make(rewrite.payload, signer->key, signer->certificate, signer->digest,
			      error);
	appended = message != NULL ? kp_trailer_make(message, error) : NULL;
	if (appended == NULL)
		return FALSE;
	if (dry_run)
		return TRUE;
	result->changed = kp_publish(output != NULL ? output : path, rewrite.fd, rewrite.payload,
				     appended, check_new, &rewrite, error);
	return result->changed;
}

gboolean kp_strip_file(const char *path, const char *output, gboolean dry_run,
		       KpSignResult *result, GError **error)
{
	g_auto(KpRewrite) rewrite = { .fd = -1, .result = result };

	*result = (KpSignResult){ 0 };
	if (!read_payload(&rewrite, path, error))
		return FALSE;
	if (dry_run || (result->replaced == 0 && output == NULL))
		return TRUE;
	result->changed = kp_publish(output != NULL ? output : path, rewrite.fd, rewrite.payload,
				     NULL, check_new, &rewrite, error);
	return result->changed;
}
