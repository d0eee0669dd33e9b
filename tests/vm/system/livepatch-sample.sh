#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's own sample of a livepatch, which was not made for us and has no
# version: applied, shown, live again after a reboot, rolled back.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

guest "kpatch-manager apply /payload/$KVER/livepatch-sample.ko"
check "apply of the kernel's sample succeeds" rc=0 "shows livepatch_sample"
guest "cat /proc/cmdline"
check "it is live" "shows this has been live patched"
live_is livepatch_sample
guest "kpatch-manager status --json"
check "status --json names it and its backend" rc=0 'shows "livepatch_sample"' 'shows "livepatch"'
guest "kpatch-manager apply /payload/$KVER/livepatch-sample.ko"
check "to apply it again is to do nothing" rc=0 "shows nothing to do"
guest "kpatch list"
check "kpatch list has it loaded and installed" rc=0 "shows livepatch_sample [enabled]" \
    "shows livepatch_sample ($KVER)"

try "$KVER: the machine reboots" "$machine" reboot "$MACHINE_NAME"
guest "cat /proc/cmdline; systemctl is-active kpatch.service"
check "it is live again after a reboot" rc=0 "shows this has been live patched"
live_is livepatch_sample
guest "kpatch-manager rollback"
check "rollback takes it out, there being nothing earlier" rc=0 "shows is held"
behaves unpatched
guest "grep livepatch_sample /proc/modules"
check "its module is gone" rc=1
guest "kpatch-manager apply"
behaves unpatched "it is held"
guest "kpatch-manager release && kpatch-manager apply; cat /proc/cmdline"
check "released, it can be applied again" rc=0 "shows this has been live patched"
guest "kpatch-manager rollback none"
check "rollback to none succeeds" rc=0
behaves unpatched
tap_end
