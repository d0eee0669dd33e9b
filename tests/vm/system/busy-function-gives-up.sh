#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A function that stays on a stack for ever (kthreadd's own): apply gives up
# with exit 3, names the function and the task, and leaves the patch that was
# live as it was. With both backends.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

needs "install release 1-1" "yum -y install $package-1-1"
guest "kpatch-manager apply /payload/$KVER/kpatch-busy-1-1.ko"
check "apply gives up as busy, and names function, task and pid" rc=3 \
    "shows kthreadd" "shows pid 2"
behaves 1-1 "release 1-1 stays live"
live_is 1-1
guest "ls /sys/kernel/kpatch; cut -d' ' -f1 /proc/modules; find /var/lib/kpatch -name '*busy*'"
check "nothing of it was left behind" "hides busy"

reset
guest "cp /etc/kpatch/manager.conf /root/
    printf '[apply]\ntransition-limit=10\n' >/etc/kpatch/manager.conf
    kpatch-manager apply /payload/$KVER/kpatch-busy-lp-1-1.ko; status=\$?
    cp /root/manager.conf /etc/kpatch/; exit \$status"
check "livepatch: apply gives up as busy, and names the task with its stack" rc=3 \
    "shows kthreadd (pid 2) in " "shows kthreadd+0x"
behaves unpatched
guest "ls /sys/kernel/livepatch; cut -d' ' -f1 /proc/modules; find /var/lib/kpatch -name '*busy*'"
check "livepatch: nothing of it was left behind" "hides busy"

guest "(kpatch-manager apply /payload/$KVER/kpatch-busy-lp-1-1.ko; :) >/dev/null 2>&1 &
    until grep -q 1 /sys/kernel/livepatch/*/transition; do sleep 0.1; done 2>/dev/null
    pkill -KILL -x kpatch-manager; cat /sys/kernel/livepatch/*/transition
    kpatch-manager apply /payload/$KVER/kpatch-busy-lp-1-1.ko --dry-run
    kpatch-manager rollback none"
check "livepatch: what a killed apply left half done is turned round" rc=0 "shows 1
"
behaves unpatched
guest "ls /sys/kernel/livepatch; cut -d' ' -f1 /proc/modules"
check "livepatch: and nothing of it was left behind" "hides busy"
tap_end
