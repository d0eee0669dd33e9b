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
ok "the target can be removed" rmmod kpatch_target
like "vmlinux stays patched" 'patched together' "$(cat /proc/version)"
ok "the target comes back" load kpatch_target
is "it was patched before its init ran" patched "$(says at_init)"
is "and is now" patched "$(says)"
ok "the patch is taken back" again set_enabled $p 0
is "the module is as before" original "$(says)"
rmmod kpatch_target
ok "the patch is live without its target" again set_enabled $p 1
fails "a target whose init fails is gone" '.' load kpatch_target fail=-5
ok "and does not stand in the way" load kpatch_target
is "it is patched" patched "$(says)"
again set_enabled $p 0
ok "all is removed" rmmod $p kpatch_target
