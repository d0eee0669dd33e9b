# SPDX-License-Identifier: GPL-2.0-or-later
"""Small random worlds of packages, and whether dnf and check plan the same for them.

random-worlds.py POOL FOLDER FIRST COUNT MANAGER

POOL has packages, the metadata of all of them (createrepo_c), and the package database
"template" with the kernels. Each world is a choice of them: what is installed, what which
repository has, priorities and exclusions. It needs nothing but metadata. Prints a line
for each world in which the two differ, and how many had something to do; with $WHY also why
dnf can do nothing."""

import gzip
import hashlib
import json
import logging
import os
import random
import re
import shutil
import subprocess
import sys

import dnf
import libdnf.transaction

logging.disable(logging.CRITICAL)

HEAD = ('<?xml version="1.0" encoding="UTF-8"?>\n<metadata xmlns="http://linux.duke.edu/metadata/'
        'common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="%d">\n%s</metadata>\n')
REPOMD = ('<?xml version="1.0" encoding="UTF-8"?>\n<repomd xmlns="http://linux.duke.edu/metadata/'
          'repo"><revision>1</revision><data type="primary"><checksum type="sha256">%s</checksum>'
          '<location href="repodata/primary.xml.gz"/></data></repomd>\n')


OLDER = ["something older"]
PREFERRED = "): a repository with a better priority has patches for this kernel"


class Pool:
    """The packages there are: file name to its piece of primary.xml."""

    def __init__(self, folder):
        self.folder = folder
        name = next(f for f in os.listdir(folder + "/repodata") if f.endswith("primary.xml.gz"))
        with gzip.open(os.path.join(folder, "repodata", name), "rt", encoding="utf-8") as text:
            pieces = re.findall(r'<package type="rpm">.*?</package>\n', text.read(), re.S)
        self.pieces = {re.search(r'<location href="([^"]*)"', p).group(1): p for p in pieces}
        self.patches = sorted(f for f in self.pieces if f.startswith("kpatch-patch-"))
        self.others = sorted(f for f in self.pieces if f.startswith("lib"))
        self.names = sorted({re.sub(r"-[^-]*-[^-]*$", "", f) for f in self.patches})


def write_repository(pool, root, name, files, options):
    """A repository below @root that has @files."""
    folder = os.path.join(root, "repos", name)
    os.makedirs(folder + "/repodata")
    text = HEAD % (len(files), "".join(pool.pieces[f] for f in files))
    packed = gzip.compress(text.encode(), mtime=0)
    with open(folder + "/repodata/primary.xml.gz", "wb") as out:
        out.write(packed)
    with open(folder + "/repodata/repomd.xml", "w", encoding="utf-8") as out:
        out.write(REPOMD % hashlib.sha256(packed).hexdigest())
    with open(root + "/etc/yum.repos.d/%s.repo" % name, "w", encoding="utf-8") as out:
        out.write("[%s]\nname=%s\nbaseurl=file://%s\n%s" % (name, name, folder, options))


def one_of_each(rng, files, chance):
    """Of every package at most one release."""
    chosen = {}
    for file in rng.sample(files, len(files)):
        if rng.random() < chance:
            chosen.setdefault(re.sub(r"-[^-]*-[^-]*$", "", file), file)
    return sorted(chosen.values())


