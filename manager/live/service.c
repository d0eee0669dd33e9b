/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/service.h"

#include <string.h>
#include <sys/stat.h>

#include "base/root.h"

/* Where units lie, the first that has one wins (systemd.unit(5)). What is in /run is
 * gone at the next boot. */
static const char *const folders[] = {
	"/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
	"/lib/systemd/system",
};

/* A mask is a link to nothing, or an empty file. */
static gboolean is_mask(const char *path, const struct stat *st)
{
	g_autofree char *target = S_ISLNK(st->st_mode) ? g_file_read_link(path, NULL) : NULL;

	return S_ISLNK(st->st_mode) ? g_strcmp0(target, "/dev/null") == 0 :
	       S_ISREG(st->st_mode) && st->st_size == 0;
}

static KpServiceState find_unit(const char *root)
{
	gboolean any = FALSE;

	for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *folder = kp_root_path(root, folders[i]);
		g_autofree char *path = kp_root_entry(folder, KP_SERVICE);
		struct stat st;

		any = any || g_file_test(folder, G_FILE_TEST_IS_DIR);
		if (lstat(path, &st) == 0)
			return is_mask(path, &st) ? KP_SERVICE_MASKED : KP_SERVICE_DISABLED;
	}
	return any ? KP_SERVICE_MISSING : KP_SERVICE_UNKNOWN;
}

/* Whatever wants it: multi-user.target, as it asks for itself, or another. */
static gboolean is_wanted_in(const char *root, const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = kp_root_leaf(root, "%s/%s/" KP_SERVICE,
						     kp_root_inner(root, folder), name);
		struct stat st;

		if ((g_str_has_suffix(name, ".wants") || g_str_has_suffix(name, ".requires")) &&
		    lstat(path, &st) == 0)
			return TRUE;
	}
	return FALSE;
}

KpServiceState kp_service_state(const char *root)
{
	KpServiceState state = find_unit(root);

	for (gsize i = 0; state == KP_SERVICE_DISABLED && i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *folder = kp_root_path(root, folders[i]);

		if (is_wanted_in(root, folder))
			state = KP_SERVICE_ENABLED;
	}
	return state;
}

const char *kp_service_word(KpServiceState state)
{
	static const char *const words[] = {
		[KP_SERVICE_ENABLED] = "enabled", [KP_SERVICE_DISABLED] = "disabled",
		[KP_SERVICE_MASKED] = "masked", [KP_SERVICE_MISSING] = "missing",
	};

	return words[state];
}

char *kp_service_problem(KpServiceState state)
{
	static const char *const ways[] = {
		[KP_SERVICE_DISABLED] = "'systemctl enable " KP_SERVICE "' enables it",
		[KP_SERVICE_MASKED] = "'systemctl unmask " KP_SERVICE "' and 'systemctl enable "
				      KP_SERVICE "' bring it back",
		[KP_SERVICE_MISSING] = "reinstall kpatch-manager",
	};

	if (state == KP_SERVICE_UNKNOWN || state == KP_SERVICE_ENABLED)
		return NULL;
	return g_strdup_printf(KP_SERVICE " is %s, so no patch will be live after the next boot; %s",
			       kp_service_word(state), ways[state]);
}
