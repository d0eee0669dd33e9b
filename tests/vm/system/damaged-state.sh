#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A state database that is damaged, read-only or of a newer program does not
# keep a boot from patching, and is never thrown away; where /sys cannot be
# read nothing is changed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

db=/var/lib/kpatch/state.db
needs "install release 1-1" "yum -y install $package-1-1"
needs "take it back" "kpatch-manager rollback none"
needs "break the database" "head -c 20000 /dev/urandom >$db; sha256sum <$db >/root/broken"
guest "kpatch-manager status"
check "status works, and names the database" rc=0 "shows $db" "shows sets it aside"
guest "sha256sum <$db | cmp - /root/broken"
check "it left it alone" rc=0
guest "kpatch-manager apply"
check "apply sets it aside, says so, and loads nothing that may be held" rc=0 \
    "shows $db was damaged" "shows are lost" "shows is held"
behaves unpatched
guest "kpatch-manager release && kpatch-manager apply"
check "once it is released it is applied" rc=0
behaves 1-1
guest "sha256sum <\$(ls $db.corrupt-*Z) | cmp - /root/broken; kpatch-manager history"
check "the damaged one is kept, and the new one is used" rc=0 "shows apply" "hides rollback"

guest "journalctl -b MESSAGE_ID=9b349c6fc2fe46f7aa5e4aa6291474b9 -x"
check "the journal has an entry of its own for it, and explains it" rc=0 "shows was damaged" "shows failing disk"

# The boot guard of apply would meet it at shutdown already.
needs "break it again" "systemctl stop kpatch-boot-good.service; head -c 20000 /dev/urandom >$db"
try "$KVER: the machine reboots" "$machine" reboot "$MACHINE_NAME"
behaves unpatched "the boot loads nothing that may have been held"
guest "journalctl -b -u kpatch.service; echo kept: \$(ls $db.corrupt-*Z | wc -l)"
check "the journal says what was lost, and both are kept" "shows was damaged" "shows may be lost" "shows kept: 2"
needs "let it in again" "kpatch-manager release && kpatch-manager apply"
behaves 1-1 "and is live when it is released"

needs "take it back" "kpatch-manager rollback none && kpatch-manager release"
needs "make the folder read-only" "mount --bind /var/lib/kpatch /var/lib/kpatch && mount -o remount,bind,ro /var/lib/kpatch"
guest "kpatch-manager hold 1-1"
check "hold fails clearly where the state cannot be written" rc=1 "shows cannot be written"
guest "kpatch-manager apply"
check "so does apply" rc=1 "shows cannot be written"
behaves unpatched "and nothing was changed"
guest "kpatch-manager apply --boot"
check "at boot it goes on, with a warning" rc=0 "shows warning: " "shows going on without it"
behaves 1-1
needs "make it writable again" "umount /var/lib/kpatch; kpatch-manager rollback none; kpatch-manager release"

needs "a newer program was here" "printf '\\0\\0\\0\\143' | dd of=$db bs=1 seek=60 conv=notrunc 2>/dev/null"
guest "kpatch-manager apply"
check "the state of a newer program is refused" rc=1 "shows newer kpatch-manager" "shows $db"
behaves unpatched "and nothing was changed"
guest "ls $db.corrupt-*Z | wc -l; kpatch-manager apply --boot"
check "it is not set aside, and a boot goes on" rc=0 "shows 2
" "shows warning: "
behaves 1-1
needs "begin anew" "rm $db; kpatch-manager rollback none; kpatch-manager release"

guest "unshare -m sh -c 'umount -l /sys; kpatch-manager apply; echo code \$?; kpatch-manager status'"
check "without /sys apply changes nothing, and says why" "shows code 1" "shows is /sys mounted?"
behaves unpatched "nothing was changed"
guest "(for i in 1 2 3 4 5 6; do kpatch-manager hold 1-1; kpatch-manager release; done) >/dev/null &
    for i in 1 2 3 4 5 6 7 8; do kpatch-manager status; kpatch-manager history; done | grep -c 'Problem: cannot\\|is locked'; wait"
check "readers are not disturbed by a writer" "shows 0"
tap_end
