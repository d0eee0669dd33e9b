/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: what a module file says about itself. Whatever the bytes, it is
 * parsed or refused with a reason, and what was parsed is fit to be printed. */
#include "fuzz.h"

#include <string.h>

#include "live/modinfo.h"

static void check_text(const char *text)
{
	g_assert_true(text == NULL || g_utf8_validate(text, -1, NULL));
}

static void check_info(const KpModinfo *info)
{
	g_assert_true(info->name != NULL && *info->name != '\0');
	g_assert_true(info->vermagic != NULL && *info->vermagic != '\0');
	check_text(info->name);
	check_text(info->vermagic);
	check_text(info->version);
	for (char **cve = info->cves; *cve != NULL; cve++)
		check_text(*cve);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GBytes) content = g_bytes_new(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(KpModinfo) info = kp_modinfo_parse(content, &error);

	g_assert_true((info == NULL) == (error != NULL));
	if (info != NULL)
		check_info(info);
	else
		g_assert_true(*error->message != '\0');
	return 0;
}
