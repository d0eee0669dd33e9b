# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=../kernel/lib.sh
# shellcheck disable=SC2119
# Measures inside the virtual machine. A line `bench NAME OURS PEER UNIT` is
# one pair of runs, one right after the other.
. /scenarios/lib.sh

runs=5
figure() { cat /sys/module/kpatch/statistics/"$1"; }
empty() { cat /sys/module/kpatch_stop/parameters/empty; }
param() { echo "$2" > /sys/module/kpatch/parameters/"$1"; }
bench() { echo "bench $*"; }

each() { # each COMMAND...: runs times
	_i=0
	while [ $_i -lt "$runs" ]; do "$@"; _i=$((_i + 1)); done
}

param stop_limit_us 0
param debug 0
sysctl -qw kernel.threads-max=20000
ok "the modules load" load kpatch_stop
load_again test-demo-1-1

switched() { # the stop that it takes to make the patch live
	again set_enabled test_demo_1_1 0
	again set_enabled test_demo_1_1 1
	figure last_ns
}
stop_window() { bench "stop-window-$1" "$(switched)" "$(empty)" ns; }
stop_plain() {
	_ours=$(switched)
	param plain 1
	bench stop-window-plain-8000 "$_ours" "$(switched)" ns
	param plain 0
}
switched > /dev/null; empty > /dev/null
# A stop is short, and what the emulator does beside it is not: many pairs.
runs=15
load kpatch_crowd tasks=240
each stop_window 300
rmmod kpatch_crowd
load kpatch_crowd tasks=7940
each stop_window 8000
runs=5
each stop_plain
rmmod kpatch_crowd
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1

cost() { cat /sys/module/kpatch_many/parameters/cost; }
klp=/sys/kernel/livepatch
klp_load() {
	load "$1" && while [ "$(cat $klp/"$2"/transition)" != 0 ]; do :; done
}
klp_unload() {
	echo 0 > $klp/"$1"/enabled
	while [ -e $klp/"$1" ]; do sleep 0.1; done
	rmmod "$1"
}
unload() { again set_enabled "$1" 0; rmmod "$1"; }

load kpatch_many
cost > /dev/null
call_cost() {
	load_again bench-patch-1
	_ours=$(cost)
	unload bench_patch_1
	_none=$(cost)
	klp_load bench-patch-1-klp bench_patch_1_klp
	_klp=$(cost)
	klp_unload bench_patch_1_klp
	bench call-cost "$_ours" "$_klp" ps
	bench call-cost-unpatched "$_ours" "$_none" ps
}
each call_cost

# Our load returns when the patch is live, livepatch's when the transition has
# begun: what one load costs is told beside the time until the patch is live.
load_time() {
	# shellcheck disable=SC2046 # two figures each
	set -- "$1" $(/bench/timed "/modules/bench-patch-$1.ko")
	unload "bench_patch_$1"
	# shellcheck disable=SC2046
	set -- "$@" $(/bench/timed "/modules/bench-patch-$1-klp.ko" "$klp/bench_patch_$1_klp/transition")
	klp_unload "bench_patch_$1_klp"
	bench "load-$1" "$3" "$5" ns
	bench "load-call-$1" "$2" "$4" ns
}
each load_time 1
each load_time 100
each load_time 1000
