# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes small configurations of dnf, each right or wrong in its own way.

random-repos.py FOLDER FIRST COUNT: one root for each seed from FIRST on, in FOLDER/SEED."""

import os
import random
import sys

VALUES = {
    "name": ["plain", "two words", "it's"],
    "baseurl": ["http://127.0.0.1/1", "http://127.0.0.1/1 http://127.0.0.1/2",
                "http://127.0.0.1/1, http://127.0.0.1/2"],
    "mirrorlist": ["http://127.0.0.1/list"],
    "enabled": ["1", "0", "yes", "no", "True", "off", "2"],
    "gpgcheck": ["1", "0", "on", "false", "maybe"],
    "repo_gpgcheck": ["1", "0", "yes"],
    "skip_if_unavailable": ["1", "0"],
    "priority": ["10", "-3", "99", "1.5", "ten"],
    "metadata_expire": ["6h", "90", "1.5d", "never", "-1", "6 h", "soon"],
    "timeout": ["30", "1m", "x"],
    "minrate": ["5k", "1000", "fast"],
    "excludepkgs": ["a", "a, b", "kpatch-patch-*", "a b"],
    "includepkgs": ["a", "kpatch-*"],
    "proxy": ["_none_", "http://127.0.0.1:3128", ""],
    "unknown_key": ["1"],
}
# Nobody writes the others over several lines.
LONG = ["baseurl", "excludepkgs", "includepkgs", "enabled", "priority", "metadata_expire"]
MAIN = ["gpgcheck", "repo_gpgcheck", "metadata_expire", "skip_if_unavailable", "timeout",
        "proxy", "unknown_key"]


def dressed(rng, value):
    """Mostly as it is; else in quotes, or in what looks like them."""
    quote = rng.choice("\"'")
    return rng.choice([value] * 4 + [
        quote + value + quote, quote + value, value + quote, quote + value + "\"",
        quote + quote, value + " # no comment", " " + value + "\t"])


def pair(rng, key):
    """key = value, sometimes over several lines, and what may stand between them."""
    text = key + rng.choice(["=", " = ", "= ", "\t="]) + dressed(rng, rng.choice(VALUES[key]))
    if key in LONG and rng.random() < 0.3:
        between = rng.choice(["\n"] * 9 + ["\n  \n", "\n\n", "\n# between\n", "\r\n"])
        text += between + rng.choice([" ", "\t"]) + dressed(rng, rng.choice(VALUES[key]))
    return text


def section(rng, name, keys):
    """A section of dnf.conf or of a .repo file."""
    lines = ["[" + name + "]" + rng.choice([""] * 5 + [" # why", " "])]
    for key in keys:
        if rng.random() < 0.6:
            lines.append(pair(rng, key))
        if rng.random() < 0.1:
            lines.append(rng.choice(["# a comment", "; another", "", "  "] * 5 + ["no value"]))
    return rng.choice(["\n", "\n", "\n", "\r\n"]).join(lines) + "\n"


def write(root, seed):
    """One root."""
    rng = random.Random(seed)
    for folder in ("etc/dnf/vars", "etc/yum.repos.d"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    with open(root + "/etc/dnf/vars/releasever", "w", encoding="utf-8") as out:
        out.write("9\n")
    with open(root + "/etc/dnf/dnf.conf", "w", encoding="utf-8", newline="") as out:
        # dnf does not start at all if this one cannot be read
        text = section(rng, "main", MAIN)
        out.write(text if "no value" not in text and "\n\n" not in text and "#" not in text
                  and ";" not in text else "[main]\n")
    with open(root + "/etc/yum.repos.d/r.repo", "w", encoding="utf-8", newline="") as out:
        out.write(section(rng, "r", VALUES))
        if rng.random() < 0.3:
            out.write(section(rng, "s", VALUES))


for number in range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[3])):
    write(os.path.join(sys.argv[1], str(number)), number)
