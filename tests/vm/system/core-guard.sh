#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The machine dies of the core module, for real, at boot: it comes up by itself,
# and it is the core module that is blocked, not the patch that came after it.
# With another core module that patch goes live without being asked for.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

# A pipe from modinfo would say nothing of where it failed.
needs "find the core module" "modinfo -n kpatch >/root/core && test -s /root/core"
needs "install release 1-1" "yum -y install $package-1-1"
behaves 1-1
good_after 600
needs "let it be on trial at the next boot, with a core module that is deadly" "
    file=\$(cat /root/core) && cp \"\$file\" /root/core.ko &&
    install -m 0644 /payload/$KVER/other/kpatch.ko \"\$file\" && sync"
try "$KVER: a core module that panics at load, at boot: the machine comes up by itself" \
    "$machine" reboot "$MACHINE_NAME" --dies "the core module dies"
behaves unpatched
guest "journalctl -b -u kpatch.service -o cat; kpatch-manager status"
check "the service says that the core module is blocked, and what to do" "shows kpatch.ko: it is blocked" \
    "shows the machine died while it was being loaded" "shows kpatch-manager release kpatch.ko"
check "nobody blames the patch" "hides 1-1) is blocked" "hides soon after it went live"
guest "kpatch-manager sync; kpatch-manager apply"
check "apply and sync do not try it again" "rc!=0" "shows kpatch.ko: it is blocked"
needs "put the good core module back" "cp /root/core.ko \"\$(cat /root/core)\" && sync"
guest "kpatch-manager sync"
check "with another core module the patch goes live" rc=0
behaves 1-1
needs "put the deadly one back" "kpatch unload --all && rmmod kpatch
    install -m 0644 /payload/$KVER/other/kpatch.ko \"\$(cat /root/core)\" && sync"
guest "kpatch-manager apply"
check "the deadly one is still blocked" "rc!=0" "shows kpatch.ko: it is blocked"
guest "kpatch-manager release kpatch.ko"
check "it can be released" rc=0 "shows kpatch.ko"
guest "kpatch-manager apply" 15
try "$KVER: then it is tried, and the machine dies: it comes up by itself" \
    "$machine" revive "$MACHINE_NAME" "the core module dies"
guest "kpatch-manager status"
check "it is blocked again" "shows kpatch.ko: it is blocked"
guest "cp /root/core.ko \"\$(cat /root/core)\"; kpatch-manager sync; rm /root/core /root/core.ko; sed -i '/good-after/d' /etc/kpatch/manager.conf"
behaves 1-1
tap_end
