#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# yum install of a patch package makes it live, through the file trigger alone.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

behaves unpatched "the stock kernel shows secrets in /proc/cmdline"
guest "yum -y install $package-1-1" 240
check "yum install of release 1-1 succeeds" rc=0
behaves 1-1 "after yum install, release 1-1 is live"
live_is 1-1
guest "kpatch-manager status --json"
check "status --json has its schema" rc=0 'shows "schema"' "shows 1-1"
guest "cat /sys/kernel/kpatch/*/enabled; ls /sys/kernel/kpatch/*/vmlinux/"
check "the core module shows the patch and its function in sysfs" rc=0 "shows 1" "shows cmdline_proc_show,"
guest "cat /proc/sys/kernel/tainted; cat /sys/module/kpatch_*/taint"
check "the patch module taints the kernel as a live patch" rc=0 "shows K"
guest "kpatch-manager apply; echo again; kpatch-manager sync"
check "apply and sync of what is live do nothing" rc=0
guest "ls /sys/kernel/kpatch | wc -l"
check "one patch is loaded" "shows 1"
tap_end
