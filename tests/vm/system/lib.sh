# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What scenarios are written with. Each is sourced-in by one file in this
# folder, run by tests/parts/system with
#   MACHINE_NAME  a running machine, clean (reset below)
#   KVER          the kernel it runs         OTHER_KVER  its other kernel
# shellcheck disable=SC2034  # out and rc are for the scenarios

. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
# shellcheck source=../../lib/tap.sh
. "$TOP/tests/lib/tap.sh"

machine=$TOP/tests/vm/machine
package=kpatch-patch-$(rpm --load="$TOP/packaging/macros.kpatch" --eval "%{kpatch_package_tag $KVER}")
# the modules of its releases, as files and as the kernel calls them
series=$(series_of "$KVER") in_kernel=$(series_of "$KVER" | tr - _)
out="" rc=0 last=""

# guest COMMAND [SECONDS]: run it there; output in $out, exit status in $rc.
guest() {
    last=$1 rc=0
    out=$("$machine" exec --timeout "${2:-120}" "$MACHINE_NAME" -- "$1" 2>&1) || rc=$?
}

# check DESCRIPTION CONDITION...: conditions on the last command, all of which
# must hold: "rc=N", "shows TEXT" and "hides TEXT".
check() {
    local description=$1 condition failed=""
    shift
    # A machine that is gone shows nothing and hides everything.
    [[ $rc -ne 125 || $out != *"machine: error:"* ]] || failed+="a machine that answers; "
    for condition in "$@"; do
        case $condition in
            rc=*) [ "$rc" -eq "${condition#rc=}" ] || failed+="$condition; " ;;
            "rc!="*) [ "$rc" -ne "${condition#rc!=}" ] || failed+="$condition; " ;;
            "shows "*) [[ $out == *"${condition#shows }"* ]] || failed+="$condition; " ;;
            "hides "*) [[ $out != *"${condition#hides }"* ]] || failed+="$condition; " ;;
            *) failed+="unknown condition '$condition'; " ;;
        esac
    done
    if [ -z "$failed" ]; then
        ok "$KVER: $description"
    else
        not_ok "$KVER: $description" "wanted: ${failed%; }
after: $last
status $rc and output:
$out"
    fi
}

# behaves WHAT: what a reader of /proc sees. WHAT is unpatched, 1-1 or 1-2.
behaves() {
    guest "cat /proc/cmdline /proc/version"
    case $1 in
        unpatched) check "${2:-nothing is patched}" "shows secret=hunter2" "shows token=abc123" "hides (kpatched)" ;;
        1-1) check "${2:-release 1-1 is live}" 'shows secret=***' "shows token=abc123" "hides (kpatched)" ;;
        1-2) check "${2:-release 1-2 is live}" 'shows secret=***' 'shows token=***' "shows (kpatched)" ;;
    esac
}

# live_is RELEASE: what status says is live in the running kernel; "-" for none.
live_is() {
    guest "kpatch-manager status"
    local said
    said=$(awk '$1 == "*" { print $4 }' <<<"$out")
    if [ "$said" = "$1" ]; then ok "$KVER: status says that $1 is live"; else
        not_ok "$KVER: status says that $1 is live" "$out"
    fi
}

# needs DESCRIPTION COMMAND: prepare; a failure ends the scenario as a failure.
needs() {
    guest "$2" "${3:-240}"
    [ "$rc" -eq 0 ] || { check "$1" rc=0; tap_end; exit 0; }
}

# health_check NAME LINE...: a script that decides whether a patch stays.
health_check() {
    local name=$1
    shift
    needs "make the check $name" "printf '%s\n' '#!/bin/sh' $(printf '%q ' "$@") >/etc/kpatch/health.d/$name; chmod 0755 /etc/kpatch/health.d/$name"
}

# good_after SECONDS: how long a boot takes to prove a patch good.
good_after() {
    needs "configure the boot guard" "sed -i '/good-after/d; s/^\[boot\]/&\ngood-after=$1/' /etc/kpatch/manager.conf && sync"
}

# proven: wait until kpatch-boot-good.service has come to an end.
proven() {
    needs "wait for the end of kpatch-boot-good" "for i in \$(seq 90); do
        [ -e /run/kpatch-attempt ] || systemctl is-active -q kpatch-boot-good || exit 0
        sleep 1
    done; exit 1"
}

# reset: no patch installed, live or held. Also what loading left behind.
reset() {
    needs "reset the machine" "
        rpm -qa 'kpatch-patch-*' | xargs -r rpm -e || exit
        kpatch-manager --quiet rollback none || exit
        systemctl stop kpatch.service
        rm -rf /var/lib/kpatch/[0-9]* /var/lib/kpatch/state.db* /usr/lib/kpatch/*/
        for m in \$(ls /sys/kernel/kpatch /sys/kernel/livepatch 2>/dev/null | grep -v :); do
            rmmod \$m 2>/dev/null
        done
        ! grep -q '^kpatch_' /proc/modules"
}
