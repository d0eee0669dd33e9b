/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify and show: they change no file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "signing/kpatch-sign.h"

/* O_NONBLOCK so that a FIFO cannot stop us. */
static int open_file(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, g_strerror(errno));
	return fd;
}

static KpTrust *load_trust(const KpSignOptions *options, GError **error)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;

	if (options->certificates != NULL)
		return kp_trust_from_files((const char *const *)options->certificates, now, error);
	return kp_trust_load(options->root, now, error);
}

static void verify_file(KpSignReport *report, const KpTrust *trust, const char *path)
{
	KpSignOutcome *outcome = NULL;
	GError *error = NULL;
	g_autofree char *line = NULL;
	int fd = open_file(path, &error);

	if (fd < 0) {
		kp_sign_report_bad(report, path, NULL, error);
		return;
	}
	if (kp_sign_verify_fd(fd, trust, &outcome, &error)) {
		line = g_strdup_printf("good, signed by %s (key %s, certificate SHA-256 %s)",
				       outcome->subject, outcome->key_id, outcome->fingerprint);
		kp_sign_report_good(report, path, kp_verdict_word(outcome->verdict), line, outcome);
	} else {
		kp_sign_report_bad(report, path, outcome, error);
	}
	close(fd);
}

/* Whoever may write there remembers which revocations were seen; who may not,
 * verifies all the same. */
static void remember(const KpSignOptions *options, const KpTrust *trust)
{
	g_autoptr(GError) error = NULL;

	if (options->certificates == NULL && !kp_trust_remember(trust, options->root, &error) &&
	    geteuid() == 0)
		kp_sign_report_error(error);
}

int kp_sign_command_verify(const KpSignOptions *options, char **words, GError **error)
{
	g_autoptr(KpTrust) trust = load_trust(options, error);
	KpSignReport report;

	if (trust == NULL)
		return -1;
	kp_sign_warn_all(options, kp_trust_warnings(trust));
	remember(options, trust);
	kp_sign_report_init(&report, options, "verify", "are good");
	for (; *words != NULL; words++)
		verify_file(&report, trust, *words);
	return kp_sign_report_end(&report, kp_trust_warnings(trust));
}

static void print_fact(const char *name, const char *value)
{
	if (value != NULL)
		kp_sign_say("  %-15s %s\n", name, value);
}

static void print_facts(const char *path, const KpSignOutcome *outcome)
{
	kp_sign_say("%s\n", path);
	if (outcome->algorithm == NULL)
		print_fact("signature", "none");
	if (outcome->named_key != NULL) {
		print_fact("key", outcome->named_key);
	} else {
		print_fact("issuer", outcome->issuer);
		print_fact("serial", outcome->serial);
	}
	print_fact("algorithm", outcome->algorithm);
	print_fact("digest", outcome->digest);
	print_fact("SHA-256", outcome->file_sha256);
	if (outcome->algorithm != NULL)
		print_fact("  of the module", outcome->payload_sha256);
	/* signatures on top of others */
	for (guint i = 0; i < outcome->inner_sha256->len; i++)
		print_fact("  below that", g_ptr_array_index(outcome->inner_sha256, i));
}

static void show_file(KpSignReport *report, const char *path)
{
	KpSignOutcome *outcome = NULL;
	GError *error = NULL;
	int fd = open_file(path, &error);

	if (fd < 0) {
		kp_sign_report_bad(report, path, NULL, error);
		return;
	}
	if (kp_sign_describe_fd(fd, &outcome, &error)) {
		if (!report->options->json)
			print_facts(path, outcome);
		kp_sign_report_good(report, path, outcome->algorithm != NULL ? "signed" : "unsigned",
				    NULL, outcome);
	} else {
		kp_sign_report_bad(report, path, outcome, error);
	}
	close(fd);
}

int kp_sign_command_show(const KpSignOptions *options, char **words, GError **error)
{
	KpSignReport report;

	kp_sign_report_init(&report, options, "show", "could be read");
	for (; *words != NULL; words++)
		show_file(&report, *words);
	return kp_sign_report_end(&report, NULL);
}
