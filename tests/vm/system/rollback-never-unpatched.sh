#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Back to the previous release, to a named one and to none, while a reader looks
# as fast as it can: the kernel is never unpatched between two releases.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# back WHAT COMMAND: from 1-2 to 1-1 with COMMAND, under the reader's eyes.
back() {
    guest "/payload/reader /run/stop >/run/said 2>&1 & sleep 0.5
        $2; status=\$?
        touch /run/stop; wait; cat /run/said; rm -f /run/stop /run/said; exit \$status" 240
    check "$1: from 1-2 to 1-1, and a reader never saw the unpatched kernel" rc=0 \
        "shows leaks=0 " "hides 1-1=0 " "hides 1-2=0"
    behaves 1-1 "$1: release 1-1 is live"
}

reset
needs "apply 1-1, then 1-2" "for r in 1-1 1-2; do kpatch-manager apply /payload/$KVER/kpatch-demo-\$r.ko || exit; done"
back "rollback to the previous" "kpatch-manager rollback"
needs "apply 1-2 again" "kpatch-manager release && kpatch-manager apply 1-2"
back "rollback to a named one" "kpatch-manager rollback kpatch-demo-1-1.ko"
guest "kpatch-manager apply; kpatch-manager sync"
behaves 1-1 "the held release stays away"
guest "kpatch-manager rollback none"
check "rollback none succeeds" rc=0
behaves unpatched

reset
needs "livepatch: apply 1-1, then 1-2" "for r in 1-1 1-2; do kpatch-manager apply /payload/$KVER/kpatch-demo-lp-\$r.ko || exit; done"
back "livepatch" "kpatch-manager rollback"
tap_end
