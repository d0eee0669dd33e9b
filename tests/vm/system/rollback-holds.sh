#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# rollback goes back to the previous release, or to none, and what was rolled
# back stays away.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

needs "install release 1-1" "yum -y install $package-1-1"
needs "update to release 1-2" "yum -y update $package"
behaves 1-2
guest "kpatch-manager rollback --dry-run"
check "rollback --dry-run says what would change and changes nothing" rc=20 "shows 1-1"
behaves 1-2 "release 1-2 is still live after --dry-run"
guest "kpatch-manager rollback"
check "rollback succeeds" rc=0
behaves 1-1 "release 1-1 is live, from the stored copy"
guest "kpatch-manager status | awk '\$1 == \"*\" { print \$(NF - 1) }'"
check "status shows that release 1-2 is held" rc=0 "shows 1-2"
guest "kpatch-manager sync && kpatch-manager apply"
check "sync and apply are content with what is live" rc=0
behaves 1-1 "sync and apply leave the held release alone"
guest "kpatch-manager rollback none"
check "rollback none succeeds" rc=0
behaves unpatched "rollback none takes the patch away"
guest "kpatch-manager sync"
behaves unpatched "sync brings nothing back after rollback none"
guest "grep '^kpatch_' /proc/modules"
check "no patch module is left loaded" rc=1
tap_end
