#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is no patch module gives a clear error and changes nothing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

good=/payload/$KVER/kpatch-demo-1-1.ko
# refused DESCRIPTION FILE: apply FILE must name it, fail and load nothing.
refused() {
    guest "kpatch-manager apply $2"
    check "$1 is refused, by name" "rc!=0" "rc!=20" "hides dumped" "shows ${2##*/}"
}

needs "make bad files" "
    rm -rf /root/bad; mkdir /root/bad; cd /root/bad
    echo 'not a module' >text.ko
    : >empty.ko
    mkdir folder.ko
    ln -s $good link.ko
    mkfifo fifo.ko
    cp /bin/true program.ko
    xz -dc <\$(modinfo -n dummy) >plain.ko 2>/dev/null || cp \$(modinfo -n dummy) plain.ko
    size=\$(stat -c %s $good)
    for part in 1 2 3; do head -c \$((size * part / 4)) $good >cut-\$part.ko; done
    head -c \$((size - 1)) $good >cut-one-byte.ko
    cp $good writable.ko; chmod 0666 writable.ko"

refused "a text file" /root/bad/text.ko
refused "an empty file" /root/bad/empty.ko
refused "a folder" /root/bad/folder.ko
refused "a symbolic link" /root/bad/link.ko
refused "a FIFO" /root/bad/fifo.ko
refused "a program" /root/bad/program.ko
refused "a module that is no patch" /root/bad/plain.ko
refused "a module that others may write" /root/bad/writable.ko
refused "a file that is not there" /root/bad/missing.ko
for part in 1 2 3; do refused "a module cut at $part quarters" "/root/bad/cut-$part.ko"; done
refused "a module without its last byte" /root/bad/cut-one-byte.ko
behaves unpatched "the refusals changed nothing"
guest "grep -E '^(kpatch_|dummy)' /proc/modules; find /var/lib/kpatch -name '*.ko'"
check "nothing was loaded or stored" "hides kpatch_" "hides dummy" "hides .ko"

# A patch that loads nowhere: what is missing is told by whoever looks, and who tries.
unknown=/payload/$KVER/bad/$series-1-6.ko
guest "kpatch-manager preflight $unknown"
check "preflight names the function that the kernel lacks" rc=4 \
    "shows replaces the function no_such_function_anywhere of vmlinux, and there is none"
guest "kpatch-manager preflight $good"
check "a good one lacks nothing, before the core module is there" rc=0
guest "kpatch-manager apply $unknown"
check "apply says what the kernel's log has of it" rc=4 \
    "shows The kernel's log: kpatch: symbol 'no_such_function_anywhere' does not exist"
guest "kpatch-manager apply $good && kpatch-manager preflight $unknown"
check "nor with it" rc=4 "shows no_such_function_anywhere" "hides uses the symbol" \
    "shows It is kept in /var/lib/kpatch/$KVER and made live at every boot"
needs "take it back" "kpatch-manager rollback none && kpatch-manager release && rm -f /var/lib/kpatch/$KVER/*.ko"

needs "put them where packages put theirs" "
    cd /root/bad; folder=/usr/lib/kpatch/$KVER; mkdir -p \$folder
    cp -a link.ko fifo.ko folder.ko cut-*.ko writable.ko \$folder
    mknod \$folder/device.ko c 10 130; cp $good \$folder/other.ko; chown 1000 \$folder/other.ko"
guest "timeout 20 kpatch-manager apply"
check "of bad files alone nothing is made live" rc=4 "shows link.ko" "shows fifo.ko" "shows folder.ko" \
    "shows device.ko" "shows other.ko" "shows cut-1.ko" "shows writable.ko"
needs "a good one lies beside them" "cp $good /usr/lib/kpatch/$KVER/"
guest "chmod 0777 /usr/lib/kpatch/$KVER; kpatch-manager apply; echo code \$?; chmod 0755 /usr/lib/kpatch/$KVER"
check "a folder that others may write is not trusted" "shows code 4" "shows others than its owner may write it"
guest "chown 1000 /usr/lib/kpatch/$KVER; kpatch-manager apply; chown 0 /usr/lib/kpatch/$KVER"
check "nor one of somebody else" "shows its owner is not root"
behaves unpatched "nothing of that changed anything"
guest "timeout 20 kpatch-manager apply"
check "the good one is found among the bad" rc=0
behaves 1-1
needs "clean up" "kpatch-manager rollback none && kpatch-manager release && rm -r /usr/lib/kpatch/$KVER"
guest "kpatch-manager apply $good"
check "the whole module is accepted" rc=0
behaves 1-1
tap_end
