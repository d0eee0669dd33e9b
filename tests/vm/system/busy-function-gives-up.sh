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
check "livepatch: apply gives up as busy, and names the task" rc=3 "shows kthreadd"
behaves unpatched
guest "ls /sys/kernel/livepatch; cut -d' ' -f1 /proc/modules; find /var/lib/kpatch -name '*busy*'"
check "livepatch: nothing of it was left behind" "hides busy"
tap_end
