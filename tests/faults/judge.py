# SPDX-License-Identifier: GPL-2.0-or-later
"""What a fault did: (kind of loss, words) for each thing that it must not do."""

import re
import signal

import cases
import world

# Statuses that are no crash. Who gets no memory may give up, as GLib does by abort(3); and
# OpenSSL 3.0 follows a null pointer then.
KILLED = (-signal.SIGKILL, -signal.SIGTERM)
GIVES_UP = (-signal.SIGABRT, -signal.SIGTRAP)
NO_MEMORY = (*GIVES_UP, -signal.SIGSEGV)
# An answer that knows of each kernel.
KNOWN = re.compile(r"0 \[(?!.*unknown)")


def litter_of(case):
    """What may lie there until the next run."""
    return cases.QUIET_LITTER if case in cases.PACKAGES else case.litter


def status_lies(case, was, ran, now, place):
    """A success that is none, or an end without a word."""
    if ran.status == 0 and was.ran.status != 0:
        return f"exit status 0, and without the fault {was.ran.status}"
    if ran.status != 0:
        if ran.status is not None and ran.status > 0 and not (ran.out + ran.err).strip():
            return f"exit status {ran.status} without a word"
        return ""
    words = world.differences(was.base, was.after, now, litter_of(case))
    if words:
        return f"exit status 0, but {'; '.join(words)}"
    if case.reads and not ran.err and stable(ran.out) != stable(was.ran.out):
        return "exit status 0, but it says something else"
    if case.answer and "warning" not in ran.err and place.answer(case) != was.answer:
        return "exit status 0, but what is there is not known"
    return ""


def stable(text):
    """Without the time."""
    return world.CHANGES.sub("TIME", text)


def is_half(case, was, now):
    """A transaction: neither as before nor as afterwards. Else: a file that never was to be."""
    litter = litter_of(case)
    if case in cases.PACKAGES:
        return all(now.packages != end.packages or world.other_files(end, now, litter)
                   for end in (was.base, was.after))
    return bool(set(world.other_files(was.base, now, litter)) &
                set(world.other_files(was.after, now, litter)))


def behind_fault(case, was, ran, now, place, deaths):
    """Right behind the fault, of which the command may have died in one of these ways."""
    found = list(now.broken)
    if ran.status is None:
        found.append(("hangs", f"not done after {cases.LIMIT} s"))
    elif ran.status < 0 and ran.status not in deaths:
        found.append(("crash", f"signal {-ran.status}"))
    gone = world.lost(was.base, was.after, now)
    if gone:
        found.append(("state", f"lost {gone[:3]}"))
    lie = status_lies(case, was, ran, now, place)
    if lie:
        found.append(("exit status", lie))
    if case.answer and not KNOWN.match(place.answer(case)):
        found.append(("cache", "what was known is not known any more"))
    if not lie and is_half(case, was, now) and not told(case, ran, place):
        words = world.differences(was.base, was.after, now, case.litter)
        found.append(("half, untold", "; ".join(words)))
    return [(kind, f"{words}; it said [{ran.status}] {ran.text()}") for kind, words in found]


def told(case, ran, place):
    """Somebody says that things are half done."""
    if case not in cases.PACKAGES:
        return False
    status = place.run(case, text="{P}/kpatch-manager --root {T} status")
    return bool(cases.HALF_TOLD.search(ran.out + ran.err + status.out + status.err))


def behind_repair(case, was, place):
    """The same command once more, undisturbed: all is as if no fault had been."""
    ran = place.run(case)
    now = world.look(place.tree)
    words = world.differences(was.base, was.after, now, case.litter)
    if ran.status not in (was.ran.status, was.again.status):
        words.append(f"exit status {ran.status}")
    if case.answer and place.answer(case) != was.answer:
        words.append("what is there is not known")
    found = list(now.broken)
    if words:
        found.append(("repair", "; ".join(words) + f"; it said [{ran.status}] {ran.text()}"))
    return found
