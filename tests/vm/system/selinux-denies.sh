#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SELinux does not let us load: that is known beforehand, and told once, with the domain
# and where to look, in status, history and journal, however quiet yum was told to be.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/vm/selinux/lib.sh"
enforced
reset
demo=/payload/$KVER/kpatch-demo-1-1.ko
hint="setsebool secure_mode_insmod off"

# What the journal got since the last mark.
mark() { needs "mark the journal" "journalctl --sync; journalctl -q --no-pager -b -o cat -t kpatch-manager | wc -l >/root/mark"; }
# shellcheck disable=SC2016  # the machine's shell expands it
said='journalctl --sync; journalctl -q --no-pager -b -o cat -t kpatch-manager | tail -n +$(($(cat /root/mark) + 1))'

guest "lsmod | grep -q '^kpatch ' && rmmod kpatch; kpatch-manager status; kpatch-manager preflight $demo"
check "as long as all is well, nobody speaks of SELinux" rc=0 "hides SELinux"

needs "no modules any more" "setsebool secure_mode_insmod on"
guest "kpatch-manager status"
check "status knows that kpatch.service would fail" rc=0 \
    "shows kpatch.service can make no patch live: SELinux keeps initrc_t from loading modules" "shows $hint"
guest "kpatch-manager preflight $demo"
check "preflight refuses, and why" rc=4 "shows SELinux keeps unconfined_t from loading modules" "shows $hint"
guest "kpatch-manager apply --dry-run $demo"
check "so does a dry run" rc=4 "shows $hint"
mark
# rpm_script_t may not even ask what the policy says
guest "yum -q -y install $package-1-1"
check "yum -q install ends well, and says nothing" rc=0
behaves unpatched "but the patch is not live"
guest "kpatch-manager status; kpatch-manager history"
check "status and history say it" rc=0 "shows failed" "shows Last attempt" "shows $hint" \
    "shows a security module of the kernel does not allow it, SELinux or another one" "shows our domain is system_u:system_r:rpm_script_t:" \
    "shows ausearch -m avc"
guest "kpatch-manager status --check"
check "and status --check fails" rc=14
guest "echo times=\$($said | grep -c 'our domain is system_u:system_r:rpm_script_t:')."
check "the journal has it, once" rc=0 "shows times=1."
guest "systemctl restart kpatch.service; systemctl is-failed kpatch.service; journalctl -b --no-pager -o cat -u kpatch.service -n 20"
check "kpatch.service fails and says so" rc=0 "shows failed" "shows SELinux keeps initrc_t" "hides (Permission denied) (Permission denied)"
needs "the next release is there, too" "install -D -m 0644 -t /usr/lib/kpatch/$KVER /payload/$KVER/next/$series-1-2.ko; restorecon -R /usr/lib/kpatch"
guest "kpatch-manager apply --boot >/root/said 2>&1; echo code \$?; grep -c 'SELinux keeps' /root/said; cat /root/said; rm /usr/lib/kpatch/$KVER/$series-1-2.ko"
check "what forbids both of two patches is told once" rc=0 "shows code 4
1
"
needs "modules again" "setsebool secure_mode_insmod off; systemctl reset-failed kpatch.service"
calm "then it is live" "kpatch-manager sync && kpatch-manager status" rc=0 "hides SELinux keeps"
behaves 1-1

reset
needs "a patch is there" "install -D -m 0644 -t /usr/lib/kpatch/$KVER $demo; restorecon -R /usr/lib/kpatch; lsmod | grep -q '^kpatch ' && rmmod kpatch; true"
guest "$(in_domain kpatch_denied_t "kpatch-manager preflight")"
check "preflight in a domain that may set no label" rc=4 \
    "shows SELinux does not let kpatch_denied_t give memory the type modules_object_t"
guest "$(in_domain kpatch_denied_t "kpatch-manager apply")"
check "apply in that domain: the security module is named, and where to look" rc=4 "shows SELinux" \
    "shows our domain is system_u:system_r:kpatch_denied_t:" "shows ausearch -m avc" "shows journalctl -k" \
    "hides (Permission denied) ("
behaves unpatched
guest "dmesg | grep -E 'avc: +denied.*module_load.*kpatch_denied_t'"
check "and there it is: both ways were denied" rc=0 "shows tcontext=system_u:object_r:tmpfs_t:" \
    "shows tcontext=system_u:system_r:kpatch_denied_t:"

needs "permissive" "setenforce 0 && setsebool secure_mode_insmod on"
guest "kpatch-manager status; kpatch-manager preflight"
check "permissive, nothing is in the way" rc=0 "hides can make no patch live" "shows nothing speaks against it"
guest "$(in_domain kpatch_denied_t "kpatch-manager apply")"
check "nor is it" rc=0
behaves 1-1
needs "enforcing" "setsebool secure_mode_insmod off && setenforce 1"
reset
tap_end
