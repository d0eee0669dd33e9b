#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# yum update replaces a release by the next one at once: no reader ever sees
# the unpatched behaviour in between.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

needs "install release 1-1" "yum -y install $package-1-1"
behaves 1-1
guest "(while [ ! -e /run/stop-reading ]; do cat /proc/cmdline; done >/run/read.log; touch /run/read.done) >/dev/null 2>&1 &
    sleep 1; test -s /run/read.log"
check "a reader of /proc/cmdline runs during the update" rc=0
guest "yum -y update $package" 240
check "yum update succeeds" rc=0
guest "touch /run/stop-reading; until [ -e /run/read.done ]; do sleep 0.1; done
    echo \"leaks=\$(grep -c hunter2 /run/read.log)\"
    grep -q 'secret=\*\*\* token=abc123' /run/read.log && echo before
    grep -q 'secret=\*\*\* token=\*\*\*' /run/read.log && echo after
    rm -f /run/stop-reading /run/read.log /run/read.done"
check "the reader saw 1-1, then 1-2, and never the unpatched kernel" "shows leaks=0" "shows before" "shows after"
behaves 1-2
guest "grep -c '^kpatch_' /proc/modules; ls /sys/kernel/kpatch"
check "the replaced module was removed" "shows 1
" "hides _1_1"
guest "rpm -q $package"
check "one release is installed" rc=0 "shows $package-1-2" "hides $package-1-1"
tap_end
