#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody else is changing packages: who it is, and for how long we wait.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
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

# an rpm on a terminal has waited for our lock, and gets it as soon as librpm is done
KPATCH_MANAGER_FAULT=installed-all:stop "$OUT/build/kpatch-manager" --root "$root" update --yes \
    "$(patch_file 2)" </dev/null >"$work/log" 2>&1 &
ours=$!
until grep -q '^State:.T' "/proc/$ours/status"; do sleep 0.05; done
hold_lock
kill -CONT "$ours"
sleep 1
kill "$holder"
wait "$holder" 2>/dev/null || true
rc=0
wait "$ours" || rc=$?
try "who comes between librpm and our last look is waited for" [ "$rc" -eq 0 ]
nothing_left() { [ "$(ls -A "$corridor")" = "$module-1-2.ko" ] && [ ! -e "$root/var/lib/kpatch/arriving" ]; }
try "so that nothing is left over" nothing_left
tap_end