def make_world(pool, root, seed):
    """The world of a seed."""
    rng = random.Random(seed)
    shutil.copytree(pool.folder + "/template", root)
    os.makedirs(root + "/etc/yum.repos.d")
    os.makedirs(root + "/proc/sys/kernel")
    with open(root + "/proc/sys/kernel/osrelease", "w", encoding="utf-8") as out:
        out.write("5.14.0-100.el9.x86_64\n")
    installed = one_of_each(rng, pool.patches, 0.15) + one_of_each(rng, pool.others, 0.3)
    if installed:
        subprocess.run(["rpm", "--root", root, "--dbpath", "/var/lib/rpm", "-i", "--justdb",
                        "--nodeps", "--noscripts", "--notriggers", "--ignorearch"] +
                       [os.path.join(pool.folder, f) for f in installed],
                       check=True, stderr=subprocess.DEVNULL)
    for name in ["one", "two"][:rng.choice([1, 1, 2])]:
        files = [f for f in pool.patches + pool.others if rng.random() < rng.choice([0.3, 0.7])]
        options = rng.choice(["", "", "", "priority=10\n"])
        if rng.random() < 0.2:
            options += "excludepkgs=" + rng.choice(
                ["liba", "libb-2*", "*-1-3*", "kpatch-patch-*-1-2.*", "libc"]) + "\n"
        write_repository(pool, root, name, files, options)


def as_dnf(root, names):
    """What dnf would do about the packages of these names, or None if it can do nothing."""
    base = dnf.Base()
    base.conf.installroot = root
    base.conf.cachedir = root + "/dnf-cache"
    base.conf.reposdir = [root + "/etc/yum.repos.d"]
    base.conf.substitutions["releasever"] = "9"
    base.conf.best = False
    base.conf.plugins = False
    base.conf.install_weak_deps = False
    base.read_all_repos()
    base.fill_sack()
    for name in names:
        there = base.sack.query().installed().filter(name=name)
        try:
            (base.upgrade if there else base.install)(name)
        except dnf.exceptions.MarkingError:
            pass
    try:
        base.resolve()
    except dnf.exceptions.DepsolveError as why:
        if os.environ.get("WHY"):
            print(why)
        return None
    downgrade = libdnf.transaction.TransactionItemAction_DOWNGRADE
    older = any(item.action == downgrade for item in base.transaction)
    # what is replaced goes with what replaces it
    steps = sorted(str(p) for p in base.transaction.install_set)
    base.close()
    return OLDER if older else steps


def one_by_one(pool, root):
    """The same; a kernel whose patch cannot be had keeps nothing from the others."""
    steps = as_dnf(root, pool.names)
    if steps is not None:
        return steps
    each = [as_dnf(root, [name]) or [] for name in pool.names]
    return OLDER if OLDER in each else sorted({step for steps in each for step in steps})


def as_check(manager, root):
    """What check plans."""
    done = subprocess.run([manager, "--root", root, "check", "--json"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    said = json.loads(done.stdout)
    preferred = {text.split(" ")[0] for kernel in said["kernels"] for text in kernel["passed"]
                 if text.endswith(PREFERRED)}
    return (sorted(s["nevra"] for s in said["steps"] if s["action"] != "erase"), said["problems"],
            preferred)


def is_preference(theirs, ours, preferred):
    """With us the repository with the best priority decides, whatever it has; with dnf others
    may be asked when it has nothing to take (kpatch-manager(8), check)."""
    more = {step for step in theirs if step not in ours}
    patches = {step for step in more if step.startswith("kpatch-patch-")}
    return bool(patches) and patches <= preferred and all(step in theirs for step in ours)


def main():
    """All worlds."""
    pool = Pool(sys.argv[1])
    first, count, busy, bad = int(sys.argv[3]), int(sys.argv[4]), 0, 0
    known = []
    for seed in range(first, first + count):
        root = os.path.join(sys.argv[2], str(seed))
        make_world(pool, root, seed)
        theirs = one_by_one(pool, root)
        ours, problems, preferred = as_check(sys.argv[5], root)
        busy += bool(theirs)
        # nobody asked us for an older release of something else: dnf does not ask
        if theirs not in (ours, OLDER) and is_preference(theirs, ours, preferred):
            known.append(seed)
        elif theirs not in (ours, OLDER):
            bad += 1
            print("world %d: dnf %s, check %s %s" % (seed, theirs, ours, problems))
            continue
        shutil.rmtree(root)
    print("as documented, for priority= alone: %d %s" % (len(known), known))
    print("%d worlds, %d differ, in %d there is something to do" % (count, bad, busy))


main()
