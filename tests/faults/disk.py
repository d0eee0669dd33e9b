#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk that remembers in which order it was written, and what was flushed when.

    disk.py IMAGE FILE LOG

Serves what is in IMAGE as FILE, a file system of one file (FUSE; see linux/fuse.h), on
which a loop device can be. When FILE is unmounted, LOG is a pickle of all writes, in their
order: (seconds of the monotonic clock, offset, bytes), and (seconds, None, None) for
each flush. IMAGE itself stays as it is."""

import ctypes
import errno
import os
import pickle
import stat
import struct
import sys
import time

LOOKUP, FORGET, GETATTR, SETATTR, OPEN, READ, WRITE = 1, 2, 3, 4, 14, 15, 16
RELEASE, FSYNC, FLUSH, INIT, INTERRUPT, DESTROY = 18, 20, 25, 26, 36, 38
BIG_WRITES = 1 << 5
MOST = 128 * 1024       # bytes that one request brings
IN_HEADER = struct.Struct("<IIQQIIII")
OUT_HEADER = struct.Struct("<IiQ")
FOREVER = 1 << 30       # seconds for which the kernel may believe us


class Disk:
    """What is on it, and its log."""

    def __init__(self, image):
        with open(image, "rb") as file:
            self.bytes = bytearray(file.read())
        self.log = []

    def attributes(self):
        """struct fuse_attr_out"""
        mode = stat.S_IFREG | 0o600
        return struct.pack("<QII6Q10I", FOREVER, 0, 0, 1, len(self.bytes), len(self.bytes) // 512,
                           0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def answer(self, opcode, body):
        """What the kernel gets for a request; None: nothing."""
        if opcode == INIT:
            major, minor, ahead = struct.unpack_from("<III", body)
            return struct.pack("<IIIIHHIIHHI28x", major, min(minor, 31), ahead, BIG_WRITES,
                               12, 9, MOST, 1, 0, 0, 0)
        if opcode in (GETATTR, SETATTR):
            return self.attributes()
        if opcode == OPEN:
            return struct.pack("<QIi", 1, 0, 0)
        if opcode == READ:
            _, offset, size = struct.unpack_from("<QQI", body)
            return bytes(self.bytes[offset:offset + size])
        if opcode == WRITE:
            _, offset, size = struct.unpack_from("<QQI", body)
            data = body[40:40 + size]
            self.bytes[offset:offset + size] = data
            self.log.append((time.monotonic(), offset, data))
            return struct.pack("<II", size, 0)
        if opcode == FSYNC:
            self.log.append((time.monotonic(), None, None))
            return b""
        if opcode in (FLUSH, RELEASE, DESTROY):
            return b""
        if opcode in (FORGET, INTERRUPT):
            return None
        raise OSError(errno.ENOSYS, "not known here")


def mount(fuse, path):
    """The file there is ours from now on."""
    options = f"fd={fuse},rootmode={stat.S_IFREG | 0o600:o},user_id=0,group_id=0"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"disk", path.encode(), b"fuse", 6, options.encode()) != 0:   # nosuid, nodev
        raise OSError(ctypes.get_errno(), f"{path} cannot be mounted")


def serve(fuse, disk):
    """Until it is unmounted."""
    while True:
        try:
            request = os.read(fuse, MOST + 4096)
        except OSError as error:
            if error.errno == errno.ENODEV:
                return
            if error.errno in (errno.EINTR, errno.ENOENT):
                continue
            raise
        _, opcode, unique, *_ = IN_HEADER.unpack_from(request)
        code, body = 0, b""
        try:
            body = disk.answer(opcode, request[IN_HEADER.size:])
        except OSError as error:
            code = -error.errno
        if body is not None:
            os.write(fuse, OUT_HEADER.pack(OUT_HEADER.size + len(body), code, unique) + body)


def main(image, path, log):
    """All of it."""
    disk = Disk(image)
    fuse = os.open("/dev/fuse", os.O_RDWR)
    mount(fuse, path)
    serve(fuse, disk)
    with open(log + ".new", "wb") as file:
        pickle.dump(disk.log, file)
    os.rename(log + ".new", log)


main(*sys.argv[1:])
