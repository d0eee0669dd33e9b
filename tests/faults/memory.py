# SPDX-License-Identifier: GPL-2.0-or-later
"""The n-th piece of memory that a command asks for is not there."""

import os

import judge


def preload(place, **more):
    """The environment for that."""
    return {"LD_PRELOAD": f"{place.files}/nth-malloc.so", **more}


def all_of(place, case):
    """One for each piece that the process that asks for most asks for."""
    path = place.folder + "/count"
    if os.path.exists(path):
        os.unlink(path)
    place.fresh(case.base)
    place.run(case, environment=preload(place, FAULT_COUNT=path))
    with open(path, encoding="utf-8") as counts:
        most = max(int(line) for line in counts)
    return [str(number) for number in range(1, most + 1)]


def strike(place, case, fault):
    """Runs it without that piece. Also: how it may have died of it."""
    return place.run(case, environment=preload(place, FAULT_MALLOC=fault)), judge.NO_MEMORY
