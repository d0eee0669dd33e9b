#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SELinux enforcing: a day of yum, dnf in a service, update, rollback, the timer and
# health checks. Patches become live in every domain, and nothing is denied.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/vm/selinux/lib.sh"
enforced
reset

# As dnf-automatic and the like do; init may not be handed what the agent writes to.
in_service="systemd-run --quiet --wait -p StandardOutput=journal"

# What all of this is about: what is seen when a domain is not allowed to.
needs "a module in memory" "cp /payload/$KVER/kpatch_target.ko /dev/shm/"
guest "dmesg -C; $(in_domain rpm_script_t "insmod /dev/shm/kpatch_target.ko"); echo code \$?; dmesg | grep -E '$denials'"
check "rpm's scriptlets may not load a module from memory, and that is seen" \
    "hides code 0" "shows avc:  denied  { module_load }" "shows :rpm_script_t:"
needs "away with it" "rm /dev/shm/kpatch_target.ko; ! grep ^kpatch_target /proc/modules"

# shellcheck disable=SC2016  # the machine's shell expands it
health_check 10-domain 'echo "$KPATCH_VERSION in $(id -Z)" >>/run/checked'
calm "yum -q install in a shell" "yum -q -y install $package-1-1" rc=0
behaves 1-1 "release 1-1 is live"
live_is 1-1
guest "cat /run/checked"
check "the health check ran where rpm's scriptlets do" rc=0 "shows 1-1 in" "shows :rpm_script_t:"
calm "yum -q update" "yum -q -y update $package" rc=0
behaves 1-2 "release 1-2 is live"
calm "rollback, release and hold" "kpatch-manager rollback && kpatch-manager release &&
    kpatch-manager hold 1-2 && kpatch-manager sync" rc=0
behaves 1-1 "release 1-1 is live again"
calm "all that only looks" "kpatch-manager status && kpatch-manager list && kpatch-manager history &&
    kpatch-manager preflight && kpatch-manager verify && kpatch-manager cve && kpatch list" \
    rc=0 "shows nothing speaks against it" "hides SELinux"
calm "rollback to none" "kpatch-manager rollback none" rc=0
behaves unpatched

reset
calm "yum install in a service" "$in_service yum -q -y install $package-1-1" rc=0
behaves 1-1 "release 1-1 is live"
calm "the timer's service" "rm -rf /var/cache/kpatch-manager/*; systemctl start kpatch-manager-check.timer &&
    systemctl start kpatch-manager-check.service; kpatch-manager status; systemctl stop kpatch-manager-check.timer" \
    rc=0 "shows update-available"
calm "update" "kpatch-manager update --yes" rc=0 "shows (1-2) is live"
behaves 1-2 "release 1-2 is live"
calm "update to a named release" "kpatch-manager update --yes 1-1 && kpatch-manager rollback 1-1" rc=0
behaves 1-1
calm "update in a service" "kpatch-manager release && $in_service kpatch-manager update --yes" rc=0
behaves 1-2

# shellcheck disable=SC2016
health_check 20-fail 'test "$KPATCH_VERSION" != 1-2'
needs "back to 1-1" "kpatch-manager rollback 1-1; yum -q -y downgrade $package-1-1; kpatch-manager release"
calm "a health check that fails" "yum -q -y update $package; kpatch-manager status" "shows 20-fail"
behaves 1-1 "brings release 1-1 back"
needs "away with the checks" "rm -f /etc/kpatch/health.d/* /run/checked"
calm "yum remove" "yum -q -y remove $package" rc=0
tap_end
