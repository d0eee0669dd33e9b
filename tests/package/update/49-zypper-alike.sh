#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What zypper and we make of the same files, field by field: repositories, variables, zypp.conf
# and locks that are made at random, and the kinds that were found to differ.
# $REPOS_SEED has others.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"
export LC_ALL=C.UTF-8

run_logged "$OUT/log/package-fetch" make -C "$OUT/build" tests/package/fetch
make_patches 1 2 3
mkdir -p "$work/one" "$work/two" "$root/proc/sys/kernel" "$root/etc/zypp/repos.d"
cp "$(patch_file 1)" "$(patch_file 2)" "$work/one"
cp "$(patch_file 3)" "$work/two"
sign_repository "$work/one"
sign_repository "$work/two"
echo "$kver" >"$root/proc/sys/kernel/osrelease"
for id in one two; do
    printf '[%s]\nbaseurl=dir:%s\n' "$id" "$work/$id" >"$root/etc/zypp/repos.d/$id.repo"
done
locks=$root/etc/zypp/locks
zypper() { command zypper --root "$root" --non-interactive "$@"; }
zypper --gpg-auto-import-keys refresh >"$work/zypper.log" 2>&1 || { cat "$work/zypper.log"; exit 1; }

# ours FOLDER: name, title, URLs and priority of each repository.
ours() { "$OUT/build/tests/package/fetch" "$1" repos 2>"$1/warnings" | cut -d'|' -f1-3,9; }

repositories_alike() {
    local folder
    /usr/bin/python3 "$TOP/tests/package/random-zypp.py" "$work/random" "${REPOS_SEED:-1}" 40
    /usr/bin/python3 "$TOP/tests/package/as-zypper.py" "$work"/random/*
    [ "$(find "$work/random" -name as-zypper -size +0 | wc -l)" -gt 20 ]
    for folder in "$work"/random/*; do
        ours "$folder" >"$folder/ours"
        diff "$folder/as-zypper" "$folder/ours" || { grep -r . "$folder/etc"; return 1; }
    done
}
steps "40 configurations are read as zypper reads them" repositories_alike

their_release() {
    zypper --xmlout install --dry-run "$patch" >"$work/zypper.out" 2>&1 || true
    grep -m1 -oP '<solvable [^>]*edition="\K[^"]*' "$work/zypper.out" || echo none
}
our_release() {
    manager check --json | python3 -c '
import json, sys
said = json.load(sys.stdin)
print(*said["warnings"], sep="\n", file=sys.stderr)
best = said["kernels"][0]["available"]
print(best["evr"] if best else "none")' 2>"$work/warnings"
}
same_release() {
    local theirs our
    theirs=$(their_release)
    our=$(our_release)
    [ "$theirs" = "$our" ] && return 0
    echo "we choose '$our', zypper '$theirs'"
    cat "$locks" "$work/warnings" "$work/zypper.out"
    return 1
}

locks_alike() {
    local seed
    for ((seed = ${REPOS_SEED:-1}; seed < ${REPOS_SEED:-1} + 30; seed++)); do
        /usr/bin/python3 "$TOP/tests/package/random-locks.py" "$patch" "$seed" >"$locks"
        same_release || { echo "seed $seed"; return 1; }
    done
}
steps "30 lock files keep away what zypper keeps away" locks_alike

# locked DESCRIPTION RELEASE TEXT: with this lock; both choose the same.
locked_is() {
    local our
    printf %b "$2" >"$locks"
    our=$(our_release)
    [ "$our" = "$1" ] || { echo "'$our' and not '$1'"; cat "$work/warnings"; return 1; }
    same_release
}
locked() { steps "$1" locked_is "$2" "$3"; }
name="type: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: $patch\n"
locked "without a lock the newest comes" 1-3 ''
locked "a lock of a name" none "$name"
locked "a lock with a comment, as newer ones have it" 1-2 "${name}version: 1-3\ncomment: not yet\n"
locked "a lock of a version without its release" none "${name}version: == 1\n"
locked "a lock that says its sign without a blank" 1-2 "${name}version: >1-2\n"
locked "a lock of one repository" 1-2 "${name}repo: two\n"
locked "a lock of a repository that is not there" 1-3 "${name}repo: three\n"
locked "a lock of what is installed" 1-3 "${name}version: 1-3\ninstall_status: installed\n"
locked "a lock of two kinds" 1-2 "${name}version: 1-3\ntype: patch\n"
locked "a lock of another kind" 1-3 "type: patch\nsolvable_name: $patch\n"
locked "a lock of all names with a release" 1-2 "type: package\nmatch_type: glob\nversion: 1-3\n"
locked "a lock with a release in its name" 1-2 "type: package\nmatch_type: glob\nsolvable_name: $patch > 1-2\n"
locked "a lock by a query" 1-2 "type: package\nmatch_type: glob\nsolvable_name: x\nquery_string: kpatch*\nversion: 1-3\n"
locked "an architecture beside a name locks all of it" 1-2 "${name}version: 1-3\nsolvable_arch: i686\n"
locked "exactly is no pattern" 1-3 "type: package\nmatch_type: exact\nsolvable_name: kpatch*\n"

# What zypper itself writes.
adds_lock() {
    rm -f "$locks"
    zypper addlock "$@" >/dev/null
    same_release
    [ "$(our_release)" = 1-2 ]
    grep . "$locks"
}
steps "what zypper addlock writes for a release is read" adds_lock "$patch > 1-2"
steps "what zypper addlock writes for a repository is read" adds_lock --repo two "$patch"

# What we cannot know lets nothing in, where zypper may let something in.
lets_nothing_in() {
    printf %b "type: package\nmatch_type: regex\nsolvable_name: ^other$\n" >"$locks"
    [ "$(our_release)" = none ]
    grep -q "line 1: this lock is about more than names" "$work/warnings"
    [ "$(their_release)" = 1-3 ]
}
steps "a lock by a regular expression lets nothing in, other than with zypper" lets_nothing_in

# What is installed and locked stays.
stays() {
    printf %b "${name}version: 1-1\n" >"$locks"
    update "$(patch_file 1)" || true
    rm "$locks"
    update "$(patch_file 1)"
    [ "$(our_release)" = 1-3 ]
    same_release
    printf %b "${name}version: 1-1\n" >"$locks"
    [ "$(our_release)" = none ]
    [ "$(their_release)" = none ]
}
steps "what is installed and locked stays" stays
tap_end
