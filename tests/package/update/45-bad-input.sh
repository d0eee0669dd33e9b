#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packages and repositories that contradict each other, or themselves: what is said is
# right, or that it cannot be known.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

# said WORDS: the last command did.
said() { grep -F -- "$1" "$work/text" >/dev/null || { cat "$work/text"; return 1; }; }
not_said() { ! grep -F -- "$1" "$work/text"; }
look() { manager "$@" >"$work/text" 2>&1; }

make_patches 1
mkdir -p "$root/proc/sys/kernel" "$root/etc/yum.repos.d" "$root/etc/kpatch" "$work/one" "$work/two"
printf "[packages]\nverify=warn\n" >"$root/etc/kpatch/manager.conf"
echo "$kver" >"$root/proc/sys/kernel/osrelease"
for name in one two; do
    TINY_CHANGELOG=$(printf '%%changelog\n* Mon Mar 02 2026 A <a@localhost> - 1\n- built by %s\n' "$name") \
        tiny_patch "$work/$name" "$kver" 1 2
    createrepo_c --quiet "$work/$name"
    printf '[%s]\nname=%s\nbaseurl=file://%s\ngpgcheck=0\n' "$name" "$name" "$work/$name" \
        >>"$root/etc/yum.repos.d/site.repo"
done
look check --refresh
try "two repositories have different packages of one name: that is said" said "have different packages called $patch-1-2"
try "and which one is taken" said "the one of one is taken"
rm -rf "$work/two"
cp -a "$work/one" "$work/two"
# not older than what was there
createrepo_c --quiet "$work/two"
look check --refresh
try "the same one in both is nothing to tell" not_said "different packages"

# The package says 1-1, its module 1-7.
tiny_install "$root" "$(patch_file 1)" 2>/dev/null
make -s -C "$OUT/build" tests/unit/make-tree
"$OUT/build/tests/unit/make-tree" "$work/other" package "$kver" 1-7
mkdir -p "$corridor" "$root/sys/kernel/kpatch"
cp "$work/other/usr/lib/kpatch/$kver/"*.ko "$corridor/$module-1-1.ko"
look status
try "a module that says another release than its package is told" \
    said "brings a module that says it is 1-7: as live it counts as 1-7, as installed as 1-1"
"$OUT/build/tests/unit/make-tree" "$work/right" package "$kver" 1-1
cp "$work/right/usr/lib/kpatch/$kver/"*.ko "$corridor/$module-1-1.ko"
look status
try "one that says the same is not" not_said "brings a module that says"
tap_end
