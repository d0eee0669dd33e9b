/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: manager.conf and its drop-ins. A byte of 0xff, which no UTF-8 has, ends a
 * file and begins the next. Whatever they say, they are refused with the name of a file,
 * or each value is one that may be used. */
#include "fuzz.h"

#include <string.h>

#include "base/coverage.h"
#include "base/names.h"
#include "base/settings.h"
#include "folder.h"

#define END_OF_FILE 0xff
#define MOST_FILES 4

static void write_files(const guint8 *data, gsize size)
{
	fuzz_empty(KP_SETTINGS_FOLDER);
	for (guint i = 0; i < MOST_FILES; i++) {
		const guint8 *end = size > 0 ? memchr(data, END_OF_FILE, size) : NULL;
		gsize length = end != NULL ? (gsize)(end - data) : size;
		g_autofree char *path = i == 0 ? g_strdup(KP_SETTINGS_FILE) :
			g_strdup_printf("%s/%u.conf", KP_SETTINGS_FOLDER, i);

		fuzz_write(path, data, length);
		if (end == NULL)
			break;
		data += length + 1;
		size -= length + 1;
	}
}

static void check_words(char **words)
{
	for (char **word = words; *word != NULL; word++)
		g_assert_true(**word != '\0');
}

static void check_settings(const KpSettings *settings)
{
	const char *const *rules = (const char *const *)settings->coverage_until;

	g_assert_cmpint(settings->verify_modules, <=, KP_VERIFY_OFF);
	g_assert_cmpint(settings->verify_expired, <=, KP_EXPIRED_KEPT);
	g_assert_cmpint(settings->verify_packages, <=, KP_PACKAGE_WARN);
	g_assert_cmpint(settings->keep, >=, 2);
	g_assert_cmpint(settings->size_limit, >=, 1);
	g_assert_cmpint(settings->trial_interval, >=, 1);
	g_assert_cmpint(settings->retry_limit, <=, 3600);
	g_assert_true(g_str_equal(settings->rpmdb, "auto") || *settings->rpmdb == '/');
	g_assert_nonnull(settings->patch_globs[0]);
	check_words(settings->patch_globs);
	kp_name_matches("kpatch-patch-5.14.0-1.el9.x86_64",
			(const char *const *)settings->patch_globs);
	if (rules == NULL)
		return;
	for (guint i = 0; rules[i] != NULL; i++) {
		g_autofree char *warning = NULL;
		KpCoverage coverage = kp_coverage_find(rules + i, "5.14.0-362.8.1.el9_3.x86_64", NULL,
						       1800000000, settings->coverage_warn_days);

		g_assert_true(kp_coverage_rule_valid(rules[i]));
		warning = kp_coverage_warning(&coverage, "5.14.0");
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpSettings) settings = NULL;

	write_files(data, size);
	settings = kp_settings_read(fuzz_folder(), &error);
	g_assert_true((settings == NULL) == (error != NULL));
	if (settings != NULL)
		check_settings(settings);
	else
		g_assert_true(g_str_has_prefix(error->message, fuzz_folder()));
	return 0;
}
