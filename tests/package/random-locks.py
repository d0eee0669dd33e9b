# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints a file of zypper's locks, odd in its own way: random-locks.py NAME SEED."""

import random
import sys

name, rng = sys.argv[1], random.Random(sys.argv[2])
middle = name[4:-4]
NAMES = [name, name, name.upper(), middle, middle.upper(), "kpatch*", "*", "", name[:-1] + "?", "other",
         name + " > 1-2", name + " = 1-1"]
VERSIONS = ["1-1", "1-2", "1-3", "1", "0:1-3", "2"]
SIGNS = ["", "== ", "= ", "=", "< ", "> ", ">", "<= ", ">= ", "!= "]


def paragraph():
    """One lock."""
    lines = [key + ": " + value for key, value, chance in [
        (rng.choice(["type", "type", "kind"]), rng.choice(["package"] * 5 + ["patch", "srcpackage"]), 0.9),
        ("version", rng.choice(SIGNS) + rng.choice(VERSIONS), 0.6),
        ("match_type", rng.choice(["glob", "glob", "exact", "substring"]), 0.9),
        ("case_sensitive", rng.choice(["on", "on", "off", "yes", "0", "maybe"]), 0.8),
        (rng.choice(["solvable_name"] * 5 + ["query_string"]), rng.choice(NAMES), 0.9),
        ("solvable_name", rng.choice(NAMES), 0.2),
        ("repo", rng.choice(["one", "two", "three"]), 0.2),
        ("repo", rng.choice(["one", "two"]), 0.1),
        ("install_status", rng.choice(["all", "installed", "not-installed"]), 0.1),
        ("comment", "why", 0.1),
    ] if rng.random() < chance]
    rng.shuffle(lines)
    return rng.choice(["", "\n", "# a comment\n"]) + "".join(line + "\n" for line in lines)


print("\n".join(paragraph() for _ in range(rng.choice([1, 1, 2, 3]))), end="")
