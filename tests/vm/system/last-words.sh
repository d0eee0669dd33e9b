#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine dies in a patch's own code, and its firmware keeps what the kernel said last:
# the patch is blocked for good at its first death, and not tried again as after a power cut.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

needs "keep the configuration" "cp -n /etc/kpatch/manager.conf /root/manager.conf"
needs "ask the firmware for its records at each boot" "echo efi_pstore >/etc/modules-load.d/efi_pstore.conf && sync"
try "$KVER: the machine gets a firmware that keeps last words" \
    "$machine" reboot "$MACHINE_NAME" --firmware "$OUT/firmware/plain.fd"
needs "install release 1-1" "cat /sys/module/pstore/parameters/backend; yum -y install $package-1-1"
good_after 3
proven
needs "put 1-2 in place, which panics at load" "install -m 0644 -t /usr/lib/kpatch/$KVER /payload/$KVER/bad/$series-1-2.ko && sync"
try "$KVER: it panics at boot" "$machine" reboot "$MACHINE_NAME" --dies "${in_kernel}_1_2 dies"
behaves 1-1 "the older release is live"
guest "find /sys/fs/pstore /var/lib/systemd/pstore -type f -exec cat {} +"
check "the firmware has kept what it died of" "shows ${in_kernel}_1_2 dies"
guest "kpatch-manager status; journalctl -b -u kpatch.service -o cat"
check "the patch is blocked, with the kernel's last words as the reason" rc=0 \
    "shows the machine died in its code, as the kernel's last words say" "hides tries it once more"
proven
try "$KVER: the machine reboots" "$machine" reboot "$MACHINE_NAME"
behaves 1-1 "it is not tried again"
guest "kpatch-manager status"
check "it is blocked still" rc=0 "shows as the kernel's last words say"

needs "clean up" "rm -f /usr/lib/kpatch/$KVER/$series-1-2.ko /etc/modules-load.d/efi_pstore.conf; cp /root/manager.conf /etc/kpatch/manager.conf"
try "$KVER: the machine has its BIOS again" "$machine" reboot "$MACHINE_NAME" --firmware ""
tap_end
