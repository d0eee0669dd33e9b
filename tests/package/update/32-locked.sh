#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody else is changing packages: who it is, and for how long we wait.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

make_patches 2 3 4
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

# while it waits, it says for whom; who ends it is told that, and not a time limit
hold_lock
# shellcheck disable=SC2016  # the shell that python starts expands it
said=$(python3 - "$OUT/build/kpatch-manager" --root "$root" update --yes "$(patch_file 3)" <<'END'
import os, pty, signal, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
text = b""
while b"waiting" not in text:
    text += os.read(fd, 4096)
os.kill(pid, signal.SIGTERM)
try:
    while data := os.read(fd, 4096):
        text += data
except OSError:
    pass
print(text.decode(), "status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
)
shows() { [[ $said == *"$1"* ]] || { echo "$said"; return 1; }; }
try "while it waits, the holder is named" shows "waiting for the package database, which is in use by process $holder (python3)"
try "who ends the wait is told so" shows "interrupted while the package database was in use by process $holder (python3); nothing was changed"
try "with the exit status of a lock" shows "status 3"
kill "$holder"
wait "$holder" 2>/dev/null || true

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

# stopped_at POINT ARGUMENT...: an update, $ours, that stands still there.
stopped_at() {
    local point=$1
    shift
    KPATCH_MANAGER_FAULT=$point:stop "$OUT/build/kpatch-manager" --root "$root" update --yes "$@" \
        </dev/null >"$work/log" 2>&1 &
    ours=$!
    until grep -q '^State:.[TZ]' "/proc/$ours/status"; do sleep 0.05; done
}
# end_of_ours: waits for it. ended CODE TEXT: that was its exit status, and part of what it said.
end_of_ours() {
    rc=0
    wait "$ours" || rc=$?
}
ended() { cat "$work/log"; [ "$rc" -eq "$1" ] && grep -qF -- "$2" "$work/log"; }
# meanwhile COMMAND...: rpm, as one that has a lock elsewhere: what it does others have not seen.
meanwhile() {
    in_root --define '_rpmlock_path /var/lib/rpm/.rpm.other' --nodeps --noscripts --notriggers "$@" 2>/dev/null
}

# librpm is done, and we have not looked yet
stopped_at installed-all "$(patch_file 2)"
try "whoever comes between librpm and our last look has to wait" \
    says 1 "can't create transaction lock" in_root -U --oldpackage --nodeps "$(patch_file 3)"
kill -CONT "$ours"
end_of_ours
try "so that ours finds what it has installed" ended 0 "is installed"
try "which is that" is "1-2 / 1-2.ko"
nothing_left() { [ "$(ls -A "$corridor")" = "$module-1-2.ko" ] && [ ! -e "$root/var/lib/kpatch/arriving" ]; }
try "and nothing is left over" nothing_left

is_over() { ! grep -q "^State:.[^Z]" "/proc/$ours/status"; }
# has_lock_open: it does not only look whether somebody has it.
has_lock_open() {
    for _ in 1 2 3; do
        readlink "/proc/$ours/fd/"* 2>/dev/null | grep -q 'rpm[.]lock$' || return 1
        sleep 0.2
    done
}
# waits_for_lock ARGUMENT...: an update, $ours, that has a plan and waits for librpm's lock.
waits_for_lock() {
    hold_lock
    "$OUT/build/kpatch-manager" --root "$root" update --yes "$@" </dev/null >"$work/log" 2>&1 &
    ours=$!
    until has_lock_open || is_over; do sleep 0.05; done
}
let_go() {
    kill "$holder"
    wait "$holder" 2>/dev/null || true
    end_of_ours
}

waits_for_lock "$(patch_file 3)"
meanwhile -U "$(patch_file 3)"
let_go
try "somebody else has brought that very release" ended 0 "There is nothing to install"
try "which stays" is "1-3 / 1-3.ko"

meanwhile -U --oldpackage "$(patch_file 2)"
waits_for_lock "$(patch_file 3)"
meanwhile -e "$patch"
let_go
try "somebody else has removed what was to be replaced: the plan is made again" \
    ended 0 "  install $patch-1-3"
try "and carried out" is "1-3 / 1-3.ko"

# in the middle of another one both releases are in the database
meanwhile -U --oldpackage "$(patch_file 2)"
stopped_at closed "$(patch_file 3)"
first=$ours
mv "$work/log" "$work/first"
"$OUT/build/kpatch-manager" --root "$root" update --yes "$(patch_file 4)" </dev/null >"$work/log" 2>&1 &
second=$!
ours=$second
until has_lock_open || is_over; do sleep 0.05; done
try "a dry run says that the answer may be another one" \
    says 20 "in use by process $first (kpatch-manager)" manager update --dry-run "$(patch_file 4)"
quiet "what is going on is not called damage" grep -F repair: <(manager update --dry-run "$(patch_file 4)" 2>&1)
kill -CONT "$first"
wait "$first"
end_of_ours
try "a plan from the middle of another transaction is made again" ended 0 "1-4.x86_64 is installed"
try "so that the newest is there" is "1-4 / 1-4.ko"
try "a release that was not there any more is no refusal" fails grep -F refused "$work/log"
tap_end
