# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# One patch for vmlinux and a module: the module may be there, may come later,
# go, and fail.
. /scenarios/lib.sh

says() { cat /sys/module/kpatch_target/parameters/"${1:-message}"; }
p=test_patch_target

ok "the target loads" load kpatch_target
is "unpatched" original "$(says)"
ok "the patch loads" load_again test-patch-target
is "the module is patched" patched "$(says)"
like "and vmlinux" 'patched together' "$(cat /proc/version)"
is "sysfs says so of both" "1 1" "$(cat /sys/kernel/kpatch/$p/vmlinux/patched) $(cat /sys/kernel/kpatch/$p/kpatch_target/patched)"
ok "the target can be removed" rmmod kpatch_target
like "vmlinux stays patched" 'patched together' "$(cat /proc/version)"
is "sysfs says that the target is not" "1 0" "$(cat /sys/kernel/kpatch/$p/vmlinux/patched) $(cat /sys/kernel/kpatch/$p/kpatch_target/patched)"
ok "the target comes back" load kpatch_target
is "it was patched before its init ran" patched "$(says at_init)"
is "and is now" patched "$(says)"
ok "the patch is taken back" again set_enabled $p 0
is "sysfs says so" "0 0" "$(cat /sys/kernel/kpatch/$p/vmlinux/patched) $(cat /sys/kernel/kpatch/$p/kpatch_target/patched)"
is "the module is as before" original "$(says)"
rmmod kpatch_target
ok "the patch is live without its target" again set_enabled $p 1
fails "a target whose init fails is gone" '.' load kpatch_target fail=-5
ok "and does not stand in the way" load kpatch_target
is "it is patched" patched "$(says)"
ok "the target goes again" rmmod kpatch_target
echo -12 > /sys/module/$p/parameters/refuse
fails "a target that cannot be patched is not loaded" 'memory' load kpatch_target
is "it is gone" "" "$(grep '^kpatch_target ' /proc/modules)"
like "the log says why" 'cannot patch module kpatch_target, which is refused' "$(log)"
like "vmlinux stays patched" 'patched together' "$(cat /proc/version)"
echo 0 > /sys/module/$p/parameters/refuse
dmesg -c > /dev/null
ok "when it can be patched it is loaded" load kpatch_target
is "it is patched" patched "$(says)"
ok "and goes" rmmod kpatch_target
is "the hooks of the module ran when it came and went" \
	"pre_patch post_patch pre_unpatch post_unpatch " \
	"$(dmesg | sed -n 's/.*target hook //p' | tr '\n' ' ')"
load kpatch_target
again set_enabled $p 0
ok "all is removed" rmmod $p kpatch_target
