#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel that takes signed modules only (module.sig_enforce) does not know the
# key of the tests: we say so first, with the way out; without us the kernel does.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

good=/payload/$KVER/kpatch-demo-1-1.ko
guest "kpatch-manager preflight $good"
check "a kernel that does not insist is no obstacle" rc=0 "shows Signed by CN=Worthless" "shows takes modules without"
try "$KVER: it reboots and insists" "$machine" reboot "$MACHINE_NAME" --append module.sig_enforce=1
guest "kpatch-manager preflight $good"
check "preflight says that the kernel does not know the signer, and what to do" rc=4 \
    "shows module.sig_enforce" "shows in none of its keyrings" "shows mokutil --import"
guest "kpatch-manager preflight /payload/$KVER/unsigned-1-1.ko"
check "of an unsigned one both reasons are shown" rc=4 "shows it is not signed, or its end is missing" \
    "shows this kernel takes signed modules only"
guest "kpatch-manager apply $good"
check "apply refuses it" rc=4 "shows mokutil --import"
needs "switch our check off" "cp /etc/kpatch/manager.conf /root/manager.conf; printf '[verify]\nmodules=off\n' >/etc/kpatch/manager.conf"
guest "kpatch-manager apply $good"
check "without it the kernel refuses" rc=4 "shows cannot be loaded" "hides mokutil"
behaves unpatched
guest "cp /root/manager.conf /etc/kpatch/manager.conf"
try "$KVER: it reboots as usual" "$machine" reboot "$MACHINE_NAME" --append ""
tap_end
