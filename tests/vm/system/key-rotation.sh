#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Only what somebody vouches for is loaded. Two keys side by side; then the old
# one is revoked while a patch of it is live; then one patch by its digest.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

files=/payload/$KVER
pki=/etc/pki/kpatch
needs "trust the old key" "install -m 0644 /payload/keys/{authority,old}.pem $pki/trusted.d/ &&
    install -m 0644 /payload/keys/none.crl $pki/revoked.d/site.crl"

guest "kpatch-manager apply $files/unsigned-1-1.ko"
check "an unsigned patch is refused, with the reason" rc=4 "shows it is not signed"
guest "cp $files/by-old-1-1.ko /root/flipped.ko; printf X | dd of=/root/flipped.ko bs=1 seek=2000 conv=notrunc 2>/dev/null
    kpatch-manager apply /root/flipped.ko"
check "a changed one too" rc=4 "shows it was changed after it was signed"
guest "kpatch-manager apply $files/by-new-1-2.ko"
check "and one by a key that nobody trusts yet" rc=4 "shows not by a certificate that is trusted here"
behaves unpatched "nothing of that was loaded"
guest "grep -c ^kpatch_ /proc/modules; kpatch-manager verify $files/by-old-1-1.ko $files/unsigned-1-1.ko"
check "verify says why" rc=4 "shows 0
" "shows by-old-1-1.ko: good, signed by CN=Signer old" "shows unsigned-1-1.ko: it is not signed"

guest "kpatch-manager apply $files/by-old-1-1.ko"
check "a patch by the old key goes live, and it is said who vouched" rc=0 "shows Signed by CN=Signer old"
behaves 1-1
guest "kpatch-manager status; kpatch-manager history --limit 1; kpatch-manager status --json"
check "status, history and JSON say who it was" rc=0 "shows is signed by CN=Signer old" \
    'shows "subject" : "CN=Signer old"'
needs "trust the new key, too" "install -m 0644 /payload/keys/new.pem $pki/trusted.d/"
guest "kpatch-manager status --check"
check "two keys side by side are no problem" "shows live: 1-1" "hides revoked"
needs "revoke the old one" "install -m 0644 /payload/keys/old.crl $pki/revoked.d/site.crl"
guest "kpatch-manager status --check"
check "what is live by it is flagged" rc=14 "shows revoked: kernel $KVER" "shows is revoked: its signer's certificate"
behaves 1-1 "and stays live"
guest "kpatch-manager apply $files/by-old-1-2.ko"
check "another patch by it is refused" rc=4 "shows is revoked"
behaves 1-1
guest "kpatch-manager apply $files/by-new-1-2.ko && kpatch-manager status --check"
check "one by the new key takes its place" rc=0 "shows Signed by CN=Signer new"
behaves 1-2
guest "kpatch-manager rollback"
check "there is no way back to the revoked one: the kernel runs without" rc=0
behaves unpatched
guest "kpatch-manager release 1-2; kpatch-manager apply --boot"
check "nor at boot" rc=0
behaves 1-2 "which takes the one by the new key"
guest "install -m 0644 /payload/keys/none.crl $pki/revoked.d/site.crl; kpatch-manager apply $files/by-old-1-2.ko"
check "an older revocation list is refused, and nobody is believed then" rc=4 "shows it is older ("

# No way back unasked: rmmod by hand leaves nothing live.
needs "put the newest list back" "install -m 0644 /payload/keys/old.crl $pki/revoked.d/site.crl"
needs "take the patch out by hand" "echo 0 >/sys/kernel/kpatch/kpatch_demo_1_2/enabled && rmmod kpatch_demo_1_2"
guest "rm /var/lib/kpatch/$KVER/*; kpatch-manager apply $files/kpatch-demo-1-1.ko"
check "what is older than what was live last is refused" rc=4 "shows 1-1 is older than 1-2, which was live last"
needs "put it in place" "kpatch-manager release; install -D -m 0644 $files/kpatch-demo-1-1.ko /usr/lib/kpatch/$KVER/kpatch-demo-1-1.ko"
guest "kpatch-manager apply --boot"
check "at boot, too" rc=4 "shows which was live last"
behaves unpatched
guest "kpatch-manager apply --older 1-1"
check "but not if it is asked for" rc=0
behaves 1-1
guest "rm -f $pki/trusted.d/{authority,old,new}.pem $pki/revoked.d/* /var/lib/kpatch/revocations-seen
    rm -f /usr/lib/kpatch/$KVER/*; kpatch-manager rollback none; ls $pki/trusted.d"
check "clean up" rc=0 "shows tests.pem"
tap_end
