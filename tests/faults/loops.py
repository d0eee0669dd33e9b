#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets faults happen to commands, and looks at what they leave. Prints TAP.

    loops.py FILES [--share N] [--seed TEXT] [--jobs N] [--only LOOP[:CASE[:FAULT]]]...

A share of 1 is what GOALS says. What is taken of all that could be depends on the seed,
which is printed. FILES is what tests/faults/run makes."""

import argparse
import collections
import concurrent.futures
import math
import os
import random
import signal
import sys
import threading
import time

import calls
import cases
import crowd
import cuts
import full
import judge
import memory
import world

# Of how many faults a share is taken; of the crowd, seconds.
GOALS = {"kills": 10000, "errors": 10000, "memory": 5000, "full": 1000, "cuts": 1000, "crowd": 600}
# How one fault is made, of which there are so many, for which commands.
LOOPS = {"kills": (calls.kills, calls.strike, cases.CASES),
         "errors": (calls.errors, calls.strike, cases.CASES),
         "memory": (memory.all_of, memory.strike, cases.CASES),
         "full": (full.all_of, full.strike, cases.PACKAGES)}
CUT = [case for case in cases.CASES if not case.reads]
SHOWN = 5       # of what one loop finds about one case
AGAIN = "tests/parts/faults --seed {seed} --only {name}"


class Book:
    """What was tried and what came of it."""

    def __init__(self, seed):
        self.seed, self.lock = seed, threading.Lock()
        self.tried = collections.Counter()      # (loop, case): faults
        self.ended = collections.defaultdict(collections.Counter)   # loop: exit statuses
        self.found = collections.defaultdict(list)      # (loop, case): (name, kind, words)
        self.skipped = {}                       # loop: why

    def note(self, loop, case, fault, status, found):
        """One fault."""
        with self.lock:
            self.tried[loop, case] += 1
            self.ended[loop][status] += 1
            for kind, words in found:
                self.found[loop, case].append((f"{loop}:{case}:{fault}", kind, words))
                print(f"# {loop}:{case}:{fault}: {kind}: {words}", flush=True)

    def tell(self):
        """TAP, and the table. Whether nothing was found."""
        for number, (key, tried) in enumerate(sorted(self.tried.items()), 1):
            found = self.found[key]
            result = "not ok" if found else "ok"
            print(f"{result} {number} - {key[0]}: {key[1]}: nothing is lost ({tried})")
            for name, kind, words in found[:SHOWN]:
                print(f"#   {kind}: {words}\n#     {AGAIN.format(seed=self.seed, name=name)}")
            if len(found) > SHOWN:
                print(f"#   and {len(found) - SHOWN} more")
        for number, (loop, why) in enumerate(self.skipped.items(), len(self.tried) + 1):
            print(f"ok {number} - {loop} # SKIP {why}")
        print(f"1..{len(self.tried) + len(self.skipped)}\n#")
        print(f"# {'loop':8} {'faults':>8} {'losses':>7}  exit statuses; losses by kind")
        for loop in GOALS:
            kinds = collections.Counter(kind for (of, _), found in self.found.items()
                                        for _, kind, _ in found if of == loop)
            tried = sum(count for (of, _), count in self.tried.items() if of == loop)
            if tried:
                print(f"# {loop:8} {tried:8} {sum(kinds.values()):7}  {listed(self.ended[loop])}"
                      f"; {listed(kinds) or 'none'}")
        return not any(self.found.values())


def listed(counter):
    """a 3, b 2"""
    return ", ".join(f"{key} {count}" for key, count in counter.most_common())


class Workers:
    """Threads, each with a place of its own, and what a command does without a fault."""

    def __init__(self, arguments, book):
        self.arguments, self.book = arguments, book
        self.local, self.count, self.lock = threading.local(), 0, threading.Lock()
        self.references, self.places = {}, {}
        self.pool = concurrent.futures.ThreadPoolExecutor(arguments.jobs)

    def place(self):
        """Of this thread."""
        if not hasattr(self.local, "place"):
            with self.lock:
                self.count += 1
                folder = f"{self.arguments.files}/worker-{self.count}"
            self.local.place = self.places[folder] = cases.Place(self.arguments.files, folder)
        return self.local.place

    def map(self, function, items):
        """Of each; an exception ends all."""
        return list(self.pool.map(function, items))

    def learn(self, case):
        """Runs it without a fault."""
        self.references[case.name] = cases.reference(self.place(), case)
        ran = self.references[case.name].ran
        if ran.status != case.status:
            sys.exit(f"# {case.name} without a fault: status {ran.status}: {ran.text()}")

    def one(self, task):
        """One fault: what it did, and whether a second run puts all in order."""
        loop, case, fault = task
        place = self.place()
        place.fresh(case.base)
        ran, deaths = LOOPS[loop][1](place, case, fault)
        self.judge(loop, case, fault, ran, deaths)

    def judge(self, loop, case, fault, ran, deaths):
        """As above, behind the fault."""
        place, was = self.place(), self.references[case.name]
        found = judge.behind_fault(case, was, ran, world.look(place.tree), place, deaths)
        found += judge.behind_repair(case, was, place)
        self.book.note(loop, case.name, fault, ran.status, found)

    def recording(self, task):
        """Cuts of one recording."""
        case, number, count, only = task
        seed = f"{self.arguments.seed}:{case.name}:{number}"
        ran, recording = cuts.record(self.place(), case, random.Random(seed))
        for fault in range(count) if only is None else [only]:
            done = cuts.cut(self.place(), case, recording, random.Random(f"{seed}:{fault}"))
            # what had ended well is there; of the rest nobody was told anything
            self.judge("cuts", case, f"{number}.{fault}",
                       ran if done else cases.Ran(-9, "", ""), judge.KILLED)


def wanted(arguments, *names):
    """Whether somebody asked for it."""
    return not arguments.only or any(
        all(ours == theirs for ours, theirs in zip(names, only.split(":", 2))) for only in arguments.only)


def sample(arguments, loop, faults):
    """(case, fault) of all that there are: in proportion, and of each case one at least."""
    rng = random.Random(f"{arguments.seed}:{loop}")
    total = sum(len(found) for _, found in faults)
    part = min(1, GOALS[loop] * arguments.share / max(total, 1))
    for case, found in faults:
        print(f"# {loop}: {case.name}: {len(found)} possible", flush=True)
        exact = [only.split(":", 2)[2] for only in arguments.only
                 if only.startswith(f"{loop}:{case.name}:")]
        for fault in exact or rng.sample(found, math.ceil(part * len(found))):
            yield loop, case, fault


def single_faults(workers, arguments, loop):
    """Kills, errors, memory, disks."""
    all_of, _, of = LOOPS[loop]
    of = [case for case in of if wanted(arguments, loop, case.name)]
    faults = workers.map(lambda case: (case, all_of(workers.place(), case)), of)
    workers.map(workers.one, list(sample(arguments, loop, faults)))


def power_cuts(workers, arguments):
    """Recordings, and cuts of each."""
    missing = [path for path in cuts.DEVICES if not os.path.exists(path)]
    if missing:
        workers.book.skipped["cuts"] = "there is no " + " and no ".join(missing)
        return
    tasks = []
    for only in arguments.only:
        if only.startswith("cuts:") and only.count(":") == 2:
            _, name, fault = only.split(":")
            number, cut = fault.split(".")
            tasks.append((cases.BY_NAME[name], int(number), 0, int(cut)))
    of = [case for case in CUT if wanted(arguments, "cuts", case.name)]
    each = math.ceil(GOALS["cuts"] * arguments.share / max(len(of), 1))
    for case in of if not tasks else []:
        for number in range(math.ceil(each / cuts.EACH)):
            tasks.append((case, number, min(cuts.EACH, each - number * cuts.EACH), None))
    workers.map(workers.recording, tasks)


def many_at_once(workers, arguments):
    """The crowd, when all else is done."""
    found = crowd.Crowd(workers.place(), arguments.seed, GOALS["crowd"] * arguments.share)
    count = found.run()
    workers.book.note("crowd", "twenty", arguments.seed, None, found.found)
    workers.book.tried["crowd", "twenty"] = count
    workers.book.ended["crowd"] = found.ended


def run(workers, arguments):
    """All that is wanted."""
    workers.map(workers.learn, [case for case in cases.CASES
                                if any(wanted(arguments, loop, case.name) for loop in GOALS)])
    for loop in LOOPS:
        if wanted(arguments, loop):
            single_faults(workers, arguments, loop)
    if wanted(arguments, "cuts"):
        power_cuts(workers, arguments)
    if wanted(arguments, "crowd"):
        many_at_once(workers, arguments)


def main():
    """All of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files")
    parser.add_argument("--share", type=float, default=1)
    parser.add_argument("--seed", default=str(int(time.time())))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()
    print(f"# seed {arguments.seed}, share {arguments.share:g}", flush=True)
    book = Book(arguments.seed)
    workers = Workers(arguments, book)
    # told to end, it tells what there was so far
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(workers, arguments)
    except KeyboardInterrupt:
        print("# interrupted", flush=True)
    finally:
        workers.pool.shutdown(cancel_futures=True)
        for place in workers.places.values():
            place.empty()
    return 0 if book.tell() else 1


sys.exit(main())
