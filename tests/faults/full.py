# SPDX-License-Identifier: GPL-2.0-or-later
"""File systems that have a little room left, and fill while a command runs."""

import os
import shutil
import subprocess

# Where, and how much room a command can use there at most, in KiB.
FOLDERS = {"usr/lib/kpatch": 24, "var/lib/rpm": 400, "var/lib/kpatch": 40,
           "var/cache/kpatch-manager": 80, ".": 600}
STEP = 4    # KiB: a page


def all_of(_place, _case):
    """Each folder with each room."""
    return [f"{folder}:{room}" for folder, most in FOLDERS.items()
            for room in range(STEP, most, STEP)]


def strike(place, case, fault):
    """Runs it there; afterwards there is room again. Also: how it may have died."""
    folder, room = fault.split(":")
    path = os.path.normpath(f"{place.tree}/{folder}")
    os.makedirs(path, exist_ok=True)
    kept = place.folder + "/kept"
    shutil.rmtree(kept, ignore_errors=True)
    os.rename(path, kept)
    os.mkdir(path)
    used = sum(-(-os.lstat(f"{below}/{name}").st_size // 4096) * 4
               for below, _, names in os.walk(kept) for name in names)
    place.mount("-t", "tmpfs", "-o", f"mode=755,size={used + int(room)}k", "tmpfs", path)
    subprocess.run(["cp", "-a", kept + "/.", path], check=True)
    ran = place.run(case)
    place.mount("-o", "remount,size=100m", path)
    return ran, ()
