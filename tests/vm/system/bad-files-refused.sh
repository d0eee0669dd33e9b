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
guest "kpatch-manager apply $good"
check "the whole module is accepted" rc=0
behaves 1-1
tap_end
