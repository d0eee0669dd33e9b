# SPDX-License-Identifier: GPL-2.0-or-later
"""The power goes at any moment of a command: what was flushed is on the disk, and of what
was not, any pages. A command runs once on a disk that writes a log (disk.py);
then the disk is put together as it may be at a moment, again and again."""

import os
import pickle
import subprocess
import threading
import time

DEVICES = ("/dev/fuse", "/dev/loop-control")
SIZE = 24 << 20
PAGE = 4096     # what a disk writes at once
EACH = 25       # cuts of one recording
# Files are not written by themselves when they are renamed, as on other file systems.
OPTIONS = "loop,noauto_da_alloc"


class Recording(list):
    """The log, and when the command had ended well (None if it had not)."""

    ended = None


def unmount(path):
    """With patience: somebody may look."""
    for _ in range(100):
        if subprocess.run(["umount", path], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise OSError(f"{path} cannot be unmounted")


def base_image(place, case):
    """A disk with the base on it."""
    path = f"{place.folder}/{case.base}.image"
    if os.path.exists(path):
        return path
    place.empty()
    os.makedirs(place.tree, exist_ok=True)
    with open(path + ".new", "wb") as file:
        file.truncate(SIZE)
    subprocess.run(["mkfs.ext4", "-q", "-J", "size=4",
                    "-E", "lazy_itable_init=0,lazy_journal_init=0", "-d", f"{place.files}/bases/{case.base}", path + ".new"], check=True)
    os.rename(path + ".new", path)
    return path


def record(place, case, rng):
    """Runs it once, with a sync at some moment, as there may be by another program."""
    image, disk, log = base_image(place, case), place.folder + "/disk", place.folder + "/log"
    place.empty()
    os.makedirs(place.tree, exist_ok=True)
    for path in (disk, log):
        with open(path, "wb"):
            pass
    os.unlink(log)
    with subprocess.Popen([os.path.dirname(__file__) + "/disk.py", image, disk, log]) as server:
        while os.path.getsize(disk) != SIZE:
            time.sleep(0.01)
            if server.poll() is not None:
                raise OSError("the disk does not start")
        subprocess.run(["mount", "-o", OPTIONS, disk, place.tree], check=True)
        timer = threading.Timer(rng.uniform(0, 0.5), subprocess.run, [["sync", "-f", place.tree]])
        timer.start()
        ran = place.run(case)
        ended = time.monotonic()
        timer.join()
        unmount(place.tree)
        unmount(disk)
        server.wait()
    with open(log, "rb") as file:
        recording = Recording(pickle.load(file))
    recording.ended = ended if ran.status == 0 else None
    return ran, recording


def cut(place, case, recording, rng):
    """The tree is on the disk as it is when the power goes at some moment. Whether the command
    had ended well before."""
    at = rng.randrange(len(recording) + 1)
    flushes = [number for number, entry in enumerate(recording[:at]) if entry[1] is None]
    sure = flushes[-1] if flushes else 0
    with open(base_image(place, case), "rb") as file:
        disk = bytearray(file.read())
    for number, (_, offset, data) in enumerate(recording[:at]):
        if offset is None:
            continue
        if number < sure:
            disk[offset:offset + len(data)] = data
            continue
        while data:
            part = PAGE - offset % PAGE
            if rng.random() < 0.5:
                disk[offset:offset + len(data[:part])] = data[:part]
            offset, data = offset + part, data[part:]
    place.empty()
    os.makedirs(place.tree, exist_ok=True)
    with open(place.folder + "/cut.image", "wb") as file:
        file.write(disk)
    image = place.folder + "/cut.image"
    subprocess.run(["e2fsck", "-p", image], stdout=subprocess.DEVNULL, check=False)
    place.mount("-o", OPTIONS, image, place.tree)
    return recording.ended is not None and at > 0 and recording[at - 1][0] > recording.ended
