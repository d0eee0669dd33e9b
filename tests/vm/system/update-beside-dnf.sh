#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# update beside dnf: what dnf installed we see, what we installed dnf sees, and it
# is live, also after an update that was killed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

needs "dnf installs release 1-1" "dnf -y install $package-1-1"
behaves 1-1
guest "kpatch-manager status"
check "what dnf installed is in status" rc=0 "shows 1-1"
guest "rm -rf /var/cache/kpatch-manager /var/cache/dnf; systemctl start kpatch-manager-check.service" 240
check "the timer's service looks what the repositories have" rc=0
guest "journalctl --no-pager -o cat -u kpatch-manager-check.service; kpatch-manager status"
check "without a complaint, and status knows it" rc=0 "shows update-available" "hides warning"
guest "kpatch-manager update --dry-run"
check "update would replace it by 1-2" rc=20 "shows upgrade $package-1-2" "shows in place of 1-1"
behaves 1-1 "a dry run changes nothing"
guest "kpatch-manager update --yes" 240
check "update installs 1-2, and shows what the trigger says" rc=0 \
    "shows $package-1-2.x86_64 is installed" "shows (1-2) is live"
guest "journalctl --sync; journalctl --no-pager -o cat KPATCH_ACTION=update KPATCH_STEP=upgrade | tail -n 1"
check "the journal has it" rc=0 "shows $package-1-2.x86_64 was upgraded from 1-1, for kernel $KVER."
behaves 1-2 "which is live at once"
live_is 1-2
guest "[ \$(grep -c '^kpatch_' /proc/modules) -eq 1 ]"
check "the replaced module is gone" rc=0
guest "dnf list --installed $package"
check "dnf list has what we installed" rc=0 "shows 1-2" "hides 1-1"
guest "dnf check"
check "dnf check finds nothing wrong" rc=0
guest "dnf -y update $package"
check "dnf has nothing to update" rc=0 "shows Nothing to do"
guest "dnf history list; dnf history info last"
check "dnf's history is whole, and ends with what dnf did" rc=0 "shows install" "shows $package"
guest "kpatch-manager update --yes"
check "nor have we" rc=0 "shows nothing to install"

guest "kpatch-manager update --yes 1-1" 240
check "a release that is named is installed in place of a newer one" rc=0 "shows downgrade"
behaves 1-2 "what is live stays live then"
guest "dnf -y update $package" 240
check "dnf updates what we had installed" rc=0
guest "rpm -q $package"
check "to 1-2" rc=0 "shows $package-1-2" "hides $package-1-1"

reset
needs "dnf installs release 1-1 once more" "dnf -y install $package-1-1"
guest "KPATCH_MANAGER_FAULT=closed kpatch-manager update --yes" 240
check "an update is killed when both releases are in the database" rc=137
guest "rpm -q $package"
check "where they are" "shows $package-1-1" "shows $package-1-2"
behaves 1-1 "what was live still is"
guest "kpatch-manager status"
check "status says that an installation was killed" rc=0 "shows was killed before its end"
guest "kpatch-manager update --yes" 240
check "the next update puts that in order" rc=0 "shows in order"
behaves 1-2 "and makes the patch live, for which no trigger ran"
guest "rpm -q $package; rpm -V $package; dnf check"
check "dnf finds nothing wrong" rc=0 "shows $package-1-2" "hides $package-1-1"
guest "kpatch-manager status; journalctl --sync; journalctl --no-pager -o cat KPATCH_STEP=repair"
check "status says so no more, and the journal that it is in order" rc=0 \
    "hides killed before its end" "shows Put in order: $package-1-1"

reset
needs "dnf installs release 1-1 a third time" "dnf -y install $package-1-1"
guest "KPATCH_MANAGER_FAULT=installed:stop kpatch-manager update --yes & pid=\$!
    until grep -q '^State:.T' /proc/\$pid/status; do sleep 0.1; done
    kill -TERM \$pid; kill -CONT \$pid; wait \$pid" 240
check "SIGTERM in the middle: the transaction comes to its end" rc=0 "shows signal 15"
behaves 1-2 "and the patch is live"
guest "dnf -y remove $package" 240
check "dnf removes what we installed" rc=0
tap_end
