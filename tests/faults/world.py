# SPDX-License-Identifier: GPL-2.0-or-later
"""What there is on a small machine, read without any code of ours, and what a fault may
have done to it."""

import collections
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import typing

# Not compared as files: databases, which are read; caches; what ends with the machine, or
# other programs leave.
NOT_FILES = re.compile(r"(var/lib/rpm|var/cache|var/log|root|run|proc|tmp|lost\+found)(/|$)|"
                       r"var/lib/kpatch/state\.db(-journal)?$|etc/(?!kpatch|systemd)")
RPM_DATABASE = "var/lib/rpm/rpmdb.sqlite"
STATE = "var/lib/kpatch/state.db"
# What is another one each time: seconds since 1970, dates, and the number of a row.
CHANGES = re.compile(r"\b1[5-9]\d{8}\b|\b2\d{9}\b|\b\d{4}-\d\d-\d\dT[\d:]+Z|(?<=^\()\d+(?=,)")


class Seen(typing.NamedTuple):
    """What there is."""

    packages: tuple     # as rpm says
    files: dict         # path: mode and digest
    state: dict         # table of state.db: its rows, counted
    broken: tuple       # (kind, text): what cannot be right whatever happened


def rows_of(path, broken, kind):
    """Table: rows, of a copy of the database: looking at it must not repair it."""
    tables = {}
    with tempfile.TemporaryDirectory() as folder:
        for end in ("", "-journal", "-wal"):
            if os.path.exists(path + end):
                shutil.copy(path + end, folder + "/copy" + end)
        if not os.path.exists(folder + "/copy"):
            return tables
        try:
            database = sqlite3.connect(folder + "/copy")
            found = database.execute("pragma integrity_check").fetchall()
            if found != [("ok",)]:
                broken.append((kind, f"{path}: {found}"))
            names = database.execute("select name from sqlite_master where type = 'table'").fetchall()
            for (name,) in names:
                rows = database.execute(f'select * from "{name}"').fetchall()
                tables[name] = collections.Counter(CHANGES.sub("TIME", repr(row)) for row in rows)
            database.close()
        except sqlite3.Error as error:
            broken.append((kind, f"{path}: {error}"))
    return tables


def packages_of(root, broken):
    """What rpm says is installed; and whether its indexes say the same."""
    if not os.path.exists(f"{root}/{RPM_DATABASE}"):
        return ()
    tables = rows_of(f"{root}/{RPM_DATABASE}", broken, "package database")
    names = sum(tables.get("Name", {}).values())
    if "Packages" in tables and names != sum(tables["Packages"].values()):
        broken.append(("package database", f"{names} names of {sum(tables['Packages'].values())} packages"))
    asked = subprocess.run(["rpm", "--root", root, "--dbpath", "/var/lib/rpm", "-qa",
                            "--qf", "%{NEVRA}\n"], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    lines = asked.stdout.split("\n")
    return tuple(sorted(line for line in lines if line and not line.startswith("gpg-pubkey")))


def files_of(root):
    """Path: what it is."""
    files = {}
    for folder, folders, names in os.walk(root):
        place = os.path.relpath(folder, root)
        place = "" if place == "." else place + "/"
        folders[:] = [name for name in folders if not NOT_FILES.match(place + name)]
        for name in names:
            path = place + name
            full = f"{root}/{path}"
            if NOT_FILES.match(path):
                continue
            if os.path.islink(full):
                files[path] = "link to " + os.readlink(full)
            else:
                with open(full, "rb") as file:
                    digest = hashlib.sha256(file.read()).hexdigest()[:16]
                files[path] = f"{os.stat(full).st_mode:o} {digest}"
    return files


def look(root):
    """All of it."""
    broken = []
    state = rows_of(f"{root}/{STATE}", broken, "state")
    state.pop("sqlite_sequence", None)
    return Seen(packages_of(root, broken), files_of(root), state, tuple(broken))


def rows(state):
    """All rows, with the name of their table."""
    return collections.Counter({(table, row): count for table, found in state.items()
                                for row, count in found.items()})


def lost(base, wanted, now):
    """Rows that were there, were to stay, and are gone."""
    return list(((rows(base.state) & rows(wanted.state)) - rows(now.state)).elements())


def other_files(wanted, now, litter=None):
    """Files that are not as wanted; those that match @litter may lie there."""
    return sorted(path for path in set(wanted.files) | set(now.files)
                  if wanted.files.get(path) != now.files.get(path)
                  and not (litter and path not in wanted.files and re.search(litter, path)))


def differences(base, wanted, now, litter=None):
    """Words about what is not as the command was to leave it. Rows may have been added."""
    words = []
    if now.packages != wanted.packages:
        words.append(f"packages: {' '.join(now.packages)}")
    files = other_files(wanted, now, litter)
    if files:
        words.append(f"files: {' '.join(files[:6])}")
    for text, found in (("not there", rows(wanted.state) - rows(now.state)),
                        ("still there", (rows(base.state) - rows(wanted.state)) & rows(now.state))):
        if found:
            words.append(f"{text}: {list(found)[:3]}")
    return words
