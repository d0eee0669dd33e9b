#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGTERM and SIGINT in a transaction: it comes to its end, and so does what follows.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

# signalled POINT SIGNAL: an upgrade that stops at POINT gets SIGNAL and goes on.
signalled() {
    local pid rc=0
    KPATCH_MANAGER_FAULT=$1:stop "$OUT/build/kpatch-manager" --root "$root" update --yes --json \
        "$(patch_file 3)" </dev/null >"$work/log" 2>"$work/errors" &
    pid=$!
    until grep -q '^State:.T' "/proc/$pid/status"; do sleep 0.05; done
    kill "-$2" "$pid"
    kill -CONT "$pid"
    wait "$pid" || rc=$?
    cat "$work/log"
    return "$rc"
}

make_patches 2 3
tiny_install "$root" "$(patch_file 2)"
cp -a "$root" "$work/before"
for signal in TERM INT HUP; do
    for point in prepared unpack installed erased; do
        rm -rf "$root"
        cp -a "$work/before" "$root"
        try "SIG$signal at $point: all is done, sync too, and it is told" \
            json "j['result'] == 'done' and j['sync'] == 'done' and 'signal' in str(j['warnings'])" \
            signalled "$point" "$signal"
        try "SIG$signal at $point: the upgrade is complete" is "1-3 / 1-3.ko"
    done
done
rm -rf "$root"
cp -a "$work/before" "$root"
try "SIGPIPE ends nothing" json "j['result'] == 'done' and j['sync'] == 'done'" signalled unpack PIPE
try "the upgrade is complete" is "1-3 / 1-3.ko"
rm -rf "$root"
cp -a "$work/before" "$root"
try "SIGTERM before anything is done: nothing is" says 3 "nothing was changed" signalled locked TERM
try "really nothing" is "1-2 / 1-2.ko"

# Scriptlets must not inherit what we block: a trigger's sync could not be stopped.
tiny "$work/shell" dash 5 1 -- /bin/sh
tiny_patch "$work/post" "$kver" 1 5 "%post" "touch /ran" "kill -TERM \$\$" "touch /survived"
sign_rpms "$work"/shell/*.rpm "$work"/post/*.rpm >/dev/null 2>&1
new_root
tiny_install "$root" "$work"/shell/*.rpm
install -m 0755 "$(command -v busybox)" "$root/bin/sh"
try "a package with a scriptlet is installed" says 0 "is installed" update "$work"/post/*.rpm
try "the scriptlet runs" [ -e "$root/ran" ]
try "a signal to it reaches it" [ ! -e "$root/survived" ]
tap_end
