#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# After a real reboot kpatch.service makes the patch live again: the one that
# was rolled back to, not the held one; and none with kpatch.enable=0.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

needs "install release 1-1" "yum -y install $package-1-1"
needs "update to release 1-2" "yum -y update $package"
needs "roll back" "kpatch-manager rollback"
guest "cat /proc/sys/kernel/random/boot_id"
before=$out

try "$KVER: it reboots with kpatch.enable=0" "$machine" reboot "$MACHINE_NAME" --append kpatch.enable=0
guest "cat /proc/sys/kernel/random/boot_id"
check "it is another boot" rc=0 "hides $before"
behaves unpatched "kpatch.enable=0 loads nothing"
guest "grep -c kpatch /proc/modules"
check "not even the core module" rc=1
guest "systemctl show -P ConditionResult kpatch.service"
check "the service is not even started" rc=0 "shows no"

try "$KVER: it reboots as usual" "$machine" reboot "$MACHINE_NAME" --append ""
guest "systemctl is-active kpatch.service; systemctl is-enabled kpatch.service"
check "kpatch.service ran and is enabled" rc=0 "shows active
" "shows enabled"
behaves 1-1 "release 1-1 is live again, the held 1-2 is not"
guest "systemctl show -P Before kpatch.service"
check "the service comes before the network" "shows network-pre.target"
guest "systemctl stop kpatch.service"
behaves 1-1 "stopping the service does not unpatch"
tap_end
