/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sources: dnf.conf(5), dnf5.conf(5), and dnf5 5.4, which tests/package/update/43-dnf5.sh
 * compares all of this with; zypp.conf(5) and the manual of zypper. */
#include "package/dnf-rules.h"

#include "base/packager.h"

#define DNF5 "/usr/share/dnf5"
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
	.repo_folders = LIST("/etc/zypp/repos.d"),
	.overrides = LIST(NULL),
	.vars_folders = LIST("/etc/zypp/vars.d"),
	.locks = "/etc/zypp/locks",
	.no_excludes = "*",
	.in_main = KP_KEY_MAINZ,
	.in_repo = KP_KEY_REPOZ,
	.drop_ins_last = TRUE,
	.zypp = TRUE,
};

const KpDnfRules *kp_dnf_rules(const char *root)
{
	static const KpDnfRules *const rules[KP_PACKAGERS] = {
		[KP_PACKAGER_DNF] = &dnf4, [KP_PACKAGER_DNF5] = &dnf5, [KP_PACKAGER_ZYPPER] = &zypper,
	};

	return rules[kp_packager(root)];
}
