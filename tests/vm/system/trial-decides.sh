#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Health checks decide whether a patch stays: one that fails or hangs brings
# back what was live before, and blocks that build of the patch.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

# conf LINE...: the [trial] group.
conf() { needs "configure the trial" "printf '%s\n' '[apply]' lock-limit=1 '[trial]' $(printf '%q ' "$@") >/etc/kpatch/manager.conf"; }

needs "keep the configuration" "cp -n /etc/kpatch/manager.conf /root/manager.conf"
conf window=0
# shellcheck disable=SC2016  # the machine's shell expands it
health_check 10-log 'echo "$KPATCH_KERNEL $KPATCH_NAME $KPATCH_VERSION" >>/run/checked'
needs "install release 1-1" "yum -y install $package-1-1"
guest "cat /run/checked; kpatch-manager history"
check "a check that passes was run, and history has it" rc=0 "shows $KVER kpatch_" "shows trial"
behaves 1-1

# shellcheck disable=SC2016
health_check 20-fail 'test "$KPATCH_VERSION" != 1-2 || { echo "the web is down"; exit 7; }'
guest "yum -y update $package" 240
behaves 1-1 "a failing check brings release 1-1 back, also for yum"
guest "kpatch-manager release 1-2 && kpatch-manager apply"
check "apply fails, names the check and what it said" rc=1 "shows 20-fail" \
    "shows exit status 7: the web is down" "shows rolled back to" "shows blocked"
behaves 1-1 "release 1-1 is live"
guest "kpatch-manager apply && kpatch-manager sync; kpatch-manager status; kpatch-manager history"
check "nothing tries it again; status and history say why" rc=0 "shows 20-fail" "shows blocked"
behaves 1-1 "release 1-1 is still live"

conf window=0 timeout=2
# shellcheck disable=SC2016
health_check 20-fail 'test "$KPATCH_VERSION" != 1-2 || sleep 1000'
guest "kpatch-manager release 1-2 && kpatch-manager apply; status=\$?; pgrep -f 'sleep 1000'; exit \$status"
check "a check that hangs is killed, and is a failure" rc=1 "shows did not end in 2 s" "shows blocked"
behaves 1-1 "release 1-1 is live after a check that hung"

conf window=0 timeout=60
health_check 20-fail 'echo x >/run/in-trial; sleep 20'
guest "kpatch-manager release 1-2; (kpatch-manager apply >/run/first 2>&1; echo \"rc \$?\" >>/run/first; touch /run/applied) >/dev/null 2>&1 &
    until [ -e /run/in-trial ]; do sleep 0.2; done; kpatch-manager apply"
check "a second apply at the same time is busy, and names the first" rc=3 "shows process" "shows is on trial until"
guest "kpatch-manager status"
check "status says until when, and how to end it" rc=0 "shows is on trial until" "shows kpatch-manager rollback"
guest "pkill -TERM -x kpatch-manager; until [ -e /run/applied ]; do sleep 0.2; done; cat /run/first"
check "a trial that is interrupted is no success" rc=0 "shows rc 1" "shows was interrupted"
behaves 1-2 "the patch stays"
guest "kpatch-manager rollback; kpatch-manager release 1-2; rm /run/in-trial /run/applied
    (kpatch-manager apply >/run/first 2>&1; touch /run/applied) >/dev/null 2>&1 &
    until [ -e /run/in-trial ]; do sleep 0.2; done; kpatch-manager rollback"
check "a rollback ends a trial" rc=0 "shows is ended"
behaves 1-1 "and takes the patch back"
guest "until [ -e /run/applied ]; do sleep 0.2; done; kpatch-manager release 1-2; kpatch-manager apply"
guest "rm -f /etc/kpatch/health.d/* /run/checked /run/in-trial /run/applied; cp /root/manager.conf /etc/kpatch/manager.conf"
tap_end
