/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources: dnf(8), dnf5(8), zypper(8). */
#include "base/packager.h"

#include <glib.h>
#include <string.h>

#include "base/root.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const struct {
	const char *name, *page;
	const char *tasks[KP_PACKAGER_TASKS];
	gboolean upgrades;	/* to install again brings the newest, unless the release is named */
} packagers[KP_PACKAGERS] = {
	[KP_PACKAGER_DNF] = { "dnf", "dnf.conf(5)", {
		[KP_PACKAGER_REPOS] = "dnf repolist --all",
		[KP_PACKAGER_REINSTALL] = "dnf reinstall",
		[KP_PACKAGER_REMOVE] = "dnf remove",
	} },
	[KP_PACKAGER_DNF5] = { "dnf", "dnf5.conf(5)", {
		[KP_PACKAGER_REPOS] = "dnf repolist --all",
		[KP_PACKAGER_REINSTALL] = "dnf reinstall",
		[KP_PACKAGER_REMOVE] = "dnf remove",
	} },
	[KP_PACKAGER_ZYPPER] = { "zypper", "zypper(8)", {
		[KP_PACKAGER_REPOS] = "zypper repos",
		[KP_PACKAGER_REINSTALL] = "zypper install --force",
		[KP_PACKAGER_REMOVE] = "zypper remove",
	}, TRUE },
};

static gboolean has_any(const char *root, const char *const *paths)
{
	for (; *paths != NULL; paths++) {
		g_autofree char *full = kp_root_path(root, *paths);

		if (g_file_test(full, G_FILE_TEST_EXISTS))
			return TRUE;
	}
	return FALSE;
}

static gboolean has_repos(const char *root, const char *const *folders)
{
	for (; *folders != NULL; folders++) {
		g_autofree char *full = kp_root_path(root, *folders);
		g_autoptr(GDir) dir = g_dir_open(full, 0, NULL);
		const char *name;

		while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
			if (g_str_has_suffix(name, ".repo") && strlen(name) > strlen(".repo"))
				return TRUE;
	}
	return FALSE;
}

/* Packages of others leave a file in /etc/yum.repos.d on SUSE, too: it does not make dnf
 * the machine's, where there is none. */
static gboolean is_zypper(const char *root)
{
	if (!has_any(root, LIST("/etc/zypp/repos.d")))
		return FALSE;
	if (has_any(root, LIST("/usr/bin/zypper")) &&
	    !has_any(root, LIST("/usr/bin/dnf", "/usr/bin/dnf5", "/usr/bin/yum")))
		return TRUE;
	return !has_any(root, LIST("/usr/share/dnf5", "/etc/dnf/dnf.conf", "/etc/yum.conf")) &&
	       !has_repos(root, LIST("/etc/yum.repos.d", "/etc/yum/repos.d", "/etc/distro.repos.d"));
}

KpPackager kp_packager(const char *root)
{
	if (is_zypper(root))
		return KP_PACKAGER_ZYPPER;
	return has_any(root, LIST("/usr/share/dnf5")) ? KP_PACKAGER_DNF5 : KP_PACKAGER_DNF;
}

const char *kp_packager_name(KpPackager packager)
{
	return packagers[packager].name;
}

const char *kp_packager_page(KpPackager packager)
{
	return packagers[packager].page;
}

char *kp_packager_command(KpPackager packager, KpPackagerTask task, const char *package)
{
	const char *command = packagers[packager].tasks[task];

	return package == NULL ? g_strdup(command) : g_strconcat(command, " ", package, NULL);
}

char *kp_packager_reinstall(KpPackager packager, const char *name, const char *evr)
{
	g_autofree char *release = packagers[packager].upgrades ? g_strconcat(name, "=", evr, NULL)
								: g_strdup(name);

	return kp_packager_command(packager, KP_PACKAGER_REINSTALL, release);
}
