#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A patch of another kernel is refused by name, and nothing changes.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

guest "kpatch-manager apply /payload/$OTHER_KVER/kpatch-demo-1-1.ko"
check "a patch of another kernel is refused" rc=4 "shows $OTHER_KVER" "shows $KVER"
behaves unpatched "the refusal changed nothing"
guest "ls -A /var/lib/kpatch/$KVER /var/lib/kpatch/$OTHER_KVER; grep '^kpatch_' /proc/modules"
check "it was neither stored nor loaded" "hides .ko" "hides kpatch_"
other=kpatch-patch-$(rpm --load="$TOP/packaging/macros.kpatch" --eval "%{kpatch_package_tag $OTHER_KVER}")
guest "yum -y install $other-1-1" 240
check "the other kernel's package installs, for when that kernel runs" rc=0
behaves unpatched "and does not touch the running kernel"
tap_end
