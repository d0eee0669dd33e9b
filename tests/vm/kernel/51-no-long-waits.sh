# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# ftrace waits for an RCU-tasks grace period when it lets go of functions, which
# a busy thread can make long. Neither who takes a patch back waits for that, nor
# a module that is patched and goes.
. /scenarios/lib.sh

busy() { cat /sys/module/kpatch_hog/parameters/busy; }
# on the first CPU, for the last one is the hog's
first() { taskset 1 "$@"; }
# A hog that comes between the end of a batch and that keeps its own insmod waiting.
hog() {
	sleep 2
	within freed && load kpatch_hog seconds=12 &&
		within grep -q Y /sys/module/kpatch_hog/parameters/busy
}

load kpatch_target
ok "the patch loads" load_again test-patch-target
ok "and another" load_again test-demo-1-1
ok "a thread keeps its CPU" hog
# Only where that is so does the rest mean anything.
echo 0 > /sys/module/kpatch/parameters/debug
ok "the patch is taken back" again first sh -c "echo 0 > $sys/test_patch_target/enabled"
is "before the thread is done" Y "$(busy)"
is "and it is off" original "$(cat /sys/module/kpatch_target/parameters/message)"

# Only that ends late, which needs ftrace while it lets go of the first one.
ok "the batch is being freed" within freeing
set_enabled test_demo_1_1 0 > /dev/null 2>&1 &
sleep 1
first cat /sys/module/kpatch/refusal > /dev/null
is "nobody waits for whoever waits for that" Y "$(busy)"
wait $!
rmmod kpatch_hog
rmmod test_demo_1_1
ok "it goes live again" again set_enabled test_patch_target 1
ok "a thread keeps its CPU again" hog
ok "the patched module is removed" first rmmod kpatch_target
is "before the thread is done" Y "$(busy)"
rmmod kpatch_hog
ok "it comes back" load kpatch_target
is "and is patched" patched "$(cat /sys/module/kpatch_target/parameters/message)"
echo 1 > /sys/module/kpatch/parameters/debug
again set_enabled test_patch_target 0
ok "all is removed" rmmod test_patch_target kpatch_target
