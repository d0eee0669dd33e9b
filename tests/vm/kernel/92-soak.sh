# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# With soak=N: N times a patch is loaded, replaced, taken back and taken out, while
# processes and modules come and go, a tracer is switched on and off, and so is a CPU.
# Memory does not grow with the rounds.
. /scenarios/lib.sh

[ -n "${soak:-}" ] || exit 0
settle=50	# rounds before memory is looked at: what is made once has been made
t=/sys/kernel/tracing
cpu=/sys/devices/system/cpu/cpu1/online
mount -t tracefs tracefs $t 2> /dev/null

# meanwhile COMMAND...: again and again, until /tmp/stop
meanwhile() {
	(while [ ! -e /tmp/stop ]; do "$@" > /dev/null 2>&1; done) &
	others="${others:-} $!"
}
module() { insmod /modules/kpatch_target.ko; sleep 0.3; rmmod kpatch_target; sleep 0.2; }
tracer() {
	echo cmdline_proc_show > $t/set_ftrace_filter
	echo function > $t/current_tracer
	sleep 1
	echo nop > $t/current_tracer
	sleep 2
}
hotplug() { sleep 3; echo 0 > $cpu; sleep 0.5; echo 1 > $cpu; }
reader() { cat /proc/cmdline /proc/version; sleep 0.05; }

# A patch of each kind: of the kernel and of a module, and one that replaces both.
round() {
	load_again test-patch-target && load_again test-demo-1-2 replace=1 &&
		rmmod test_patch_target && load_again test-demo-1-1 replace=1 &&
		rmmod test_demo_1_2 && again set_enabled test_demo_1_1 0 &&
		again set_enabled test_demo_1_1 1 && again set_enabled test_demo_1_1 0 &&
		rmmod test_demo_1_1
}

# unreclaimed: KiB that the kernel holds for itself, when what is on its way is freed
unreclaimed() {
	within freed
	echo 3 > /proc/sys/vm/drop_caches
	sleep 3
	awk '/^(SUnreclaim|VmallocUsed|PageTables|KernelStack|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

start() {
	stress-ng --quiet --cpu 1 --switch 1 --fork 1 --pipe 1 --timer 1 --timeout 0 &
	stress=$!
	others=""
	meanwhile module
	meanwhile tracer
	meanwhile hotplug
	meanwhile reader
}
stop() {
	kill $stress
	touch /tmp/stop
	# shellcheck disable=SC2086  # pids
	wait $stress $others
	rm /tmp/stop
	rmmod kpatch_target 2> /dev/null
}

# rounds N: as many, each of three patches that are loaded
rounds() {
	start
	_i=0 _st=0
	while [ $_i -lt "$1" ]; do
		round > /tmp/round 2>&1
		_st=$?
		[ $_st = 0 ] || break
		_i=$((_i + 3))
	done
	stop
	result $_st "$2"
	[ $_st = 0 ] || { echo "# after $_i:"; sed 's/^/# /' /tmp/round; }
}

rounds $settle "$settle loads, to begin with"
before=$(unreclaimed)
rounds "$soak" "$soak loads, switches and unloads under stress"
after=$(unreclaimed)
echo "# the kernel holds $before KiB before and $after KiB after it"
# A leak of one struct a round would be more than that with a thousand rounds.
[ $((after - before)) -lt 2048 ]
result $? "memory is as it was ($((after - before)) KiB)"
like "the kernel is as before" 'secret=hunter2 token=abc123' "$(cat /proc/cmdline)"
unlike "and has its version" 'patched' "$(cat /proc/version)"
is "nothing is left" "" "$(find "$sys" -name 'test_demo*' -o -name 'test_patch*')"
