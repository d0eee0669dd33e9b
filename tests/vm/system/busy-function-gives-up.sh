#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A function that stays on a stack: apply gives up with exit 3, names function
# and task, and changes nothing; when the task has left, it works.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

needs "load the target with its sleeping task" "insmod /payload/$KVER/busy-target.ko"
guest "time kpatch-manager apply /payload/$KVER/kpatch-busy-1-1.ko"
check "apply gives up as busy" rc=3
check "and names the function and the task" "shows kpatch_busy" "shows busy"
guest "ls /sys/kernel/kpatch; find /var/lib/kpatch -name '*busy*'"
check "nothing was left behind" "hides busy"
tap_end
