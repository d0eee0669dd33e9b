# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes small configurations of zypper, each odd in its own way.

random-zypp.py FOLDER FIRST COUNT: one root for each seed from FIRST on, in FOLDER/SEED.
What zypper stops at is left out: it would say nothing of the rest."""

import os
import random
import sys

HOST = "http://127.0.0.1/"
VALUES = {
    "name": ["plain", "two words", "\"in quotes\"", "it's", "a # no comment", "$x and ${y:-z}", "a=b"],
    "baseurl": [HOST + "1", HOST + "1 " + HOST + "2", HOST + "1,  " + HOST + "2", HOST + "a,b",
                HOST + "$x/$basearch", HOST + "$releasever/${releasever_major}", "dir:/srv/x",
                "/srv/y", "https://127.0.0.1/a?ssl_verify=no&timeout=9", "file:/srv/z",
                HOST + "${x:+$x/in}/${none:-o/$y}/${none}/$none", HOST + "${x:-a}${none:+b}",
                HOST + "\\$x/${none:-\\$x\\}b}"],
    "enabled": ["1", "0", "yes", "no", "True", "off", "2", "maybe", "always", "+", "-", "$one", ""],
    "priority": ["10", "99", "0", "1.5", "ten", "7 # of 9", ""],
    "path": ["/", "x", "/x/y", "x//y/", "./x"],
    "type": ["rpm-md", "yast2", "NONE", "plaindir", "none of these"],
    "autorefresh": ["0", "1"],
    "keeppackages": ["0", "1"],
    "odd key": ["1"],
}
LISTS = ["baseurl"]
ALIASES = ["a", "repo-oss", "home:me", "My repository", "a+b", "x[1]", "main", "$x", "a/b", "\u00e4"]


def pair(rng, key):
    """key = value, and what may stand around it; a list may go on."""
    blanks = ["", "", "", " ", "\t"]
    text = rng.choice(blanks) + key + rng.choice(["=", " = ", "= ", "\t="])
    text += rng.choice(VALUES[key]) + rng.choice(blanks)
    if key in LISTS and rng.random() < 0.4:
        between = rng.choice(["\n"] * 4 + ["\n  \n", "\n\n", "\n# between\n", "\n; between\n"])
        text += between + rng.choice(blanks) + rng.choice(["", "", key + "="]) + rng.choice(VALUES[key])
    return text


def section(rng, name):
    """A section of a .repo file."""
    lines = ["[" + name + "]" + rng.choice([""] * 5 + [" # why", " "])]
    keys = list(VALUES)
    rng.shuffle(keys)
    for key in keys:
        if key == "baseurl" or rng.random() < 0.4:
            lines.append(pair(rng, key))
        if rng.random() < 0.1:
            lines.append(rng.choice(["# a comment", "; another", "", "  "]))
    return "\n".join(lines) + "\n"


def write(path, text):
    """One file, with its folders."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as out:
        out.write(text)


def variables(rng, root):
    """Those of files, and the product."""
    for name in ["x", "y", "one", "releasever", "releasever_minor", "basearch"]:
        if rng.random() < (0.7 if len(name) < 4 else 0.15):
            write(root + "/etc/zypp/vars.d/" + name,
                  "1\n" if name == "one" else rng.choice(["two\n", "3.4", "a\nb\n"]))
    if rng.random() < 0.8:
        write(root + "/etc/products.d/p.prod",
              "<?xml version=\"1.0\"?>\n<product schemeversion=\"0\"><vendor>v</vendor><name>p</name>"
              "<version>15.6</version><release>0</release><arch>x86_64</arch>"
              "<codestream><version>1</version></codestream></product>\n")
        os.symlink("p.prod", root + "/etc/products.d/baseproduct")


def world(root, seed):
    """One root."""
    rng = random.Random(seed)
    os.makedirs(root + "/etc/products.d")
    variables(rng, root)
    folder = "/etc/zypp/repos.d"
    if rng.random() < 0.2:
        folder = "/etc/zypp/others"
        write(root + "/etc/zypp/zypp.conf", "above = all\n [main] \n # of\nreposdir = " + folder + "\n")
    os.makedirs(root + "/etc/zypp/repos.d", exist_ok=True)
    for number, name in enumerate(rng.sample(ALIASES, rng.randint(1, 6))):
        file = rng.choice(["f%d.repo"] * 5 + ["f%d.repo_1", ".f%d.repo", "f%d.repo.bak"]) % number
        write(root + folder + "/" + file, section(rng, name))


for index in range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[3])):
    world(os.path.join(sys.argv[1], str(index)), index)
