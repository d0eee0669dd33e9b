# SPDX-License-Identifier: GPL-2.0-or-later
"""What zypper makes of the configuration below each ROOT, to ROOT/as-zypper.

A line for each repository that is on, in the order of their names: name, title, URLs and
priority. ROOT/etc is mounted over the machine's own, in a namespace, since zypper's --root is
not about variables and zypp.conf."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

MOUNTED = """root=$1; shift
mount -t overlay overlay -o "lowerdir=$root/etc:/etc" /etc
exec "$@" """


def zypper(root, *words):
    """Its output, in the language of scripts."""
    command = ["unshare", "-m", "bash", "-c", MOUNTED, "-", root, "zypper", "--non-interactive", *words]
    done = subprocess.run(command, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    if done.returncode not in (0, 6):    # 6: no repositories
        sys.exit("%s: zypper says %d: %s" % (root, done.returncode, done.stdout))
    return done.stdout


def prefixes(root, numbers):
    """path= of repositories, which is in the long table alone."""
    text = zypper(root, "repos", "-d", *numbers) if numbers else ""
    return [line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("Path Prefix")]


def with_path(url, path):
    """Where it looks for repodata, in our way of writing."""
    url = url.partition("?")[0]
    for scheme in ("dir:", "file:"):
        if url.startswith(scheme):
            url = "file://" + "/" + url[len(scheme):].lstrip("/")
    path = os.path.normpath("/" + path).lstrip("/")
    return url if not path else url + ("" if url.endswith("/") else "/") + path


def ask(root):
    """Reads one root."""
    text = zypper(root, "--xmlout", "repos", "-u")
    repos = [repo for repo in ElementTree.fromstring(text).iter("repo")]
    paths = prefixes(root, [str(number + 1) for number in range(len(repos))])
    lines = []
    for repo, path in zip(repos, paths, strict=True):
        urls = [with_path(url.text, path) for url in repo.iter("url")]
        if repo.get("enabled") == "1":
            said = [repo.get("alias"), repo.get("name"), " ".join(urls), repo.get("priority")]
            lines.append("|".join(said))
    with open(root + "/as-zypper", "w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in sorted(lines, key=lambda line: line.split("|")[0].encode()))


for folder in sys.argv[1:]:
    ask(folder)
