# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# Stacks are walked while the machine runs; inside the stop only those of tasks
# that ran since. What could be missed is not; what takes too long is given up.
. /scenarios/lib.sh

figure() { cat /sys/module/kpatch/statistics/"$1"; }
param() { echo "$2" > /sys/module/"${3:-kpatch}"/parameters/"$1"; }
param stop_limit_us 0

ok "a crowd of 700 sleeps" load kpatch_crowd tasks=700
ok "the patch loads" load_again test-demo-1-1
ok "all of them were walked outside ($(figure last_outside))" test "$(figure last_outside)" -ge 700
ok "next to none inside ($(figure last_inside))" test "$(figure last_inside)" -lt 100
is "it counts as a stop that switched" 1 $(($(figure stops) > 0))
ok "and its time is known" test "$(figure last_ns)" -gt 0 -a "$(figure longest_ns)" -ge "$(figure last_ns)"
ok "it is taken back" again set_enabled test_demo_1_1 0

param plain 1
ok "plain mode: the patch goes live" again set_enabled test_demo_1_1 1
ok "plain mode: all were walked inside ($(figure last_inside))" test "$(figure last_inside)" -ge 700
is "plain mode: none outside" 0 "$(figure last_outside)"
late=$(figure late)
param stop_limit_us 1
fails "a stop beyond the limit is given up" 'busy' set_enabled test_demo_1_1 0
is "it counts as late" $((late + 1)) "$(figure late)"
like "the refusal says so" '^error -62$' "$(cat /sys/module/kpatch/refusal)"
like "the log says so" 'stop_limit_us' "$(log)"
is "nothing has changed" 1 "$(enabled test_demo_1_1)"
param stop_limit_us 0
param plain 0
ok "without the limit it works" again set_enabled test_demo_1_1 0

rmmod kpatch_crowd
ok "a crowd of 2500 runs" load kpatch_crowd tasks=2500 storm=1
ok "the patch goes live among them" again set_enabled test_demo_1_1 1
ok "all were walked outside ($(figure last_outside))" test "$(figure last_outside)" -ge 2500
ok "next to none inside, though they all ran ($(figure last_inside))" test "$(figure last_inside)" -lt 100
param storm 0 kpatch_crowd
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1 kpatch_crowd

if [ "$(nproc)" = 1 ]; then
	param stop_limit_us 20000
	echo "ok - $scenario: what runs late in the walk # SKIP there is no other CPU for it"
	exit
fi

# once WHEN: all of them pass through a function that is patched, early or late
# in the walk, on the last CPU, and sleep there for an instant. So many cannot be
# noted, but they are out again when the machine stops.
enable_once() {
	param "$1" 1 kpatch_crowd &&
	taskset 1 sh -c "echo 1 > $sys/test_patch_crowd/enabled"
}
ok "a crowd of 2500 has the last CPU to itself" load kpatch_crowd tasks=2500 bound=1 through=1
ok "a patch is for a function that they pass through" load_again test-patch-crowd
again set_enabled test_patch_crowd 0
once() {
	param ran 0 kpatch_crowd
	ok "$1: the patch goes live" again enable_once "$1"
	inside=$(figure last_inside)
	_ran=$(cat /sys/module/kpatch_crowd/parameters/ran)
	ok "$1: all of them passed through ($_ran)" test "$_ran" -ge 2500
	again set_enabled test_patch_crowd 0
}
once early
once late
ok "late: all were walked inside ($inside)" test "$inside" -ge 2500
rmmod test_patch_crowd kpatch_crowd

# More than can be noted at once, but notes are taken over as the walk goes on. On a slow
# host the walk can be over before all groups had their turn: then once more.
groups_pass() {
	load kpatch_crowd tasks=2500 bound=1 through=1 group=400 &&
	taskset 1 insmod /modules/test-patch-crowd.ko &&
	_ran=$(cat /sys/module/kpatch_crowd/parameters/ran)
}
groups_go() {
	again set_enabled test_patch_crowd 0 &&
	rmmod test_patch_crowd kpatch_crowd
}
_tries=1
while groups_pass && [ "$_ran" -lt 2500 ] && [ $_tries -lt 5 ]; do
	_tries=$((_tries + 1))
	groups_go
done
ok "one group after the other passed through while the patch went live ($_ran)" test "$_ran" -ge 2500
ok "next to none were walked inside ($(figure last_inside))" test "$(figure last_inside)" -lt 100
groups_go

# The task that comes late has the last CPU to itself.
load_on_first_cpu() { taskset 1 insmod "/modules/$1.ko"; }
ok "a task waits for the end of the walk" load kpatch_window
fails "it enters the function then, and is caught" 'busy' load_on_first_cpu test-patch-window
is "it is in the function" Y "$(cat /sys/module/kpatch_window/parameters/inside)"
like "the refusal names the function" '^function window_sleep$' "$(cat /sys/module/kpatch/refusal)"
like "and the task" '^task window$' "$(cat /sys/module/kpatch/refusal)"
refusals=$(figure refusals)
fails "a task that sleeps in it is found outside" 'busy' load test-patch-window
ok "and the machine is not stopped for it" test "$(figure refusals)" -gt "$refusals" -a "$(figure last_inside)" = 0
param inside N kpatch_window
ok "when it has left, the patch loads" load_again test-patch-window
again set_enabled test_patch_window 0
rmmod test_patch_window kpatch_window
param stop_limit_us 20000
