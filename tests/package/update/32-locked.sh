#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody else is changing packages: who it is, and for how long we wait.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/lib.sh"
. "$TOP/tests/package/tiny.sh"
. "$TOP/tests/lib/tap.sh"
. "$TOP/tests/package/installing.sh"

make_patches 2 3
hold_lock
limit 1
try "the holder is named, with its command, and the exit status is 3" \
    says 3 "in use by process $holder (python3)" update "$(patch_file 2)"
try "nothing was changed" is "none /"
try "JSON says so too" json "j['result'] == 'busy'" manager update --yes --json "$(patch_file 2)"
try "--dry-run does not wait" says 20 "install" manager update --dry-run "$(patch_file 2)"

limit 60
update "$(patch_file 2)" >"$work/log" 2>&1 &
waiting=$!
sleep 1
try "with a longer limit it waits" kill -0 "$waiting"
kill "$holder"
wait "$holder" 2>/dev/null || true
rc=0
wait "$waiting" || rc=$?
try "and goes on when the lock is free" [ "$rc" -eq 0 ]
try "which installs" is "1-2 / 1-2.ko"

# the other way round: rpm waits for us
KPATCH_MANAGER_FAULT=unpack:stop "$OUT/build/kpatch-manager" --root "$root" update --yes \
    "$(patch_file 3)" </dev/null >"$work/log" 2>&1 &
ours=$!
until grep -q '^State:.T' "/proc/$ours/status"; do sleep 0.05; done
try "while we install, rpm does not" says 1 "can't create transaction lock" in_root -e "$patch"
kill -CONT "$ours"
rc=0
wait "$ours" || rc=$?
try "and ours ends well" [ "$rc" -eq 0 ]
try "with what we installed" is "1-3 / 1-3.ko"
tap_end
