/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to come for a kernel: a newer patch, as was found when somebody looked,
 * and the day up to which patches are promised. */
#include "cli/status.h"

#include "base/names.h"
#include "base/release.h"
#include "base/repo.h"
#include "base/version.h"

/* what is older says little of what a repository has by now */
#define LOOK_DAYS 7

/* The newest package says it for the stream. */
static const char *promised(const KpStatusKernel *kernel)
{
	const KpInvPatch *newest = NULL;

	for (guint i = 0; i < kernel->packages->len; i++) {
		const KpInvPatch *patch = g_ptr_array_index(kernel->packages, i);

		if (patch->until != NULL &&
		    (newest == NULL || kp_version_compare(patch->evr, newest->evr) > 0))
			newest = patch;
	}
	return newest != NULL ? newest->until : NULL;
}

/* TRUE when @version came here since, or is kept away. */
static gboolean is_settled(const KpStatusKernel *kernel, const char *version)
{
	for (guint i = 0; i < kernel->packages->len; i++) {
		const KpInvPatch *patch = g_ptr_array_index(kernel->packages, i);

		if (kp_version_compare(kp_release_without_epoch(patch->evr), version) >= 0)
			return TRUE;
	}
	for (guint i = 0; i < kernel->candidates->patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(kernel->candidates->patches, i);

		if (kp_release_same(patch->version, version))
			return TRUE;
	}
	for (guint i = 0; i < kernel->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(kernel->holds, i);

		if (kp_release_same(hold->version, version))
			return TRUE;
	}
	return FALSE;
}

void kp_status_outlook(KpStatus *status, KpStatusKernel *kernel)
{
	const KpAvailable *available = kp_available_find(status->available, kernel->kver);
	const KpSettings *settings = status->settings;

	if (available != NULL && !is_settled(kernel, available->version))
		kernel->available = available;
	kernel->coverage = kp_coverage_find((const char *const *)settings->coverage_until,
					    kernel->kver, promised(kernel),
					    g_get_real_time() / G_USEC_PER_SEC,
					    settings->coverage_warn_days);
}

void kp_status_outlook_text(const KpStatusKernel *kernel, GString *text)
{
	g_autofree char *warning = kp_coverage_warning(&kernel->coverage, kernel->kver);

	if (kernel->available != NULL) {
		g_autofree char *package = kp_text_printable(kernel->available->package);

		g_string_append_printf(text, "Repository %s has %s for kernel %s: "
				       "'kpatch-manager update%s%s' gets it\n",
				       kernel->available->repo, package, kernel->kver,
				       kernel->running ? "" : " --kernel ",
				       kernel->running ? "" : kernel->kver);
	}
	if (warning != NULL)
		g_string_append_printf(text, "%s\n", warning);
}

static gboolean is_old(const KpLook *look)
{
	return g_get_real_time() / G_USEC_PER_SEC - look->fetched > LOOK_DAYS * 86400;
}

static char *standing(const KpStatus *status)
{
	return status->look.standing == NULL ? NULL :
		kp_repo_standing(status->look.standing, status->look.made,
				 g_get_real_time() / G_USEC_PER_SEC, status->settings->stale_days);
}

static void add_standing(const KpStatus *status, GString *text)
{
	g_autofree char *why = standing(status);

	if (why == NULL)
		return;
	*why = g_ascii_toupper(*why);
	g_string_append_printf(text, "%s\n", why);
}

void kp_status_look_text(const KpStatus *status, GString *text)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(status->look.fetched);
	g_autofree char *day = time != NULL ? g_date_time_format(time, "%Y-%m-%d") : NULL;

	if (status->look.fetched != 0 && (status->look.changed || is_old(&status->look)))
		g_string_append_printf(text, "What repositories have is known as of %s: "
				       "'kpatch-manager check --refresh' asks them\n", day != NULL ? day : "?");
	add_standing(status, text);
}

void kp_status_look_json(KpJson *json, const KpStatus *status)
{
	g_autofree char *why = standing(status);

	if (status->look.fetched == 0) {
		kp_json_text(json, "looked", NULL);
		return;
	}
	kp_json_object(json, "looked");
	kp_json_time(json, "fetched", status->look.fetched);
	kp_json_flag(json, "changed", status->look.changed);
	kp_json_time(json, "unchanged_since", status->look.made);
	kp_json_flag(json, "stale", why != NULL);
	kp_json_object_end(json);
}

void kp_status_outlook_json(KpJson *json, const KpStatusKernel *kernel)
{
	if (kernel->available != NULL) {
		kp_json_object(json, "available");
		kp_json_text(json, "version", kernel->available->version);
		kp_json_text(json, "package", kernel->available->package);
		kp_json_text(json, "repository", kernel->available->repo);
		kp_json_object_end(json);
	} else {
		kp_json_text(json, "available", NULL);
	}
	kp_coverage_json(json, &kernel->coverage);
}

void kp_coverage_json(KpJson *json, const KpCoverage *coverage)
{
	if (coverage->state == KP_COVERAGE_UNKNOWN) {
		kp_json_text(json, "coverage", NULL);
		return;
	}
	kp_json_object(json, "coverage");
	kp_json_text(json, "until", coverage->until);
	kp_json_number(json, "days", coverage->days);
	kp_json_text(json, "state", kp_coverage_word(coverage->state));
	kp_json_text(json, "from", coverage->from);
	kp_json_object_end(json);
}
