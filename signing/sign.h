/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files get a signature, or lose it. */
#ifndef KP_SIGN_H
#define KP_SIGN_H

#include "signing/key.h"
#include "signing/trust.h"
#include "signing/verify.h"

typedef struct {
	EVP_PKEY *key;
	X509 *certificate;
	const EVP_MD *digest;
	KpTrust *trust;		/* believes the certificate alone */
} KpSigner;

/* Loads both and sees that they belong together and may sign code at @now. */
KpSigner *kp_signer_load(const char *key, const char *certificate, const char *digest, gint64 now,
			 KpAskSecret ask, gpointer data, GError **error);
void kp_signer_free(KpSigner *signer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpSigner, kp_signer_free)

typedef struct {
	guint replaced;		/* signatures that it had before */
	gboolean changed;	/* FALSE: there was nothing to do, or it was not to be done */
	KpSignOutcome *outcome;	/* of the file as it is now; NULL unless changed */
} KpSignResult;

void kp_sign_result_clear(KpSignResult *result);

/* Signs the file @path in place, or into @output. What it writes was verified
 * from the disk before it took its name. With @dry_run all is tried and
 * nothing written. */
gboolean kp_sign_file(const KpSigner *signer, const char *path, const char *output,
		      gboolean dry_run, KpSignResult *result, GError **error);

/* Takes all signatures away. A file without one is left alone. */
gboolean kp_strip_file(const char *path, const char *output, gboolean dry_run,
		       KpSignResult *result, GError **error);

#endif
