#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The plug is pulled while a boot is on trial: a patch that was good before is
# tried once more, and is not blamed. Only at the second time in a row it is.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

# pull TIMES: at so many boots from now, in the middle of what decides whether
# the boot was good.
pull() { needs "prepare the power cut" "echo $1 >/root/pull; sync"; }

needs "keep the configuration" "cp -n /etc/kpatch/manager.conf /root/manager.conf"
# So long that a slow host's yum has come to its end by then.
good_after 45
dropin=/run/systemd/system/kpatch.service.d
needs "let kpatch.service begin while what watches the installation has still to end" "
    yum -y install $package-1-1 && mkdir -p $dropin && kpatch unload --all || exit
    sed -i 's/good-after=.*/good-after=2/' /etc/kpatch/manager.conf
    printf '[Service]\nExecStartPre=/root/until-watched\n' >$dropin/slow.conf
    printf '#!/bin/sh\nwhile systemctl -q is-active kpatch-boot-good; do sleep 1; done; sleep 3\n' >/root/until-watched
    chmod +x /root/until-watched
    systemctl daemon-reload; systemctl is-active kpatch-boot-good || exit; systemctl restart kpatch.service"
proven
guest "journalctl -b -u kpatch-boot-good.service -o cat"
check "release 1-1 has proven to be good" rc=0 "shows has proven to be good"
needs "let the service be as it was" "rm -r $dropin /root/until-watched; systemctl daemon-reload"
good_after 3
# shellcheck disable=SC2016  # the machine's shell expands it
health_check 10-plug 'read -r times </root/pull || exit 0; [ "$times" -gt 0 ] || exit 0' \
    'echo $((times - 1)) >/root/pull; sync; echo "kpatch test: the plug is pulled" >/dev/ttyS0; sleep 60'

pull 1
try "$KVER: the power is cut in the middle of a boot, and comes back" \
    "$machine" reboot "$MACHINE_NAME" --dies "the plug is pulled"
behaves 1-1 "release 1-1 is live again"
proven
guest "journalctl -b -o cat -u kpatch.service -u kpatch-boot-good.service; ls /run/kpatch-attempt"
check "the journal says that it is tried once more, and that it is good" \
    "shows it was good before, so it is tried once more" "shows has proven to be good" "shows No such file"
guest "kpatch-manager status --check && kpatch-manager status; systemctl is-failed kpatch.service kpatch-boot-good.service"
check "it is not blamed: nothing is blocked, and nothing failed" "rc!=0" "shows up-to-date" "hides blocked" "hides died" "hides failed"

pull 2
try "$KVER: the power is cut once more" "$machine" reboot "$MACHINE_NAME" --dies "the plug is pulled"
behaves 1-1 "that is forgiven too: between the two it was good"
try "$KVER: and cut again, at once" "$machine" revive "$MACHINE_NAME" "the plug is pulled"
behaves unpatched "two in a row are no accident"
guest "kpatch-manager status; kpatch-manager status --check"
check "status says that it is blocked, and why" rc=14 "shows the machine died soon after it went live, 2 times in a row"
needs "clean up" "rm -f /etc/kpatch/health.d/* /root/pull; cp /root/manager.conf /etc/kpatch/manager.conf"
tap_end
