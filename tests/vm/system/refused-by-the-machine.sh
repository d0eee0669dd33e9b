#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the running machine has against a patch: a probe on the function, another
# build of the module it is for, a module of its name, lockdown. Each is a clear
# refusal with exit 4 that changes nothing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

payload=/payload/$KVER
demo=$payload/kpatch-demo-1-1.ko

# unchanged: nothing was loaded or kept.
unchanged() {
    behaves unpatched "the refusal changed nothing"
    guest "ls -A /var/lib/kpatch/$KVER; ls /sys/kernel/kpatch /sys/kernel/livepatch"
    check "nothing was kept or loaded" "hides .ko" "hides kpatch_"
}

needs "probe the function" "insmod $payload/kpatch_probe.ko on=cmdline_proc_show"
guest "kpatch-manager apply $demo"
check "a kprobe that may redirect the function is named" rc=4 "shows a kprobe with a post handler sits on cmdline_proc_show" \
    "shows take the probe away first"
guest "kpatch-manager preflight $demo; echo code \$?; kpatch load $demo; grep kpatch_probe /proc/modules"
check "preflight and kpatch load say the same, and the probe stays" rc=0 "shows code 4" "shows failed to load module $demo" "shows kpatch_probe"
unchanged
needs "take the probe away, and trace the function with one that only looks" "rmmod kpatch_probe
    cd /sys/kernel/tracing && echo 'p:kpatchtest cmdline_proc_show' >kprobe_events && echo 1 >events/kprobes/kpatchtest/enable"
guest "kpatch-manager apply $demo"
check "such a probe is no obstacle" rc=0
behaves 1-1
guest "cd /sys/kernel/tracing; grep -c kpatchtest trace; echo 0 >events/kprobes/kpatchtest/enable; echo >kprobe_events"
check "and goes on to see the calls" "hides 0
"
reset

needs "load another build of the module" "insmod $payload/other/kpatch_target.ko"
guest "kpatch-manager apply $payload/kpatch-for-target-1-2.ko"
check "a patch for another build of a module is refused, with both srcversions" rc=4 \
    "shows it was built for the module kpatch_target with srcversion" "shows is loaded; build it against the module that is in use"
guest "cat /sys/module/kpatch_target/parameters/message"
check "the module is as it was" "shows other"
unchanged
needs "load the build it is for" "rmmod kpatch_target && insmod $payload/kpatch_target.ko"
guest "kpatch-manager apply $payload/kpatch-for-target-1-2.ko && cat /sys/module/kpatch_target/parameters/message"
check "that one is patched" rc=0 "shows patched"
needs "take it back" "kpatch-manager rollback none && rmmod kpatch_target"
reset

needs "load a module of the patch's name" "insmod $payload/other/kpatch_demo_1_1.ko; install -D -m 0644 -t /usr/lib/kpatch/$KVER $demo"
guest "kpatch-manager apply; echo code \$?; kpatch-manager apply $demo; echo code \$?"
check "a module that has the patch's name is named" rc=0 "shows a module named kpatch_demo_1_1 is loaded and is no patch" \
    "hides code 0" "hides code 1" "shows code 4"
guest "systemctl restart kpatch.service; journalctl -b -u kpatch.service -o cat -n 8"
check "the service says so too" rc=0 "shows is loaded and is no patch"
unchanged
guest "kpatch-manager rollback none; kpatch unload --all; kpatch-manager release; grep ^kpatch_demo_1_1 /proc/modules"
check "and nothing removes it" rc=0
needs "remove it" "rmmod kpatch_demo_1_1; systemctl reset-failed kpatch.service"
reset

needs "install release 1-1" "yum -y install $package-1-1"
try "$KVER: it reboots with lockdown" "$machine" reboot "$MACHINE_NAME" --append lockdown=integrity
behaves unpatched "a patch whose signer the kernel does not know is not loaded"
guest "systemctl is-failed kpatch.service; journalctl -b -u kpatch.service -o cat; kpatch-manager status --check"
check "the service fails visibly and says why" rc=14 "shows failed" "shows core-refused" "shows lockdown: integrity" "shows in none of its keyrings"
guest "kpatch-manager preflight; echo code \$?; kpatch-manager apply; echo code \$?; kpatch-manager apply $payload/kpatch-demo-lp-1-2.ko"
check "preflight and apply refuse it, with both backends" rc=4 "shows in none of its keyrings" "hides code 0" "hides code 1"
guest "kpatch-manager apply $payload/unsigned-1-1.ko"
check "an unsigned one is refused as well" rc=4 "shows it is not signed, and this kernel takes signed modules only (lockdown: integrity)"
guest "ls /sys/kernel/kpatch /sys/kernel/livepatch; grep ^kpatch_ /proc/modules; find /var/lib/kpatch -name '*lp*'"
check "nothing was loaded or kept" "hides kpatch_" "hides .ko"
behaves unpatched
try "$KVER: it reboots without lockdown" "$machine" reboot "$MACHINE_NAME" --append ""
behaves 1-1
tap_end
