#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# dnf downgrade counts as asked for: the older release is live after the next boot, and
# stays, though a copy of the newer one is kept. An old module that somebody put where
# packages have theirs is refused.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

needs "install release 1-2" "dnf -y install $package-1-2"
behaves 1-2
guest "dnf -y downgrade $package-1-1" 240
check "dnf goes back to 1-1" rc=0 "shows $package-1-1"
behaves 1-2 "the newer one stays live until the next boot"
guest "kpatch-manager status; ls /var/lib/kpatch/$KVER"
check "status says what the next boot brings" rc=0 "shows The package manager went back to" "shows _1_2.ko"
needs "have the kernel write what is in memory" sync

try "$KVER: the machine reboots" "$machine" reboot "$MACHINE_NAME"
behaves 1-1 "the older release is live"
live_is 1-1
guest "systemctl is-active kpatch.service; journalctl -b -u kpatch.service"
check "kpatch.service is content, and says why" "shows active" \
    "shows is older than 1-2, which was live last: the package manager went back to it"
guest "kpatch-manager sync; kpatch-manager apply"
check "neither sync nor apply brings the newer one back" rc=0 "shows nothing to do"
behaves 1-1
guest "dnf -y upgrade $package" 240
check "an upgrade does" rc=0
behaves 1-2

# The module of 1-1, where no package has it.
needs "remove the package, and put its old module there" "
    cp /var/lib/kpatch/$KVER/*1_1.ko /root/old.ko && rpm -e $package &&
    mkdir -p /usr/lib/kpatch/$KVER && cp /root/old.ko /usr/lib/kpatch/$KVER/ &&
    rm /var/lib/kpatch/$KVER/*.ko && sync"
try "$KVER: the machine reboots with an old module that no package brought" "$machine" reboot "$MACHINE_NAME"
behaves unpatched "it is refused"
guest "systemctl is-failed kpatch.service; journalctl -b -u kpatch.service"
check "kpatch.service fails, and says why" "shows failed" "shows 1-1 is older than 1-2, which was live last"
needs "start again with nothing" "rm -rf /usr/lib/kpatch/$KVER; systemctl reset-failed kpatch.service"
tap_end
