# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# Tracers come and go on the very functions that patches come and go on, and on
# the scheduler's tracepoint, which the core uses: no switch goes wrong by it,
# no tracer goes blind, and nobody leaves anything behind.
#
# Whoever calls the traced function does so on the first CPU, where the eBPF programs
# come and go, too. A kernel that attaches one to a function with a redirection (ours
# or livepatch's) lists it, finds that it has to be made in another way, and empties
# it (ops->func = NULL, kernel/bpf/trampoline.c) without a look at the other CPUs: one
# that is in the function just then switches ftrace off for good.
. /scenarios/lib.sh

t=/sys/kernel/tracing
mount -t tracefs tracefs $t 2> /dev/null
f=cmdline_proc_show
rounds=$((${rounds:-200} / 4))
version=$(cat /proc/version)
shown=$(ls "$sys")
here="taskset 1"
# /proc/version names the compiler unless it is patched
unpatched='(gcc|clang)'
calls_of_ftrace() { grep -E "^($f|version_proc_show) " $t/enabled_functions; }

# is_now WHERE CMDLINE VERSION: reads of both say so, while tracers come and go.
is_now() {
	for _i in 1 2 3; do
		$here grep -Eq "$2" /proc/cmdline && grep -Eq "$3" /proc/version && continue
		echo "$1: read $($here cat /proc/cmdline) and $(cat /proc/version)"
		return 1
	done
}

# The second patch covers one of the two functions of the first, which goes
# first: so a function leaves ftrace alone, with others, and by replacement.
round() {
	load_again test-demo-1-2 && is_now one 'token=\*\*\*' kpatched &&
		load_again test-demo-1-1 && is_now two '=\*\*\* token=abc' kpatched &&
		again set_enabled test_demo_1_2 0 && is_now top '=\*\*\* token=abc' "$unpatched" &&
		again set_enabled test_demo_1_1 0 && is_now none 'hunter2' "$unpatched" &&
		again set_enabled test_demo_1_1 1 && is_now again '=\*\*\* token=abc' "$unpatched" &&
		rmmod test_demo_1_2 && load_again test-demo-1-2 replace=1 &&
		is_now replaced 'token=\*\*\*' kpatched &&
		again set_enabled test_demo_1_2 0 && is_now none 'hunter2' "$unpatched" &&
		rmmod test_demo_1_1 test_demo_1_2
}

# probing KIND: a probe on the function sees a read, patched or not.
probing() {
	echo "$1:kpatch_$1 $f" >> $t/kprobe_events && echo 1 > $t/events/kprobes/kpatch_"$1"/enable ||
		return
	$here cat /proc/cmdline > /dev/null
	echo 0 > $t/events/kprobes/kpatch_"$1"/enable
	grep -q "kpatch_$1:" $t/trace || echo "$1 saw nothing" >> /tmp/blind
	echo "-:kpatch_$1" >> $t/kprobe_events
	echo > $t/trace
}

# Its own buffer: it would push all else out of the common one.
switching() {
	echo 1 > $s/events/sched/sched_switch/enable
	sleep 0.01
	echo 0 > $s/events/sched/sched_switch/enable
	grep -q 'sched_switch:' $s/trace || echo "sched_switch saw nothing" >> /tmp/blind
	echo > $s/trace
}

tracefs_users() {
	while [ ! -e /tmp/stop ]; do
		probing p
		probing r
		switching
		echo >> /tmp/probed
	done
	touch /tmp/stopped
}

ok "a patch loads" load_again test-demo-1-1
kinds=
for kind in fentry:$f fexit:$f raw_tp:sched_switch; do
	if /bin/traced "${kind%:*}" "${kind#*:}" true > /tmp/answer 2>&1; then
		kinds="$kinds $kind"
	else
		echo "ok - $scenario: ${kind%:*} # SKIP $(cat /tmp/answer)"
	fi
done
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1
is "ftrace calls nobody" "" "$(calls_of_ftrace)"

s=$t/instances/kpatch_test
mkdir $s
echo > $t/trace
: > /tmp/blind
tracefs_users > /tmp/tracefs 2>&1 &
agents=
for kind in $kinds; do
	$here /bin/traced "${kind%:*}" "${kind#*:}" /tmp/stop /proc/cmdline > /tmp/"${kind%:*}" 2>&1 &
	agents="$agents $!"
done

i=0 st=0
while [ $i -lt "$rounds" ] && [ $st = 0 ]; do
	round > /tmp/round 2>&1
	st=$?
	i=$((i + 1))
done
result $st "$rounds rounds of six switches while tracers come and go"
[ $st = 0 ] || { echo "# in round $i:"; sed 's/^/# /' /tmp/round; }

touch /tmp/stop
# shellcheck disable=SC2086  # one number each
wait $agents
while [ ! -e /tmp/stopped ]; do sleep 0.1; done
probed=$(wc -l < /tmp/probed)
ok "kprobe, kretprobe and sched_switch came and went ($probed times)" test "$probed" -gt 3
is "nobody refused them" "" "$(cat /tmp/tracefs)"
is "each saw what it was to see" "" "$(cat /tmp/blind)"
for kind in $kinds; do
	like "${kind%:*} came, saw and went" '^attached ([1-9][0-9]+|[4-9]) times, silent 0 times' "$(cat /tmp/"${kind%:*}")"
	echo "# ${kind%:*} $(cat /tmp/"${kind%:*}")"
done
n=0
while [ $n -lt 20 ] && [ -n "$(calls_of_ftrace)" ]; do
	sleep 0.5
	n=$((n + 1))
done
is "in the end ftrace calls nobody" "" "$(calls_of_ftrace)"
# but the core's own
is "no probe is left" "" "$(cat $t/kprobe_events /sys/kernel/debug/kprobes/list 2> /dev/null | grep -v ' release_task+')"
is "nothing is in sysfs that was not before" "$shown" "$(ls "$sys")"
is "the functions are the originals" "$version" "$(cat /proc/version)"
rmdir $s
rm -f /tmp/stop /tmp/stopped /tmp/probed
