#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# More than one patch is live, or one that nobody here brought: with kpatch.ko, and with
# livepatches that replace nothing. What is said is what the kernel does.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# enabled_are WHAT NAME...: all patches that the kernel has enabled.
enabled_are() {
    local what=$1
    shift
    guest "grep -lx 1 /sys/kernel/kpatch/*/enabled /sys/kernel/livepatch/*/enabled 2>/dev/null |
        sed 's,/enabled,,; s,.*/,,' | sort | xargs"
    check "$what" "shows $*"
    [ "$out" = "$*" ] || not_ok "$KVER: and nothing else" "$out"
}
# check_says CODE WORD [CONDITION...]: status --check.
check_says() {
    guest "kpatch-manager status --check"
    check "status --check says $2" rc="$1" "shows $2: kernel $KVER" "${@:3}"
}
files=/payload/$KVER
cve=livepatch-cve-2024-1086 # replaces version_proc_show, and no other patch
put_on_top() { needs "load ${1##*/}, by other hands" "for i in 1 2 3 4 5; do insmod $1 && exit 0; sleep 1; done; exit 1"; }

reset
guest "kpatch-manager apply $files/kpatch-demo-1-2.ko"
check "kpatch.ko: 1-2 is applied" rc=0
put_on_top "$files/kpatch-demo-1-1.ko"
guest "cat /proc/cmdline /proc/version; cat /sys/kernel/kpatch/*/stack_order"
check "1-1 on top of it takes half of it back" "shows token=abc123" "shows (kpatched)" "shows 2
1"
check_says 10 not-live "shows live: 1-1" "shows kpatch_demo_1_2 (1-2) is live, too, below kpatch_demo_1_1, which is older"
guest "kpatch-manager apply --dry-run"
check "apply would take it out" rc=20 "shows take kpatch_demo_1_1 (1-1) out of the kernel"
guest "kpatch-manager apply"
check "apply does" rc=0 "shows kpatch_demo_1_2 (1-2) is live"
behaves 1-2
enabled_are "1-2 alone is enabled" kpatch_demo_1_2
check_says 0 up-to-date
guest "kpatch-manager rollback none"
check "rollback to none succeeds" rc=0
put_on_top "$files/kpatch-demo-1-1.ko"
put_on_top "$files/kpatch-demo-1-2.ko"
guest "kpatch-manager status"
check "1-1 below 1-2 is shown" "shows kpatch_demo_1_1 (1-1) is live, too, below kpatch_demo_1_2"
guest "kpatch-manager rollback none"
check "rollback to none takes out both" rc=0 "shows runs without a patch"
behaves unpatched
enabled_are "none is enabled" ""

reset
guest "kpatch-manager apply $files/kpatch-demo-lp-1-1.ko"
check "livepatch: 1-1 is applied" rc=0
put_on_top "$files/$cve.ko"
check_says 15 foreign "shows live: 1-1" "shows livepatch_cve_2024_1086 is live and foreign"
guest "mkdir -p /usr/lib/kpatch/$KVER && cp $files/kpatch-demo-lp-1-2.ko /usr/lib/kpatch/$KVER/ && kpatch-manager sync"
check "sync does not replace it unasked" rc=4 "shows take the place of livepatch_cve_2024_1086, which is live and foreign"
enabled_are "both are as they were" kpatch_demo_lp_1_1 livepatch_cve_2024_1086
guest "kpatch-manager preflight 1-2"
check "preflight says what a replace would do" rc=0 \
    "shows livepatch_cve_2024_1086, which is foreign, is live now, and would be replaced"
guest "kpatch-manager apply 1-2"
check "asked for by name it is replaced" rc=0 "shows livepatch_cve_2024_1086 is foreign"
behaves 1-2
enabled_are "1-2 alone is enabled" kpatch_demo_lp_1_2
put_on_top "$files/livepatch-sample.ko"
guest "cat /proc/cmdline"
check "the kernel's sample covers a function of it" "shows this has been live patched"
check_says 10 not-live "shows kpatch_demo_lp_1_2 (1-2) is not in force: livepatch_sample is on top of it"
guest "kpatch-manager rollback"
check "rollback is refused: it would replace the sample" rc=4 "shows take the place of livepatch_sample"
guest "kpatch unload livepatch_sample"
check "it can be taken out" rc=0
behaves 1-2
guest "kpatch-manager rollback none"
check "rollback to none succeeds" rc=0

reset
guest "kpatch-manager apply $files/livepatch-sample.ko"
check "the kernel's sample replaces nothing, and is applied" rc=0
guest "kpatch-manager apply --dry-run $files/$cve.ko"
check "in place of it another one goes on top first" rc=20 \
    "shows make livepatch_cve_2024_1086 (livepatch_cve_2024_1086) live, on top of what is live" \
    "shows take livepatch_sample (livepatch_sample) out of the kernel"
guest "kpatch-manager apply $files/$cve.ko; code=\$?; cat /proc/version /proc/cmdline; exit \$code"
check "and then it is alone" rc=0 "shows secret=hunter2" "shows this has been live patched"
enabled_are "as the kernel says" livepatch_cve_2024_1086
guest "grep livepatch_sample /proc/modules"
check "the module of the other is gone" rc=1
guest "kpatch-manager rollback; code=\$?; cat /proc/cmdline; exit \$code"
check "rollback goes back to what was live before" rc=0 "shows this has been live patched"
enabled_are "and to that alone" livepatch_sample
put_on_top "$files/$cve.ko"
guest "kpatch-manager rollback none"
check "rollback to none takes out all there is" rc=0 "shows runs without a patch"
behaves unpatched
enabled_are "none is enabled" ""
tap_end
