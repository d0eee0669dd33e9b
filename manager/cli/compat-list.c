/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch list and info. Programs read the list: headings and blank line stay as
 * they are, and every other line has exactly two words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/compat.h"
#include "cli/out.h"
#include "live/host.h"
#include "live/install.h"
#include "live/live.h"

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp((*(const KpLivePatch *const *)a)->name, (*(const KpLivePatch *const *)b)->name);
}

static const char *state_word(const KpLivePatch *live)
{
	if (live->transition)
		return live->enabled ? "enabling..." : "disabling...";
	return live->enabled ? "enabled" : "disabled";
}

/* Modules that patch nothing any more have left the folders that tools read, and a line
 * here is taken for a patch that is there. */
static gboolean is_shown(const char *root, const KpLivePatch *live)
{
	g_autofree char *path = kp_live_attribute_path(root, live->backend, live->name, "enabled");

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

char *kp_compat_list_text(const char *root, GError **error)
{
	g_autoptr(GPtrArray) loaded = kp_live_read(root, NULL);
	g_autoptr(GPtrArray) installed = kp_installed_list(root, error);
	GString *text;

	if (installed == NULL)
		return NULL;
	text = g_string_new("Loaded patch modules:\n");
	g_ptr_array_sort(loaded, compare_names);
	for (guint i = 0; i < loaded->len; i++) {
		const KpLivePatch *live = g_ptr_array_index(loaded, i);

		if (is_shown(root, live))
			g_string_append_printf(text, "%s [%s]\n", live->name, state_word(live));
	}
	g_string_append(text, "\nInstalled patch modules:\n");
	for (guint i = 0; i < installed->len; i++) {
		const KpInstalled *entry = g_ptr_array_index(installed, i);

		g_string_append_printf(text, "%s (%s)\n", entry->name, entry->kver);
	}
	return g_string_free(text, FALSE);
}

int kp_compat_list(const KpCompatCall *call, GError **error)
{
	g_autofree char *text = kp_compat_list_text(call->options->root, error);

	if (text == NULL)
		return -1;
	kp_out("%s", text);
	return 0;
}

int kp_compat_info(const KpCompatCall *call, GError **error)
{
	g_autoptr(KpHost) host = kp_host_read(call->options->root);
	g_autofree char *path = NULL;

	if (g_file_test(call->word, G_FILE_TEST_IS_REGULAR))
		path = g_canonicalize_filename(call->word, NULL);
	else if (host->kver != NULL)
		path = kp_installed_find(host->root, host->kver, call->word, error);
	else
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "can't find %s", call->word);
	if (path == NULL)
		return -1;
	kp_out("Patch information for %s:\n", call->word);
	/* that it could not be written is told in the end: base/output.h */
	if (fflush(stdout) != 0)
		return 0;
	execlp("modinfo", "modinfo", path, NULL);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "failed to get info for module %s: modinfo: %s; install kmod", call->word,
		    g_strerror(errno));
	return -1;
}
