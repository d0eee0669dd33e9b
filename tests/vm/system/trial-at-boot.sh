#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A health check fails at boot: what was live before comes back, that build is
# blocked, and status, history, journal and the unit say so. The next boot does
# not try it again.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

needs "keep the configuration" "cp -n /etc/kpatch/manager.conf /root/manager.conf"
good_after 3
# shellcheck disable=SC2016  # the machine's shell expands it
health_check 20-web 'test "$KPATCH_VERSION" != 1-2 || { echo "the web is down"; exit 7; }'
needs "install release 1-1" "yum -y install $package-1-1"
needs "put release 1-2 in place, as a package whose triggers did not run would" \
    "install -m 0644 /payload/$KVER/next/$series-1-2.ko /usr/lib/kpatch/$KVER/ && sync"

try "$KVER: it reboots, to release 1-2" "$machine" reboot "$MACHINE_NAME"
proven
behaves 1-1 "release 1-1 is live in its place"
guest "journalctl -b -o cat -u kpatch.service -u kpatch-boot-good.service"
check "the boot did try release 1-2, and says what became of it" rc=0 "shows ${in_kernel}_1_2 (1-2) is live" \
    "shows 20-web failed: exit status 7: the web is down; it was rolled back to" "shows is blocked"
guest "systemctl is-active kpatch.service; systemctl is-failed kpatch-boot-good.service; systemctl show -P ExecMainStatus kpatch-boot-good.service"
check "the unit that ran the check has failed with exit status 1" rc=0 "shows active
failed
1"
guest "kpatch-manager status --check; echo code \$?; kpatch-manager status"
check "status says so" "shows code 14" "shows (1-2)" "shows blocked" "shows 20-web failed"
guest "kpatch-manager history | tr -s ' '"
check "history has the trial and the way back" rc=0 "shows trial 1-2 failed" "shows rollback 1-1 done" "shows boot 1-2 done"
guest "journalctl -b -o verbose MESSAGE_ID=9d43c495d0f84413ad3277373012f6c1"
check "the journal has it for programs" rc=0 "shows KPATCH_ACTION=trial" "shows KPATCH_RESULT=failed" \
    "shows KPATCH_VERSION=1-2" "shows KPATCH_KERNEL=$KVER"

try "$KVER: it reboots once more" "$machine" reboot "$MACHINE_NAME"
proven
behaves 1-1 "release 1-1 is live at once"
guest "journalctl -b -o cat -u kpatch.service -u kpatch-boot-good.service; systemctl is-failed kpatch-boot-good.service"
check "what was blocked is not tried again, and 1-1 has proven to be good" "rc!=0" "hides 20-web" \
    "hides ${in_kernel}_1_2 (1-2) is live" "shows has proven to be good"

# shellcheck disable=SC2016
health_check 20-web 'exit 7'
needs "the service starts without anything to go back to" \
    "kpatch unload --all && systemctl restart kpatch.service"
proven
behaves unpatched "a check that fails then leaves no patch"
guest "kpatch-manager status; systemctl is-failed kpatch-boot-good.service"
check "and blocks that one too" rc=0 "shows (1-1)" "shows exit status 7" "shows failed"
needs "clean up" "rm -f /etc/kpatch/health.d/*; cp /root/manager.conf /etc/kpatch/manager.conf; systemctl reset-failed"
tap_end
