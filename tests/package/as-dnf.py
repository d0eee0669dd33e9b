# SPDX-License-Identifier: GPL-2.0-or-later
"""What dnf makes of the configuration below each ROOT, to ROOT/as-dnf.

A line for each repository that is on, in the order of their names; the words are those
of tests/package/fetch repos."""

import logging
import sys

import dnf

logging.disable(logging.CRITICAL)

SCHEMES = ("http://", "https://", "ftp://", "file://")


def can_be_used(repo):
    """What dnf finds out when it goes there, we see in the configuration."""
    return repo.mirrorlist or repo.metalink or any(url.startswith(SCHEMES) for url in repo.baseurl)


def words(repo):
    """What matters of one repository."""
    urls = [url for url in repo.baseurl if url.startswith(SCHEMES)]
    return (
        repo.id, repo.name or repo.id, " ".join(urls), repo.mirrorlist or "", repo.metalink or "",
        int(repo.gpgcheck), int(repo.repo_gpgcheck), int(repo.skip_if_unavailable),
        repo.priority, repo.metadata_expire,
        "" if repo.proxy == "_none_" else repo.proxy.strip(), repo.proxy_auth_method,
        repo.ip_resolve, repo.minrate, repo.timeout, int(repo.sslverify),
        int(repo.sslverifystatus), int(repo.proxy_sslverify), " ".join(repo.excludepkgs),
        " ".join(repo.includepkgs))


def ask(root):
    """Reads one root as dnf --installroot would."""
    base = dnf.Base()
    base.conf.read(root + "/etc/dnf/dnf.conf")
    base.conf.installroot = root
    base.conf.reposdir = [root + "/etc/yum.repos.d"]
    base.conf.substitutions.update_from_etc(root, varsdir=["/etc/yum/vars", "/etc/dnf/vars"])
    base.read_all_repos()
    with open(root + "/as-dnf", "w", encoding="utf-8") as out:
        for repo in sorted(base.repos.iter_enabled(), key=lambda r: r.id):
            if not can_be_used(repo):
                continue
            print("|".join(str(word) for word in words(repo)), file=out)


for folder in sys.argv[1:]:
    ask(folder)
