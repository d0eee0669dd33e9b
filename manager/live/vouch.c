/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/vouch.h"

#include "base/error.h"
#include "live/vouched.h"

#define DAY 86400	/* seconds */

struct KpVoucher {
	char *root;
	KpVerifyPolicy policy;
	gboolean remembers, keeps, dated;
	gint64 now;
	KpTrust *trust;		/* NULL: not read yet */
	GError *problem;	/* why what it believes counts for nothing */
	GPtrArray *warnings;	/* char * */
};

KpVoucher *kp_voucher_new(const char *root, KpVerifyPolicy policy)
{
	KpVoucher *voucher = g_new0(KpVoucher, 1);

	voucher->root = g_strdup(root);
	voucher->policy = policy;
	voucher->now = g_get_real_time() / G_USEC_PER_SEC;
	voucher->warnings = g_ptr_array_new_with_free_func(g_free);
	return voucher;
}

void kp_voucher_free(KpVoucher *voucher)
{
	if (voucher == NULL)
		return;
	g_free(voucher->root);
	kp_trust_free(voucher->trust);
	g_clear_error(&voucher->problem);
	g_ptr_array_unref(voucher->warnings);
	g_free(voucher);
}

gboolean kp_voucher_asks(const KpVoucher *voucher)
{
	return voucher->policy != KP_VERIFY_OFF;
}

const GPtrArray *kp_voucher_warnings(const KpVoucher *voucher)
{
	return voucher->warnings;
}

static void warn(KpVoucher *voucher, char *text)
{
	if (g_ptr_array_find_with_equal_func(voucher->warnings, text, g_str_equal, NULL))
		g_free(text);
	else
		g_ptr_array_add(voucher->warnings, text);
}

void kp_voucher_remembers(KpVoucher *voucher)
{
	voucher->remembers = TRUE;
}

void kp_voucher_keeps(KpVoucher *voucher)
{
	voucher->keeps = TRUE;
}

void kp_voucher_at(KpVoucher *voucher, gint64 now)
{
	voucher->now = now;
}

gboolean kp_voucher_dated(const KpVoucher *voucher)
{
	return voucher->dated;
}

/* Before anything is judged by it: whatever comes of this run, an older list must
 * not be believed from now on. */
static void remember(KpVoucher *voucher)
{
	g_autoptr(GError) error = NULL;

	if (voucher->remembers && !kp_trust_remember(voucher->trust, voucher->root, &error))
		warn(voucher, g_strdup(error->message));
}

static const KpTrust *trust_of(KpVoucher *voucher)
{
	const GPtrArray *warnings;

	if (voucher->trust != NULL)
		return voucher->trust;
	voucher->trust = kp_trust_read(voucher->root, voucher->now, &voucher->problem);
	warnings = kp_trust_warnings(voucher->trust);
	for (guint i = 0; i < warnings->len; i++)
		warn(voucher, g_strdup(g_ptr_array_index(warnings, i)));
	remember(voucher);
	return voucher->trust;
}

static gboolean is_revoked(const KpSignOutcome *outcome)
{
	return outcome != NULL && kp_verdict_revoked(outcome->verdict);
}

/* So that it can be told from what is signed when the certificate is not valid any more. */
static void note_good(KpVoucher *voucher, const KpSignOutcome *outcome)
{
	g_autoptr(GError) error = NULL;

	if (voucher->keeps && voucher->remembers &&
	    !kp_vouched_note(voucher->root, outcome->file_sha256, outcome->fingerprint, &error))
		warn(voucher, g_strdup(error->message));
}

/* Only the date speaks against it: was it good when that did not? */
static gboolean was_good(KpVoucher *voucher, const KpSignOutcome *outcome)
{
	if (outcome == NULL || !kp_verdict_of_date(outcome->verdict))
		return FALSE;
	if (voucher->keeps &&
	    kp_vouched_before(voucher->root, outcome->file_sha256, outcome->fingerprint))
		return TRUE;
	voucher->dated = TRUE;
	return FALSE;
}

/* With a trust that has a problem nobody is believed, but those who revoke. */
static gboolean verify(KpVoucher *voucher, int fd, KpSignOutcome **outcome, GError **error)
{
	g_autoptr(GError) problem = NULL;
	gboolean good = kp_sign_verify_fd(fd, trust_of(voucher), outcome, &problem);

	if (voucher->problem != NULL && !is_revoked(*outcome)) {
		g_clear_pointer(outcome, kp_sign_outcome_free);
		g_propagate_error(error, g_error_copy(voucher->problem));
		return FALSE;
	}
	if (good)
		note_good(voucher, *outcome);
	else if (was_good(voucher, *outcome))
		return TRUE;
	else
		g_propagate_error(error, g_steal_pointer(&problem));
	return good;
}

gboolean kp_vouch_fd(KpVoucher *voucher, int fd, const char *path, KpSignOutcome **outcome,
		     GError **error)
{
	g_autoptr(GError) problem = NULL;

	*outcome = NULL;
	if (!kp_voucher_asks(voucher) || verify(voucher, fd, outcome, &problem))
		return TRUE;
	if (voucher->policy == KP_VERIFY_WARN && !is_revoked(*outcome)) {
		warn(voucher, g_strdup_printf("%s is taken without a signature that counts "
					      "([verify] modules=warn): %s", path, problem->message));
		return TRUE;
	}
	g_propagate_error(error, g_steal_pointer(&problem));
	return FALSE;
}

gboolean kp_vouch(KpVoucher *voucher, const KpPatch *patch)
{
	KpPatch *filled = (KpPatch *)patch;
	g_autoptr(GError) problem = NULL;

	if (patch->vouched || patch->distrust != NULL)
		return patch->vouched;
	filled->vouched = kp_vouch_fd(voucher, patch->fd, patch->path, &filled->signature, &problem);
	if (problem != NULL)
		filled->distrust = g_strdup(problem->message);
	/* what it was verified by need not be worked out again */
	if (patch->sealed && patch->sha256 == NULL && patch->signature != NULL)
		filled->sha256 = g_strdup(patch->signature->file_sha256);
	return patch->vouched;
}

char *kp_voucher_recall(KpVoucher *voucher, const char *sha256, const char *fingerprint)
{
	const KpTrust *trust = kp_voucher_asks(voucher) ? trust_of(voucher) : NULL;
	g_autoptr(GError) reason = NULL;

	if (trust == NULL || kp_trust_still(trust, sha256, fingerprint, &reason))
		return NULL;
	return g_strdup(reason->message);
}

GPtrArray *kp_voucher_certificates(KpVoucher *voucher)
{
	return kp_voucher_asks(voucher) ? kp_trust_list(trust_of(voucher)) : NULL;
}

char *kp_voucher_expires(const KpVoucher *voucher, const KpTrusted *trusted, gint64 days)
{
	gint64 left = (trusted->not_after - voucher->now) / DAY;
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(trusted->not_after);
	g_autofree char *day = time != NULL ? g_date_time_format(time, "%Y-%m-%d") : NULL;

	if (day == NULL || trusted->not_after <= voucher->now || left >= days)
		return NULL;
	return g_strdup_printf("the certificate of %s in %s expires on %s, in %" G_GINT64_FORMAT
			       " days: %s; kpatch-trust(7) says how a key is changed",
			       trusted->subject, trusted->file, day, left, voucher->keeps ?
			       "what is verified for the first time after that is refused" :
			       "what it has signed is refused after that, at boot too");
}
