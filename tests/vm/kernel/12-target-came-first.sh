# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A module whose init still runs when kpatch.ko is loaded has passed without
# being seen: the patch must wait for it, not take it for one that will come.
. /scenarios/lib.sh

says() { cat /sys/module/kpatch_target/parameters/message; }

rmmod kpatch
load kpatch_target linger=1 &
until [ -n "$(cat /sys/module/kpatch_target/parameters/at_init)" ]; do sleep 0.1; done 2> /dev/null
ok "kpatch.ko loads while a module's init runs" load kpatch debug=1
fails "the patch for that module is refused as busy" 'busy' load test-patch-target
like "the log says why" 'kpatch_target is being loaded' "$(log)"
echo 0 > /sys/module/kpatch_target/parameters/linger
wait
ok "then it loads" load_again test-patch-target
is "the module is patched" patched "$(says)"
again set_enabled test_patch_target 0
ok "all is removed" rmmod test_patch_target kpatch_target
