# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands that meet faults, and how each is run."""

import os
import re
import shutil
import signal
import subprocess
import typing

import world

LIMIT = 60      # seconds: none needs two, and the machine may be busy
KERNEL = "5.14.0-362.8.1.el9_3.x86_64"
HALF_TOLD = re.compile(r"killed before its end|database has now|puts in order")
KNOWN = re.compile(r'"(?:kernel|state|evr)" : .*')
# /var/lib, /etc, caches and what is gone after a boot are the tree's; no module is ever loaded.
AS_MACHINE = """mount --bind "$1/var/lib" /var/lib && mount --bind "$1/etc" /etc &&
mount -t tmpfs -o mode=755 none /run && mount -t tmpfs -o mode=755 none /var/cache || exit 99
mkdir -p /run/lock; shift
exec setpriv --bounding-set=-sys_module "$@\""""


class Case(typing.NamedTuple):
    """A command. In its words {P} is where programs are, {F} what packages, {T} the tree."""

    name: str
    base: str                   # the tree that it finds
    words: str
    answer: str = ""            # what then tells what is known, without a network
    machine: bool = False       # it is about this machine, with folders of its own
    reads: bool = False         # what it says is what matters
    litter: str = ""            # what may be left by a kill until a later run
    status: int = 0             # how it ends without a fault


PATCH = "{F}/rpms/kpatch-patch-5_14_0_362_8_1_el9_3-1-%d.x86_64.rpm"
OTHER = "{F}/other/kpatch-patch-5_14_0_400_1_1_el9-1-%d.x86_64.rpm"
UPDATE = "{P}/kpatch-manager --root {T} update --yes "
ANSWER = "{P}/kpatch-manager --root {T} check --json"
SIGN = "{P}/kpatch-sign sign --key {T}/signer.key --cert {T}/signer.pem {T}/patch.ko"
VERIFY = "{P}/kpatch-sign verify --cert {T}/signer.pem {T}/patch.ko"
CASES = [
    Case("upgrade", "fresh", UPDATE + PATCH % 3),
    Case("downgrade", "fresh", UPDATE + PATCH % 1),
    Case("install-rpm", "bare", UPDATE + PATCH % 3 + " " + OTHER % 2),
    Case("update", "fresh", UPDATE + "--all-kernels"),
    Case("update-refresh", "stale", UPDATE + "--refresh", ANSWER),
    Case("check-refresh", "stale", "{P}/kpatch-manager --root {T} check --refresh", ANSWER),
    Case("check", "fresh", ANSWER, reads=True),
    Case("hold", "machine", "{P}/kpatch-manager hold 1-2", machine=True),
    Case("release", "machine", "{P}/kpatch-manager release 1-4", machine=True),
    Case("apply", "machine", "{P}/kpatch-manager apply", machine=True, status=1),
    Case("sync", "machine", "{P}/kpatch-manager sync", machine=True, status=1),
    Case("verify", "unsigned", "{P}/kpatch-manager verify", machine=True, reads=True, status=4),
    Case("status", "machine", "{P}/kpatch-manager status --check", machine=True, reads=True, status=14),
    Case("install", "machine", "{P}/kpatch install {F}/spare.ko", machine=True, litter=r"/\."),
    Case("uninstall", "machine", "{P}/kpatch uninstall kpatch_test_1_2", machine=True),
    Case("sign", "plain", SIGN, litter=r"\.kpatch-sign-"),
    Case("verify-file", "signed", VERIFY, reads=True),
    Case("verify-changed", "changed", VERIFY, reads=True, status=4),
]
BY_NAME = {case.name: case for case in CASES}
# Those that bring or take packages: the ones that disks fill for.
PACKAGES = [case for case in CASES if case.base in ("bare", "fresh", "stale") and not case.reads]
# What a transaction makes first and takes away last, when all is as it was or is to be: nobody
# tells of it, and the next one takes it away.
QUIET_LITTER = r"\.kpatch-kept$|^var/lib/kpatch/arriving$"


class Ran(typing.NamedTuple):
    """How a command ended."""

    status: int         # negative: the signal; None: it had to be ended
    out: str
    err: str

    def text(self):
        """All that it said, in a line."""
        return " | ".join((self.out + self.err).strip().split("\n"))[-400:]


class Place:
    """A folder of one worker, in which one tree at a time is used up."""

    def __init__(self, files, folder):
        self.files, self.folder = files, folder
        self.tree = folder + "/tree"
        self.log = folder + "/strace"
        self.mounted = []
        os.makedirs(folder, exist_ok=True)

    def mount(self, *words):
        """A file system, until the tree is made anew."""
        subprocess.run(["mount", *words], check=True)
        if words[-1] not in self.mounted:
            self.mounted.append(words[-1])

    def empty(self):
        """There is no tree."""
        while self.mounted:
            subprocess.run(["umount", self.mounted.pop()], check=True)
        shutil.rmtree(self.tree, ignore_errors=True)

    def fresh(self, base):
        """The tree is this base."""
        self.empty()
        subprocess.run(["cp", "-a", f"{self.files}/bases/{base}", self.tree], check=True)

    def words(self, text):
        """The words of a command."""
        return [word.format(P=self.files + "/programs", F=self.files, T=self.tree)
                for word in text.split()]

    def run(self, case, before=(), environment=None, offline=False, text=None):
        """Runs it, behind the words @before, which bring the fault."""
        words = [*before, *self.words(text or case.words)]
        if environment:
            words = ["env", *(f"{key}={value}" for key, value in environment.items()), *words]
        if case.machine:
            words = ["unshare", "-m", "--propagation", "private", "sh", "-c", AS_MACHINE, "sh",
                     self.tree, *words]
        if offline:
            words = ["unshare", "-n", *words]
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="replace",
                              start_new_session=True) as process:
            try:
                out, err = process.communicate(timeout=LIMIT)
                return Ran(process.returncode, out.replace(self.tree, "TREE"), err)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                out, err = process.communicate()
                return Ran(None, out, err)

    def answer(self, case):
        """What is known without a network: of each kernel, not all the details."""
        if not case.answer:
            return ""
        ran = self.run(case, offline=True, text=case.answer)
        return f"{ran.status} {KNOWN.findall(ran.out)}"


class Reference(typing.NamedTuple):
    """How it is without a fault: before, after, and after a second run."""

    base: world.Seen
    ran: Ran
    after: world.Seen
    answer: str
    again: Ran


def reference(place, case):
    """Runs it twice, undisturbed."""
    place.fresh(case.base)
    base = world.look(place.tree)
    ran = place.run(case)
    after, answer = world.look(place.tree), place.answer(case)
    return Reference(base, ran, after, answer, place.run(case))
