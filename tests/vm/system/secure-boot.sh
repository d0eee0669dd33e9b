#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Under Secure Boot, with a key of the site's own in db and then as a Machine
# Owner Key: what it has signed works and comes back, all else is refused by us
# with a reason and, with our own look switched off, by the kernel.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
keys=/payload/firmware
patches=/payload/$KVER
bad=/root/bad
conf=/etc/kpatch/manager.conf

# signed KEY FILE...: in the guest, with kpatch-sign.
signed() { echo "kpatch-sign sign --quiet --key $keys/$1.key --cert $keys/$1.pem ${*:2}"; }

# bad NAME REASON COMMAND: a file made from release 1-2, signed by the site and
# then changed by COMMAND, which sees it as $f, is refused twice.
bad() {
    local f=$bad/kpatch-$1-1-9.ko
    needs "make a module that is $1" "mkdir -p $bad; f=$f; cp $patches/kpatch-demo-1-2.ko \$f && $3"
    guest "kpatch-manager apply $f"
    check "$1: it is refused, and why" rc=4 "shows $f" "shows $2"
    needs "our own look is switched off" "printf '[verify]\\nmodules=off\\n' >$conf"
    guest "kpatch-manager apply $f"
    check "$1: the kernel refuses it, too" "rc!=0" "hides is live"
    needs "our own look is switched on" "mv $conf.kept $conf && cp $conf $conf.kept"
    behaves unpatched "$1: and nothing changed"
}

reset
needs "kpatch-sign is installed" "yum -y install kpatch-sign"
needs "the configuration is kept" "cp $conf $conf.kept"
needs "the site's key is trusted" "install -m 0644 -D $keys/site.pem /etc/pki/kpatch/trusted.d/site.pem"
guest "cat /sys/kernel/security/lockdown /sys/module/module/parameters/sig_enforce"
check "the kernel is locked" "shows [integrity]" "shows Y"

guest "kpatch-manager apply $patches/unsigned-1-1.ko"
check "an unsigned patch is refused" rc=4 "shows it is not signed" "shows Secure Boot"
guest "kpatch-manager apply $patches/kpatch-demo-1-1.ko"
check "one whose signer we know and the kernel does not, too" rc=4 "shows in none of its keyrings" "shows mokutil --import"
needs "the patches are signed" "$(signed site "$patches/kpatch-demo-1-[12].ko")"
guest "kpatch-manager apply $patches/kpatch-demo-1-1.ko"
check "the kernel refuses the core module, whose signer it does not know" rc=4 "shows kpatch.ko"
core=$(guest "modinfo -F filename kpatch"; echo "$out")
needs "the core module is signed" "$(signed site "$core") && depmod"
guest "kpatch-manager preflight"
check "preflight has nothing against it" rc=0
guest "kpatch-manager apply $patches/kpatch-demo-1-1.ko"
check "what the site has signed is applied" rc=0
behaves 1-1
guest "kpatch-manager rollback none && kpatch-manager release"
check "and rolled back" rc=0
behaves unpatched

bad unsigned "it is not signed" "kpatch-sign strip --quiet \$f"
bad foreign "not by a certificate that is trusted here" "$(signed other "\$f")"
bad flipped "it was changed after it was signed" "printf x | dd of=\$f bs=1 seek=4321 conv=notrunc status=none"
bad truncated "its end is missing" "truncate -s -100 \$f"
bad tampered "it was changed after it was signed" "kpatch-sign strip --quiet \$f; tail -c +\$((\$(stat -c %s \$f) + 1)) $patches/kpatch-demo-1-2.ko >/root/sig
    printf x | dd of=\$f bs=1 seek=4321 conv=notrunc status=none; cat /root/sig >>\$f"

needs "release 1-1 is in the store" "install -D -m 0644 $patches/kpatch-demo-1-1.ko -t /usr/lib/kpatch/$KVER"
"$machine" reboot "$MACHINE_NAME"
behaves 1-1 "after a reboot it is live by itself"
"$machine" reboot "$MACHINE_NAME" --firmware "$OUT/firmware/mok.fd"
guest "grep -c . /proc/keys; dmesg | grep MokListRT"
check "the site's key is a Machine Owner Key now" "shows MokListRT"
behaves 1-1 "with it the patch is live, too"
guest "kpatch-manager apply $patches/kpatch-demo-1-2.ko"
check "the next release is applied" rc=0
behaves 1-2
guest "kpatch-manager apply $bad/kpatch-foreign-1-9.ko"
check "one by another key is refused" rc=4
guest "kpatch-manager rollback"
check "and rolled back" rc=0
behaves 1-1

f=$patches/kpatch-demo-1-2.ko
needs "release 1-2 is revoked" "kpatch-manager release; kpatch-sign strip --quiet --output /root/stripped.ko $f
    { echo 'kpatch-revocations 1'; echo 'serial 1'; date -u -d '+9 days' '+expires %F'
      echo \"sha256 \$(sha256sum </root/stripped.ko | cut -d' ' -f1) wrong fix\"; } >/root/site.list
    $(signed site /root/site.list) && install -m 0644 -D /root/site.list /etc/pki/kpatch/revoked.d/site.list"
guest "kpatch-manager apply $f"
check "a revoked release is refused" rc=4 "shows revoked"
behaves 1-1
tap_end
