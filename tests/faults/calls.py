# SPDX-License-Identifier: GPL-2.0-or-later
"""At each system call of a command: a kill, a signal, or an error that this call can have."""

import collections
import os
import re

import judge

IO = ("EIO",)
ROOM = ("EIO", "ENOSPC")
TABLE = ("EIO", "EMFILE", "ENOMEM")
ERRORS = {
    "openat": TABLE, "openat2": TABLE, "read": IO, "pread64": IO, "getdents64": ("EIO", "ENOMEM"),
    "newfstatat": ("EIO", "ENOMEM"), "statx": ("EIO",), "statfs": IO, "fstatfs": IO, "readlink": IO,
    "readlinkat": IO, "access": ("EIO",), "faccessat2": ("EIO",), "lseek": ("EIO",),
    "write": ROOM, "pwrite64": ROOM, "writev": ROOM, "ftruncate": ROOM, "fallocate": ROOM,
    "copy_file_range": ROOM, "sendfile": IO,
    "fsync": ROOM, "fdatasync": ROOM, "syncfs": ROOM,
    "rename": ROOM, "renameat": ROOM, "renameat2": ROOM, "link": ROOM, "linkat": ROOM,
    "symlink": ROOM, "symlinkat": ROOM, "mkdir": ROOM, "mkdirat": ROOM, "unlink": IO,
    "unlinkat": IO, "rmdir": IO, "chmod": IO, "fchmod": IO, "fchmodat": IO, "chown": IO,
    "fchown": IO, "lchown": IO, "fchownat": IO, "utimensat": IO, "fsetxattr": ROOM,
    "fcntl": ("ENOLCK", "EINTR"), "flock": ("ENOLCK", "EINTR"), "dup": ("EMFILE",),
    "memfd_create": ("EMFILE", "ENOMEM"), "mmap": ("ENOMEM",),
    "mprotect": ("ENOMEM",), "munmap": ("ENOMEM",), "mremap": ("ENOMEM",),
    "clone": ("EAGAIN", "ENOMEM"), "clone3": ("EAGAIN", "ENOMEM"), "vfork": ("EAGAIN",),
    "execve": ("ENOMEM",), "pipe2": ("EMFILE",), "socketpair": ("EMFILE",),
    "socket": ("EMFILE", "ENOBUFS"), "connect": ("ECONNREFUSED", "ENETUNREACH"),
    "sendto": ("EPIPE",), "recvfrom": ("ECONNRESET",), "sendmsg": ("ENOBUFS",),
    "poll": ("ENOMEM",), "ppoll": ("ENOMEM",), "epoll_wait": ("EINTR",), "eventfd2": ("EMFILE",),
    "getrandom": ("EINTR",), "bind": ("EADDRINUSE",), "prlimit64": ("EPERM",),
}
KILLS = ("SIGKILL", "SIGKILL", "SIGKILL", "SIGTERM")    # the fourth may be caught
CALL = re.compile(r"^(\w+)\(", re.MULTILINE)
NOT_THESE = {"exit_group", "exit", "rt_sigreturn", "restart_syscall"}


def calls_of(place, case):
    """(log of the loader of libraries, logs of all): one for each process, the first of which
    is the command; what the loader does comes before anything of ours runs."""
    for name in os.listdir(place.folder):
        if name.startswith("strace."):
            os.unlink(f"{place.folder}/{name}")
    place.fresh(case.base)
    place.run(case, before=["strace", "-ff", "-qq", "-o", place.log, "-e", "signal=none"])
    logs = {}
    for name in os.listdir(place.folder):
        if name.startswith("strace."):
            with open(f"{place.folder}/{name}", encoding="utf-8", errors="replace") as log:
                logs[int(name.split(".")[1])] = log.read()
    # the last that it does is to let go of its cache
    return logs[min(logs)].partition("\nmunmap(")[0], list(logs.values())


def kills(place, case):
    """Every one there is, as words: as many of a call as the process makes that makes most."""
    most = collections.Counter()
    for text in calls_of(place, case)[1]:
        most |= collections.Counter(CALL.findall(text))
    return [f"{call}:{number}:{KILLS[number % len(KILLS)]}"
            for call, count in sorted(most.items()) if call not in NOT_THESE
            for number in range(1, count + 1)]


def errors(place, case):
    """The same, of errors."""
    loader, logs = calls_of(place, case)
    before = collections.Counter(CALL.findall(loader))
    faults = set()
    for text in logs:
        count = collections.Counter()
        for line in text.split("\n"):
            call = line.partition("(")[0]
            count[call] += 1
            if count[call] > before[call] and "F_UNLCK" not in line:    # which cannot fail
                faults.update(f"{call}:{count[call]}:{error}" for error in ERRORS.get(call, ()))
    return sorted(faults)


def strike(place, case, fault):
    """Runs it with that fault. Also: how it may have died of it."""
    call, number, what = fault.split(":")
    signal = what.startswith("SIG")
    how = f"signal={what}" if signal else f"error={what}"
    before = ["strace", "-f", "-qq", "-o", place.log, "-e", f"trace={call}",
              "-e", f"inject={call}:{how}:when={number}"]
    deaths = judge.KILLED if signal else judge.NO_MEMORY if what == "ENOMEM" else judge.GIVES_UP
    return place.run(case, before=before), deaths
