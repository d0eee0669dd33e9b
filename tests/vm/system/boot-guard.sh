#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The machine dies of a patch, for real: at load, ten seconds later, or by
# hanging; at boot and while it runs. Each time it comes up by itself on a good
# patch, says so, and does not try the bad one again.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

# put RELEASE...: into the corridor, as a package whose triggers did not run would.
put() {
    local file
    for file in "$@"; do
        needs "put $file in place" "install -D -m 0644 -t /usr/lib/kpatch/$KVER /payload/$KVER/bad/$series-$file.ko && sync"
    done
}

# says VERSION...: status and history name each as blocked, and nothing tries it.
says() {
    local version
    guest "kpatch-manager status; kpatch-manager sync; kpatch-manager apply; cat /proc/version"
    for version in "$@"; do
        check "status says that $version is blocked, and why" rc=0 "shows ($version)" "shows the machine died" "hides (bad)"
    done
    behaves 1-1 "apply and sync do not try it again"
}

needs "keep the configuration" "cp -n /etc/kpatch/manager.conf /root/manager.conf"
needs "install release 1-1" "yum -y install $package-1-1"

good_after 3
put 1-2
try "$KVER: a patch that panics at load, at boot: the machine comes up by itself" \
    "$machine" reboot "$MACHINE_NAME" --dies "${in_kernel}_1_2 dies"
behaves 1-1 "the newest older release is live"
guest "journalctl -b -u kpatch.service -o cat"
check "the journal says what the machine died of" rc=0 "shows ${in_kernel}_1_2 (1-2) is blocked: the machine died"
says 1-2
proven
guest "journalctl -b -u kpatch-boot-good.service -o cat; ls /run/kpatch-attempt"
check "release 1-1 has proven to be good, and its mark is gone" "shows has proven to be good" "rc!=0"

put 1-3 1-4
try "$KVER: a patch that hangs the boot: after a reset the machine comes up" \
    "$machine" reboot "$MACHINE_NAME" --dies "${in_kernel}_1_4 dies"
behaves 1-1 "the last good release is live, and not one that was never tried"
guest "kpatch-manager status"
check "status says that 1-4 is blocked" rc=0 "shows (1-4)" "shows the machine died"

good_after 60
needs "let the hung one go" "rm /usr/lib/kpatch/$KVER/$series-1-4.ko; kpatch-manager release 1-4 && sync"
try "$KVER: a patch that panics ten seconds later: the machine comes up by itself" \
    "$machine" reboot "$MACHINE_NAME" --dies "${in_kernel}_1_3 dies"
behaves 1-1 "the last good release is live again"
says 1-2 1-3

put 1-5 1-6
guest "kpatch-manager apply 1-5" 15
try "$KVER: a patch that panics at load, while the machine runs: it comes up by itself" \
    "$machine" revive "$MACHINE_NAME" "${in_kernel}_1_5 dies"
behaves 1-1 "the last good release is live at the next boot already"
guest "kpatch-manager status; systemctl is-failed kpatch.service; journalctl -b -u kpatch.service -o cat"
check "one that cannot be loaded keeps nothing off, and the unit fails visibly" rc=0 \
    "shows (1-5)" "shows failed
" "shows is live, as the best one failed" "shows $series-1-6"
# Blocks are lost with the database: bad files must be gone.
guest "kpatch-manager rollback none && rm -r /usr/lib/kpatch/$KVER/$series-1-[2-6].ko /var/lib/kpatch/$KVER
    echo garbage >/var/lib/kpatch/state.db
    kpatch-manager apply --boot"
check "with a broken state database a boot loads nothing that may have been held" rc=0 "shows is held"
behaves unpatched
guest "kpatch-manager release && kpatch-manager apply --boot"
check "and what is released is loaded" rc=0
behaves 1-1
guest "rm -f /var/lib/kpatch/state.db*; cp /root/manager.conf /etc/kpatch/manager.conf"
tap_end
