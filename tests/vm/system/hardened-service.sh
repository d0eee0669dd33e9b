#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The units are closed as far as loading modules allows, by systemd's own
# measure, and do their work that way. What existing tools know of
# kpatch.service is so.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

guest "cd /usr/lib/systemd/system; ls kpatch*.service"
units=$out
check "there are units" rc=0 "shows kpatch.service"
for unit in $units; do
    limit=44
    # the administrator's health checks run in it, and may ask for anything
    [ "$unit" != kpatch-boot-good.service ] || limit=82
    guest "systemd-analyze --no-pager security --threshold=$limit $unit | tail -n 1; exit \${PIPESTATUS[0]}"
    check "$unit is exposed by at most $((limit / 10)).$((limit % 10)) of 10" rc=0 "shows exposure level"
    guest "systemd-analyze --no-pager verify --man=no $unit"
    check "systemd finds nothing wrong in $unit" rc=0 "hides $unit:"
done
guest "systemctl show kpatch.service -P Type -P RemainAfterExit -P Before -P Wants -P WantedBy -P ExecStop"
check "it is oneshot, remains, and comes before the network" rc=0 "shows oneshot" "shows yes" \
    "shows network-pre.target" "shows multi-user.target" "hides argv"

needs "install release 1-1" "yum -y install $package-1-1"
needs "take it out until the next boot" "kpatch unload --all"
behaves unpatched "kpatch unload took it out"
guest "rm -f /var/lib/kpatch/$KVER/*; rmmod kpatch; systemctl restart kpatch.service"
check "the hardened service starts" rc=0
behaves 1-1 "and made the patch live, with the core module loaded by itself"
guest "ls /var/lib/kpatch/$KVER; stat -c '%a %U' /var/lib/kpatch /var/lib/kpatch/state.db"
check "and kept a copy for all to read, and the state for root" rc=0 "shows .ko" "shows 755 root" "shows 600 root"
guest "kpatch unload --all; kpatch-manager apply --quiet /payload/$KVER/next-lp/$series-1-2.ko &&
    kpatch unload --all && systemctl restart kpatch.service && cat /sys/kernel/livepatch/*/enabled"
check "with the kernel's livepatch too" rc=0 "shows 1"
behaves 1-2
needs "take all out but a patch for a function that is never left" "
    rm -rf /var/lib/kpatch/$KVER; rpm -e $package; kpatch unload --all
    install -D -m 0644 -t /usr/lib/kpatch/$KVER /payload/$KVER/kpatch-busy-lp-1-1.ko
    cp /etc/kpatch/manager.conf /root/; printf '[apply]\ntransition-limit=5\n' >/etc/kpatch/manager.conf"
guest "systemctl restart kpatch.service && echo started; journalctl -b -u kpatch.service -o cat -n 20
    cp /root/manager.conf /etc/kpatch/"
check "it may look at the task that stalls a transition, and at its stack" rc=0 "hides started" \
    "shows kthreadd (pid 2) in " "shows kthreadd+0x"
behaves unpatched
tap_end
