#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A power cut costs a patch that was never proven at most one boot, and none if there is no
# other.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

watcher=kpatch-boot-good.service

needs "keep the configuration" "cp -n /etc/kpatch/manager.conf /root/manager.conf"
# So long that it is not proven by then.
good_after 600
needs "install release 1-1" "yum -y install $package-1-1"
good_after 3
# shellcheck disable=SC2016  # the machine's shell expands it
health_check 10-plug 'read -r times </root/pull || exit 0; [ "$times" -gt 0 ] || exit 0' \
    'echo $((times - 1)) >/root/pull; sync; echo "kpatch test: the plug is pulled" >/dev/ttyS0; sleep 60'
pull() { needs "prepare the power cut" "echo 1 >/root/pull; sync"; }
pull
try "$KVER: the power is cut at the first boot with the only patch" \
    "$machine" reboot "$MACHINE_NAME" --dies "the plug is pulled"
behaves 1-1 "it is live all the same"
proven
guest "journalctl -b -o cat -u kpatch.service -u $watcher; kpatch-manager status --check"
check "the journal says why, and it is good" rc=0 "shows there is no other" "shows has proven to be good"
needs "put release 1-2 in place, as a package whose triggers did not run would" \
    "install -m 0644 /payload/$KVER/next/$series-1-2.ko /usr/lib/kpatch/$KVER/ && sync"
pull
try "$KVER: the power is cut at the first boot with a newer patch" \
    "$machine" reboot "$MACHINE_NAME" --dies "the plug is pulled"
behaves 1-1 "the older one, which is good, is live"
guest "kpatch-manager status; kpatch-manager sync"
check "the newer one is blocked for now" rc=0 "shows the boot after this one tries it once more"
behaves 1-1 "and sync leaves it"
proven
try "$KVER: the machine reboots" "$machine" reboot "$MACHINE_NAME"
behaves 1-2 "the boot after that makes it live"
proven
guest "journalctl -b -o cat -u kpatch.service -u $watcher; kpatch-manager status; kpatch-manager status --check"
check "and it has proven to be good" rc=0 "shows the boot without it went well" "shows has proven to be good" \
    "hides blocked:" "shows up-to-date"
needs "clean up" "rm -f /etc/kpatch/health.d/* /root/pull /usr/lib/kpatch/$KVER/$series-1-2.ko; cp /root/manager.conf /etc/kpatch/manager.conf"
tap_end
