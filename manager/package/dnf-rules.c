/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources: dnf.conf(5), dnf5.conf(5), and dnf5 5.4, which tests/package/update/43-dnf5.sh
 * compares all of this with; zypp.conf(5) and the manual of zypper. */
#include "package/dnf-rules.h"

#include "base/root.h"
#include "package/dnf-files.h"

#define DNF5 "/usr/share/dnf5"
#define ZYPP_REPOS "/etc/zypp/repos.d"
#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const KpDnfRules dnf4 = {
	.main_files = LIST("/etc/dnf/dnf.conf", "/etc/yum.conf"),
	.drop_ins = LIST(NULL),
	.repo_folders = LIST("/etc/yum.repos.d", "/etc/yum/repos.d", "/etc/distro.repos.d"),
	.overrides = LIST(NULL),
	.vars_folders = LIST("/etc/yum/vars", "/etc/dnf/vars"),
	.cache = "/var/cache/dnf",
	.no_excludes = "all",
	.in_main = KP_KEY_MAIN4,
	.in_repo = KP_KEY_REPO4,
	.one_list = TRUE,
};

static const KpDnfRules dnf5 = {
	.main_files = LIST("/etc/dnf/dnf.conf"),
	.drop_ins = LIST("/etc/dnf/libdnf5.conf.d", DNF5 "/libdnf.conf.d"),
	.repo_folders = LIST("/etc/yum.repos.d", "/etc/distro.repos.d", DNF5 "/repos.d"),
	.overrides = LIST("/etc/dnf/repos.override.d", DNF5 "/repos.override.d"),
	.vars_folders = LIST(DNF5 "/vars.d", "/etc/dnf/vars"),
	.locks = "/etc/dnf/versionlock.toml",
	.cache = "/var/cache/libdnf5",
	.no_excludes = "*",
	.in_main = KP_KEY_MAIN5,
	.in_repo = KP_KEY_REPO5,
	.dot_files = TRUE,
	.globs = TRUE,
	.dnf5_vars = TRUE,
};

static const KpDnfRules zypper = {
	.main_files = LIST("/etc/zypp/zypp.conf", "/usr/etc/zypp/zypp.conf"),
	.drop_ins = LIST("/etc/zypp/zypp.conf.d", "/usr/etc/zypp/zypp.conf.d"),
	.repo_folders = LIST(ZYPP_REPOS),
	.overrides = LIST(NULL),
	.vars_folders = LIST("/etc/zypp/vars.d"),
	.locks = "/etc/zypp/locks",
	.no_excludes = "*",
	.in_main = KP_KEY_MAINZ,
	.in_repo = KP_KEY_REPOZ,
	.drop_ins_last = TRUE,
	.zypp = TRUE,
};

static gboolean has(const char *root, const char *path)
{
	g_autofree char *full = kp_root_path(root, path);

	return g_file_test(full, G_FILE_TEST_EXISTS);
}

static gboolean has_any(const char *root, const char *const *paths)
{
	for (; *paths != NULL; paths++)
		if (has(root, *paths))
			return TRUE;
	return FALSE;
}

static gboolean has_repos(const char *root, const KpDnfRules *rules)
{
	g_autoptr(GPtrArray) files = kp_dnf_drop_ins(root, rules->repo_folders, ".repo", NULL);

	/* what cannot be read is told by who reads it */
	return files == NULL || files->len > 0;
}

const KpDnfRules *kp_dnf_rules(const char *root)
{
	if (has(root, DNF5))
		return &dnf5;
	if (has(root, ZYPP_REPOS) && !has_any(root, dnf4.main_files) && !has_repos(root, &dnf4))
		return &zypper;
	return &dnf4;
}
