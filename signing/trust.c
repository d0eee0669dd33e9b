/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/trust.h"

#include "base/root.h"
#include "signing/certificate.h"
#include "signing/folder.h"
#include "signing/key.h"
#include "signing/trusted.h"

static void certificate_free(gpointer data)
{
	KpCertificate *certificate = data;

	X509_free(certificate->x509);
	g_free(certificate->file);
	g_free(certificate);
}

static void crl_free(gpointer crl)
{
	X509_CRL_free(crl);
}

static KpTrust *trust_new(gint64 now)
{
	KpTrust *trust = g_new0(KpTrust, 1);

	trust->now = now;
	trust->certificates = g_ptr_array_new_with_free_func(certificate_free);
	trust->crls = g_ptr_array_new_with_free_func(crl_free);
	trust->digests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	trust->warnings = g_ptr_array_new_with_free_func(g_free);
	return trust;
}

void kp_trust_free(KpTrust *trust)
{
	if (trust == NULL)
		return;
	g_ptr_array_unref(trust->certificates);
	g_ptr_array_unref(trust->crls);
	g_hash_table_unref(trust->digests);
	g_ptr_array_unref(trust->warnings);
	kp_seen_free(trust->seen);
	g_free(trust);
}

static void add_certificate(KpTrust *trust, X509 *x509, const char *file)
{
	KpCertificate *certificate = g_new0(KpCertificate, 1);

	certificate->x509 = x509;
	certificate->file = g_strdup(file);
	g_ptr_array_add(trust->certificates, certificate);
}

/* A damaged file takes trust away, it adds none: the others still count, so
 * that one bad file does not leave the machine without patches. */
static void add_file(KpTrust *trust, const KpFolderFile *file)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new();

	if (kp_certificate_read_all(file->content, found) == 0)
		g_ptr_array_add(trust->warnings,
				g_strdup_printf("%s is not used: there is no certificate in PEM in "
						"it that can be read", file->path));
	for (guint i = 0; i < found->len; i++)
		add_certificate(trust, g_ptr_array_index(found, i), file->path);
}

static void read_trusted(KpTrust *trust, const char *root, GError **problem)
{
	static const char *const suffixes[] = { ".pem", ".crt", ".cer", NULL };
	g_autoptr(GPtrArray) files = NULL;
	g_autofree char *path = kp_root_path(root, KP_TRUSTED_DIR);
	gboolean missing = FALSE;

	files = kp_folder_read(root, KP_TRUSTED_DIR, suffixes, trust->warnings, &missing, problem);
	for (guint i = 0; i < files->len; i++)
		add_file(trust, g_ptr_array_index(files, i));
	if (trust->certificates->len > 0)
		return;
	kp_folder_problem(problem, g_error_new(KP_ERROR, KP_ERROR_CONFIG,
		"%s %s: this machine trusts no signer; put the certificate of whoever signs "
		"your patches there, in PEM (kpatch-trust(7))", path,
		missing ? "does not exist" : "has no certificate"));
}

KpTrust *kp_trust_read(const char *root, gint64 now, GError **problem)
{
	KpTrust *trust = trust_new(now);
	GError *error = NULL;

	trust->seen = kp_seen_read(root, problem);
	if (trust->seen == NULL)
		trust->seen = kp_seen_new();
	read_trusted(trust, root, problem);
	kp_trust_read_revoked(trust, root, problem);
	kp_seen_all_there(trust->seen, &error);
	kp_folder_problem(problem, error);
	return trust;
}

KpTrust *kp_trust_load(const char *root, gint64 now, GError **error)
{
	GError *problem = NULL;
	g_autoptr(KpTrust) trust = kp_trust_read(root, now, &problem);

	if (problem == NULL)
		return g_steal_pointer(&trust);
	g_propagate_error(error, problem);
	return NULL;
}

