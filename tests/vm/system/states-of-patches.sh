#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# status --check, list and history follow a patch through its states: installed,
# live, held, orphaned, pending; a release is named in every spelling.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

# found CODE WORD: what status --check says.
found() {
    guest "kpatch-manager status --check"
    check "status --check says $2" rc="$1" "shows $2: kernel $KVER"
}
# state_is RELEASE ORIGIN STATE: what list says.
state_is() {
    guest "kpatch-manager list --kernel $KVER | tr -s ' '"
    check "list says that $1 in $2 is $3" rc=0 "shows $1 $2 kpatch $3"
}
module=kpatch-$(rpm --load="$TOP/packaging/macros.kpatch" --eval "%{kpatch_module_tag $KVER}")

guest "kpatch-manager status --check; echo code \$?; kpatch-manager list"
check "without a patch the kernel is uncovered" "shows code 12" "shows There is no patch"
needs "install release 1-1" "yum -y install $package-1-1"
found 0 up-to-date
state_is 1-1 package live
state_is 1-1 store live
needs "update to release 1-2" "yum -y update $package"
state_is 1-2 package live
state_is 1-1 store superseded
needs "roll back" "kpatch-manager rollback"
found 0 up-to-date
state_is 1-2 package held
state_is 1-1 store orphaned
guest "kpatch-manager preflight"
check "nothing speaks against what is live" rc=0
guest "kpatch-manager preflight $module-1-2.ko"
check "preflight refuses what is held, and changes nothing" rc=4 "shows it is held: it was rolled back"
behaves 1-1
guest "kpatch-manager release ${module//-/_}_1_2"
check "release takes any spelling" rc=0 "shows is released"
found 10 not-live
guest "kpatch-manager hold ${module}_1-2.ko --reason 'ticket 4711'"
check "hold takes any spelling" rc=0 "shows is held"
guest "kpatch-manager apply && kpatch-manager preflight 1-2"
check "apply leaves alone what is held, for the reason given" rc=4 "shows ticket 4711"
behaves 1-1
guest "kpatch-manager release"
check "release lets all of it in again" rc=0 "shows 1-2"
guest "kpatch-manager apply"
check "apply takes it" rc=0
behaves 1-2
needs "remove the package" "rpm -e $package"
guest "kpatch-manager status --check"
check "what stays live is orphaned, and that is said" rc=0 "shows no package brings it"
state_is 1-2 store orphaned
guest "kpatch-manager history --limit 2 | tr -s ' '"
check "history has what was done last" rc=0 "shows $KVER apply 1-2 done" "shows $KVER rollback 1-1 done"
guest "kpatch-manager history --json --limit 0 | grep -c '\"result\" : \"done\"'"
check "and JSON has all of it" rc=0 "shows 4"

# pending BACKEND-SUFFIX: functions of a module that is not loaded
pending() {
    needs "apply a patch for a module that is not loaded" \
        "kpatch-manager rollback none && kpatch-manager apply /payload/$KVER/kpatch-for-target$1-1-1.ko"
    found 0 up-to-date
    guest "kpatch-manager status"
    check "status names the module that it waits for" rc=0 "shows modules that are not loaded; they are replaced when these are: kpatch_target"
    needs "load the module" "insmod /payload/$KVER/kpatch_target.ko"
    guest "cat /sys/module/kpatch_target/parameters/message; kpatch-manager status --check"
    check "it is patched, and nothing is pending" rc=0 "shows patched" "hides not loaded"
    needs "remove the module" "rmmod kpatch_target"
    found 0 up-to-date
}
pending ""
pending -lp
guest "kpatch-manager rollback none"
check "it can be taken back while it waits" rc=0
tap_end
