# SPDX-License-Identifier: GPL-2.0-or-later
"""Twenty at once: managers, rpm and dnf on one tree."""

import collections
import json
import random
import threading
import time

import cases
import world

MANY = 20
MANAGER = "{P}/kpatch-manager --root {T} "
RPM = "rpm --root {T} --dbpath /var/lib/rpm "
UPDATE, PATCH, OTHER = cases.UPDATE, cases.PATCH, cases.OTHER
# How often, and what.
COMMANDS = [
    (2, UPDATE + PATCH % 3), (2, UPDATE + PATCH % 1), (2, UPDATE + "1-2"),
    (2, UPDATE + "--all-kernels"), (1, UPDATE + "--refresh --download-only"),
    (1, MANAGER + "update --dry-run"), (1, MANAGER + "check --refresh"),
    (1, MANAGER + "check --json"), (1, MANAGER + "status --json"),
    (1, MANAGER + "list --json"), (1, MANAGER + "history --json"),
    (1, MANAGER + "cve --refresh"), (1, MANAGER + "sync --dry-run"),
    (1, RPM + "-U --oldpackage --replacepkgs --nodeps --noscripts --notriggers " + PATCH % 2),
    (1, RPM + "-qa"),
    (1, RPM + "-e --nodeps --noscripts --notriggers kpatch-patch-5_14_0_400_1_1_el9"),
    (0.3, "dnf -y -q --installroot={T} --releasever=9 --setopt=reposdir={T}/etc/yum.repos.d "
          "--setopt=install_weak_deps=0 --nogpgcheck --setopt=tsflags=noscripts install "
          "kpatch-patch-5_14_0_400_1_1_el9"),
]
# 20: it would change something; 16: unknown.
OURS_MAY = {0, 1, 3, 4, 16, 20}


class Crowd:
    """One tree, and what came of all the commands."""

    def __init__(self, place, seed, seconds):
        self.place, self.seed = place, seed
        self.end = time.monotonic() + seconds
        self.lock = threading.Lock()
        self.ended = collections.Counter()
        self.found = []

    def work(self, number):
        """One of them."""
        rng = random.Random(f"{self.seed}:{number}")
        while True:
            words = rng.choices([text for _, text in COMMANDS], [often for often, _ in COMMANDS])[0]
            ran = self.place.run(cases.Case("crowd", "fresh", words))
            with self.lock:
                self.judge(words, ran)
            if time.monotonic() > self.end:
                return

    def judge(self, words, ran):
        """Whatever the others do: it ends, and in order."""
        ours = words.startswith("{P}")
        self.ended[f"{'ours' if ours else words.split()[0]} {ran.status}"] += 1
        if ran.status is None:
            self.found.append(("hangs", words))
        elif ours and ran.status not in OURS_MAY:
            self.found.append(("crash", f"{words}: [{ran.status}] {ran.text()}"))
        elif ours and ran.status != 0 and not ran.text():
            self.found.append(("exit status", f"{words}: {ran.status} without a word"))
        elif "--json" in words and ran.status == 0:
            try:
                json.loads(ran.out)
            except ValueError:
                self.found.append(("exit status", f"{words}: no JSON: {ran.text()}"))

    def run(self):
        """All of it. Then an update: it leaves what it would leave alone."""
        case = cases.BY_NAME["update"]
        was = cases.reference(self.place, case)
        self.place.fresh("fresh")
        threads = [threading.Thread(target=self.work, args=(number,)) for number in range(MANY)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        now = world.look(self.place.tree)
        self.found += now.broken
        gone = world.lost(was.base, was.after, now)
        if gone:
            self.found.append(("state", f"lost {gone[:3]}"))
        ran = self.place.run(case)
        words = world.differences(was.base, was.after, world.look(self.place.tree))
        if ran.status != 0 or words:
            words.append(f"it said [{ran.status}] {ran.text()}")
            self.found.append(("repair", "; ".join(words)))
        return sum(self.ended.values())
