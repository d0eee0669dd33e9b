#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine with another vendor's kpatch becomes one of ours by "dnf install": what that
# package does when it is removed does not keep patches from coming back after a boot.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

needs "go back to another vendor's kpatch" "
    rpm -e --nodeps kpatch-manager; rm -f /etc/systemd/system/*/kpatch*.service
    rpm -i --nosignature /payload/peer.rpm && systemctl enable kpatch.service && ! command -v kpatch-manager"
guest "dnf -y install kpatch-manager" 240
check "dnf replaces it" rc=0 "shows kpatch-manager"
guest "systemctl is-enabled kpatch.service; rpm -q kpatch"
check "kpatch.service is still enabled, though the old package disabled it" "shows enabled" "shows not installed"
needs "install a patch" "dnf -y install $package-1-1"
behaves 1-1
guest "kpatch-manager status --check && sync"
check "status has nothing to complain of" rc=0
try "$KVER: the machine reboots" "$machine" reboot "$MACHINE_NAME"
behaves 1-1 "the patch is live again"
live_is 1-1

needs "have somebody disable the service" "systemctl disable kpatch.service"
guest "kpatch-manager status"
check "status says that the next boot will be unpatched" "shows kpatch.service" "shows systemctl enable"
needs "enable it again" "systemctl enable kpatch.service"
tap_end
