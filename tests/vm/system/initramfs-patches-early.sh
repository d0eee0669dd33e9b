#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An initramfs that dracut made with our module has the patch live before the
# root file system is mounted; kpatch.enable=0 keeps it from doing so.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

initramfs=$("$TOP/tests/vm/dracut" "$KVER")
disk="root=/dev/vda rootfstype=ext4 rw"
trap '"$machine" reboot "$MACHINE_NAME" --append "" --initrd "" || true' EXIT

# when TEXT: seconds since the start of the kernel's first message with it.
when() { guest "dmesg | grep -m 1 -F '$1' | sed 's/^\[ *\([0-9.]*\)\].*/\1/'"; }

needs "let the service not do it" "systemctl disable kpatch.service"
try "$KVER: it reboots through dracut's initramfs" "$machine" reboot "$MACHINE_NAME" --append "$disk" --initrd "$initramfs"
behaves 1-1 "release 1-1 is live, and the service did not do it"
guest "systemctl is-active kpatch.service; ls /var/lib/kpatch /usr/lib/kpatch"
check "nothing on the disk could have done it" "shows inactive" "hides $KVER"
when "kpatch: before the root file system is mounted"
patched=$out
when "(vda): mounted filesystem"
mounted=$out
if [ -n "$patched" ] && [ -n "$mounted" ] && awk "BEGIN { exit !($patched < $mounted) }"; then
    ok "$KVER: it was live at $patched s, the root file system was mounted at $mounted s"
else
    not_ok "$KVER: live at '$patched' s, mounted at '$mounted' s"
fi
live_is 1-1

try "$KVER: it reboots with kpatch.enable=0" "$machine" reboot "$MACHINE_NAME" --append "$disk kpatch.enable=0"
behaves unpatched "kpatch.enable=0 is heard in the initramfs too"

needs "install what the initramfs has" "yum -y install $package-1-1"
# kpatch.enable=0 keeps all from loading but a person
needs "apply it and roll it back" "kpatch-manager apply && kpatch-manager rollback && systemctl enable kpatch.service"
live_is -
try "$KVER: it reboots, and the initramfs knows nothing of the hold" "$machine" reboot "$MACHINE_NAME" --append "$disk"
guest "dmesg | grep -c 'before the root file system is mounted: .*1-1'"
check "the initramfs made the held release live" "shows 1"
behaves unpatched "and kpatch.service took it out again"
tap_end
