#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An initramfs that dracut made with our module has a patch live before the root
# file system is mounted: one that had proven to be good, and where a death would
# be remembered. A machine that died there comes up by itself, and does not try
# again. kpatch.enable=0 is heard there too.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

made=$("$TOP/tests/vm/dracut" "$KVER")
work=$OUT/boot/early-$KVER
disk="root=/dev/vda rootfstype=ext4 rw"
trap '"$machine" reboot "$MACHINE_NAME" --append "" --initrd "" --firmware "" || true; rm -rf "$work"' EXIT
said="kpatch: before the root file system is mounted"
variable=/sys/firmware/efi/efivars/KpatchEarly-6f3a1f2e-0c5b-4d0c-9a55-2b7d8c1e4f60

# when TEXT: seconds since the start of the kernel's first message with it. To the
# end: dmesg complains of a reader that has seen enough.
when() { guest "dmesg | awk -v text='$1' -F '[][ ]+' 'index(\$0, text) && !seen++ { print \$2 }'"; }

# image NAME: the initramfs as dracut would make it now, with the machine's state.
image() {
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1/var/lib/kpatch"
    guest "base64 -w0 /var/lib/kpatch/state.db"
    base64 -d <<<"$out" >"$work/$1/var/lib/kpatch/state.db"
    { cat "$made"; (cd "$work/$1" && find . | cpio --quiet -o -H newc | gzip); } >"$work/$1.img"
}

# early DESCRIPTION CONDITION...: on what the initramfs said.
early() {
    guest "dmesg | grep -F '$said'"
    check "$@"
}

# boots NAME OPTION...: it reboots through an image.
boots() { try "$KVER: it reboots through dracut's initramfs" "$machine" reboot "$MACHINE_NAME" --initrd "$work/$1.img" "${@:2}"; }

try "$KVER: dracut's image has the state" sh -c "gzip -dc '$made' | cpio --quiet -t | grep -qx var/lib/kpatch/state.db"
needs "keep the configuration" "cp -n /etc/kpatch/manager.conf /root/manager.conf"
good_after 2
needs "let release 1-1 prove itself" "yum -y install $package-1-1 && kpatch unload --all && systemctl restart kpatch.service"
proven
good_after 600
needs "release 1-2 is on trial" "kpatch-manager apply /payload/$KVER/next/$series-1-2.ko"
image good
good_after 2
needs "let release 1-2 prove itself" "systemctl stop kpatch-boot-good; yum -y install $package-1-2 && kpatch unload --all &&
    systemctl restart kpatch.service"
proven
image newer
needs "go back to release 1-1" "dnf -y downgrade $package-1-1"
needs "let another prove itself, which is deadly in an initramfs alone" "systemctl stop kpatch-boot-good; kpatch unload --all
    install -m 0644 -t /usr/lib/kpatch/$KVER /payload/$KVER/early/$series-1-3.ko
    rm -f /var/lib/kpatch/$KVER/*[-_]1[-_]2.ko && systemctl restart kpatch.service"
proven
image deadly
needs "let the service not do it" "systemctl disable kpatch.service; rm -rf /{usr,var}/lib/kpatch/$KVER"

boots good --append "$disk rd.kpatch=1"
early "release 1-1 was made live, not 1-2, which had not proven to be good, and nothing died" rc=0 "shows (1-1) is live" "hides died" "hides 1-2"
behaves 1-1
guest "systemctl is-active kpatch.service; ls /var/lib/kpatch /usr/lib/kpatch"
check "nothing on the disk could have done it" "shows inactive" "hides $KVER"
when "$said"
patched=$out
when "(vda): mounted filesystem"
mounted=$out
if [ -n "$patched" ] && [ -n "$mounted" ] && awk "BEGIN { exit !($patched < $mounted) }"; then
    ok "$KVER: it was live at $patched s, the root file system was mounted at $mounted s"
else
    not_ok "$KVER: live at '$patched' s, mounted at '$mounted' s"
fi
live_is 1-1
boots good --append "$disk"
early "without EFI nobody would know of a death: nothing is loaded unless rd.kpatch=1 says so" "shows (1-1) is not loaded" "shows rd.kpatch=1"
behaves unpatched
boots good --append "$disk rd.kpatch=1 kpatch.enable=0"
behaves unpatched "kpatch.enable=0 is heard in the initramfs too"

# An initramfs does not know what the package manager did after it was made.
needs "have the package manager go back to 1-1" "rpm -e $package; yum -y install $package-1-2 &&
    dnf -y downgrade $package-1-1 && systemctl enable kpatch.service && sync"
boots newer --append "$disk rd.kpatch=1"
early "it made live what was newest" rc=0 "shows (1-2) is live"
behaves 1-1 "and kpatch.service went back to what packages have"
live_is 1-1
needs "clean up" "kpatch-manager rollback none; rpm -e $package; rm -rf /var/lib/kpatch/$KVER"

# kpatch.enable=0 keeps all from loading but a person
needs "install release 1-1 and roll it back" "yum -y install $package-1-1 && kpatch-manager release
    kpatch-manager apply --older 1-1 && kpatch-manager rollback && systemctl enable kpatch.service"
boots good --append "$disk" --firmware "$("$TOP/tests/vm/firmware")/plain.fd"
early "with EFI the held release was made live" rc=0 "shows (1-1) is live"
behaves unpatched "and kpatch.service took it out again"
guest "ls $variable /run/kpatch-early"
check "and the note that it was loaded" "shows cannot access '$variable'" "shows cannot access '/run/kpatch-early'"

needs "install the deadly one" "kpatch-manager release; install -D -m 0644 -t /usr/lib/kpatch/$KVER /payload/$KVER/early/$series-1-3.ko"
try "$KVER: the machine panics in the initramfs, and comes up by itself" \
    "$machine" reboot "$MACHINE_NAME" --initrd "$work/deadly.img" --dies "${in_kernel}_1_3 dies"
early "the initramfs left that patch alone, and says why" "shows (1-3) is not loaded" "shows the machine died the last time"
guest "cat /proc/version; journalctl -b -u kpatch.service -o cat"
check "kpatch.service made it live, and says so too" rc=0 "shows (late)" "shows the machine died in one"
guest "stat -c %s $variable; kpatch-manager release; ls $variable"
check "that stays so until it is released" "shows 68" "shows may load a patch again" "shows cannot access"
guest "kpatch-manager rollback none; rm -rf /{usr,var}/lib/kpatch/$KVER; cp /root/manager.conf /etc/kpatch/manager.conf"
tap_end