KpTrust *kp_trust_of(X509 *x509, const char *file, gint64 now)
{
	KpTrust *trust = trust_new(now);

	trust->seen = kp_seen_new();
	X509_up_ref(x509);
	add_certificate(trust, x509, file);
	return trust;
}

KpTrust *kp_trust_from_files(const char *const *paths, gint64 now, GError **error)
{
	g_autoptr(KpTrust) trust = trust_new(now);

	trust->seen = kp_seen_new();
	for (; *paths != NULL; paths++) {
		X509 *x509 = kp_certificate_load(*paths, error);

		if (x509 == NULL)
			return NULL;
		add_certificate(trust, x509, *paths);
	}
	return g_steal_pointer(&trust);
}

const GPtrArray *kp_trust_warnings(const KpTrust *trust)
{
	return trust->warnings;
}

guint kp_trust_certificates(const KpTrust *trust)
{
	return trust->certificates->len;
}

static void trusted_free(gpointer data)
{
	KpTrusted *trusted = data;

	g_free(trusted->file);
	g_free(trusted->subject);
	g_free(trusted);
}

GPtrArray *kp_trust_list(const KpTrust *trust)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(trusted_free);

	for (guint i = 0; i < trust->certificates->len; i++) {
		const KpCertificate *certificate = g_ptr_array_index(trust->certificates, i);
		KpTrusted *trusted = g_new0(KpTrusted, 1);

		trusted->file = g_strdup(certificate->file);
		trusted->subject = kp_openssl_name(X509_get_subject_name(certificate->x509));
		trusted->not_before = kp_openssl_time(X509_get0_notBefore(certificate->x509));
		trusted->not_after = kp_openssl_time(X509_get0_notAfter(certificate->x509));
		g_ptr_array_add(list, trusted);
	}
	return list;
}

gboolean kp_trust_remember(const KpTrust *trust, const char *root, GError **error)
{
	return kp_seen_write(trust->seen, root, error);
}

static gboolean is_revoked(const KpTrust *trust, X509 *x509)
{
	for (guint i = 0; i < trust->crls->len; i++) {
		X509_REVOKED *entry = NULL;

		if (X509_CRL_get0_by_cert(g_ptr_array_index(trust->crls, i), &entry, x509) != 0)
			return TRUE;
	}
	return FALSE;
}

KpVerdict kp_trust_certificate_verdict(const KpTrust *trust, const KpCertificate *certificate,
				       GError **error)
{
	if (is_revoked(trust, certificate->x509)) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "its signer's certificate %s is revoked; get a file that is signed with "
			    "the key that took its place", certificate->file);
		return KP_VERDICT_REVOKED_CERTIFICATE;
	}
	return kp_certificate_verdict(certificate->x509, trust->now, error);
}

static const KpCertificate *find_fingerprint(const KpTrust *trust, const char *fingerprint)
{
	for (guint i = 0; i < trust->certificates->len; i++) {
		const KpCertificate *certificate = g_ptr_array_index(trust->certificates, i);
		g_autofree char *other = kp_certificate_fingerprint(certificate->x509);

		if (g_str_equal(other, fingerprint))
			return certificate;
	}
	return NULL;
}

gboolean kp_trust_still(const KpTrust *trust, const char *sha256, const char *fingerprint,
			GError **error)
{
	const char *list = kp_trust_digest_revoked(trust, sha256);
	const KpCertificate *certificate = find_fingerprint(trust, fingerprint);

	if (list != NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "it is revoked by %s; get a newer release", list);
		return FALSE;
	}
	return certificate == NULL || !is_revoked(trust, certificate->x509) ||
	       kp_trust_certificate_verdict(trust, certificate, error) == KP_VERDICT_GOOD;
}

const char *kp_trust_digest_revoked(const KpTrust *trust, const char *sha256)
{
	return g_hash_table_lookup(trust->digests, sha256);
}

gboolean kp_trust_revokes_digests(const KpTrust *trust)
{
	return g_hash_table_size(trust->digests) > 0;
}
