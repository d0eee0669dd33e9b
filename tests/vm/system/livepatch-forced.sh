#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A livepatch that waits for a task for ever is forced by hand. The kernel keeps its module
# then; what is told of it is so, it can be taken back, and others come after it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

files=/payload/$KVER
forced=/sys/kernel/livepatch/kpatch_busy_lp_1_1
guest "kpatch-manager apply $files/kpatch-demo-lp-1-1.ko"
check "a release is live" rc=0
needs "force another one" "insmod $files/kpatch-busy-lp-1-1.ko && sleep 1 && grep -q 1 $forced/transition &&
    echo 1 >$forced/force && for i in \$(seq 50); do grep -q 0 $forced/transition && exit; sleep 0.1; done; exit 1"
guest "cat $forced/enabled; kpatch-manager status; kpatch list"
check "what was forced is live, and is told" "shows 1
" "shows kpatch_busy_lp_1_1" "shows kpatch_busy_lp_1_1 [enabled]"
guest "kpatch-manager rollback none; echo code \$?; ls /sys/kernel/livepatch; grep ^kpatch_ /proc/modules"
check "it can be taken back, and that its module stays is told" "shows code 0" \
    "shows the module kpatch_busy_lp_1_1 is still in use and stays loaded" "shows kpatch_busy_lp_1_1 "
behaves unpatched
guest "kpatch-manager release; kpatch-manager apply $files/kpatch-demo-lp-1-2.ko; echo code \$?; kpatch-manager status --check"
check "the next release is made live" rc=0 "shows code 0" "shows live: 1-2"
behaves 1-2
live_is 1-2
guest "kpatch list"
check "the module that stays is no patch that is live" rc=0 "hides kpatch_busy_lp_1_1 [enabled]"
guest "kpatch-manager rollback none"
check "rollback to none succeeds" rc=0
try "$KVER: a reboot takes the module away" "$machine" reboot "$MACHINE_NAME"
reset
tap_end
