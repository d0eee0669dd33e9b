#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same patch source, built for the kernel's own livepatch, goes through
# the same life: apply, update, rollback, reboot.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

guest "kpatch-manager apply /payload/$KVER/kpatch-demo-lp-1-1.ko"
check "apply of a livepatch module succeeds" rc=0
behaves 1-1
guest "cat /sys/kernel/livepatch/*/enabled /sys/kernel/livepatch/*/transition; kpatch-manager status"
check "it is the kernel's livepatch that runs it, and status says so" "shows 1
0" "shows livepatch" "shows 1-1"
guest "kpatch-manager apply /payload/$KVER/kpatch-demo-lp-1-2.ko"
check "apply of the next release succeeds" rc=0
behaves 1-2
live_is 1-2
guest "ls /sys/kernel/livepatch"
check "it replaced the first one" "hides 1_1" "shows 1_2"
guest "kpatch-manager rollback"
check "rollback succeeds" rc=0
behaves 1-1
try "$KVER: the machine reboots" "$machine" reboot "$MACHINE_NAME"
behaves 1-1 "release 1-1 is live again after a reboot"
guest "kpatch-manager rollback none"
check "rollback to none succeeds" rc=0
behaves unpatched
tap_end
