/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/named.h"

#include <string.h>

#include "base/error.h"
#include "cli/report.h"
#include "live/select.h"

const KpPatch *kp_named_installed(const KpScene *scene, const char *word, GError **error)
{
	const KpPatch *found = kp_select_named(scene->candidates->patches, word);

	if (found != NULL)
		return found;
	if (g_str_has_suffix(word, ".rpm")) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s is a package; 'kpatch-manager update %s' installs it and makes its "
			    "patch live", word, word);
		return NULL;
	}
	kp_warn_all(scene->candidates->problems);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "there is no patch %s for kernel %s; 'kpatch-manager list' shows what there is",
		    word, scene->host->kver);
	return NULL;
}

const KpPatch *kp_named_patch(const KpScene *scene, const char *word, KpPatch **opened,
			      GError **error)
{
	const KpPatch *found = NULL;

	if (strchr(word, '/') == NULL)
		found = kp_select_named(scene->candidates->patches, word);
	if (found != NULL)
		return found;
	if (strchr(word, '/') == NULL && !g_file_test(word, G_FILE_TEST_EXISTS))
		return kp_named_installed(scene, word, error);
	*opened = kp_patch_open(word, KP_ORIGIN_FILE, kp_store_owner(scene->host->root), error);
	return *opened;
}
