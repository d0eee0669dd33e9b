/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sign and strip: they change files. */
#include "base/error.h"
#include "signing/kpatch-sign.h"
#include "signing/sign.h"

/* What to say of one file, for people and for programs. */
static void report_file(KpSignReport *report, const char *path, gboolean ok, KpSignResult *result,
			const char *word, const char *line, GError *error)
{
	KpSignOutcome *outcome = g_steal_pointer(&result->outcome);

	if (ok) {
		kp_sign_report_good(report, path, word, line, outcome);
		return;
	}
	/* it is about a file that nobody will ever see */
	kp_sign_outcome_free(outcome);
	kp_sign_report_bad(report, path, NULL, error);
}

static void sign_file(KpSignReport *report, const KpSigner *signer, const char *path)
{
	const KpSignOptions *options = report->options;
	KpSignResult result;
	GError *error = NULL;
	gboolean ok = kp_sign_file(signer, path, options->output, options->dry_run, &result, &error);
	const char *line = options->dry_run ? "would be signed" :
			   result.replaced > 0 ? "signed, in place of the old signature" : "signed";

	report_file(report, path, ok, &result, options->dry_run ? "would-sign" : "signed", line,
		    error);
}

static gboolean signer_named(const KpSignOptions *options, GError **error)
{
	if (options->key != NULL && options->certificates != NULL &&
	    g_strv_length(options->certificates) == 1)
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
			    "sign wants one --key and one --cert; 'kpatch-sign sign --help' shows "
			    "examples, kpatch-trust(7) how to make them");
	return FALSE;
}

int kp_sign_command_sign(const KpSignOptions *options, char **words, GError **error)
{
	g_autoptr(KpSigner) signer = NULL;
	KpSignReport report;
	int code;

	if (!signer_named(options, error))
		return -1;
	signer = kp_signer_load(options->key, options->certificates[0],
				options->digest != NULL ? options->digest : "sha256",
				g_get_real_time() / G_USEC_PER_SEC, kp_sign_ask_secret,
				(gpointer)options, error);
	if (signer == NULL)
		return -1;
	kp_sign_report_init(&report, options, "sign", options->dry_run ? "can be signed" :
			    "are signed");
	for (; *words != NULL; words++)
		sign_file(&report, signer, *words);
	code = kp_sign_report_end(&report, NULL);
	return code == KP_EXIT_DONE && options->dry_run ? KP_EXIT_WOULD_CHANGE : code;
}

/* What one file comes to; FALSE when nothing would be done with it. */
static gboolean strip_file(KpSignReport *report, const char *path)
{
	const KpSignOptions *options = report->options;
	KpSignResult result;
	GError *error = NULL;
	gboolean ok = kp_strip_file(path, options->output, options->dry_run, &result, &error);
	gboolean work = ok && (result.replaced > 0 || options->output != NULL);

	if (!work)
		report_file(report, path, ok, &result, "unsigned", "has no signature", error);
	else if (options->dry_run)
		report_file(report, path, ok, &result, "would-strip", "would be stripped", error);
	else
		report_file(report, path, ok, &result, "stripped", "stripped of its signature", error);
	return work;
}

int kp_sign_command_strip(const KpSignOptions *options, char **words, GError **error)
{
	KpSignReport report;
	gboolean work = FALSE;
	int code;

	kp_sign_report_init(&report, options, "strip", "have no signature");
	for (; *words != NULL; words++)
		work = strip_file(&report, *words) || work;
	code = kp_sign_report_end(&report, NULL);
	return code == KP_EXIT_DONE && options->dry_run && work ? KP_EXIT_WOULD_CHANGE : code;
}
