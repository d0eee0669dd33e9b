# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# Tracers on a patched function go on working, and the patch with them,
# whichever came first.
. /scenarios/lib.sh

t=/sys/kernel/tracing
mount -t tracefs tracefs $t 2> /dev/null
masked='secret=\*\*\*'
f=cmdline_proc_show
graph() { echo $f > $t/set_graph_function; echo function_graph > $t/current_tracer; }
no_graph() { echo nop > $t/current_tracer; echo > $t/set_graph_function; }
kretprobe() { echo "r:kpatch_test $f" > $t/kprobe_events; echo 1 > $t/events/kprobes/kpatch_test/enable; }
no_kretprobe() { echo 0 > $t/events/kprobes/kpatch_test/enable; echo > $t/kprobe_events; }
traced() { # traced WHAT PATTERN: a read is masked and seen by the tracer
	echo > $t/trace
	like "$1: the patch works" "$masked" "$(cat /proc/cmdline)"
	if [ "$1" = "${1#function_graph}" ] || [ $graph_sees_redirected = 1 ]; then
		like "$1: the tracer sees it" "$2" "$(cat $t/trace)"
	else
		echo "ok - $scenario: $1: the tracer sees it # SKIP it does not see what livepatch redirects either"
	fi
}

# In older kernels function_graph takes a redirected function for the one it is
# redirected to. The kernel's own livepatch is the measure.
graph_sees_redirected=0
load test-demo-1-1-klp
klp_settled
graph
cat /proc/cmdline > /dev/null
grep -q "$f()" $t/trace && graph_sees_redirected=1
no_graph
klp_off
rmmod test_demo_1_1_klp

ok "the patch loads" load_again test-demo-1-1
graph
traced "function_graph after the patch" "$f\(\)"
again set_enabled test_demo_1_1 0
ok "the patch goes live under function_graph" again set_enabled test_demo_1_1 1
traced "function_graph before the patch" "$f\(\)"
no_graph
kretprobe
traced "kretprobe after the patch" 'kpatch_test:'
again set_enabled test_demo_1_1 0
ok "the patch goes live under a kretprobe" again set_enabled test_demo_1_1 1
traced "kretprobe before the patch" 'kpatch_test:'
no_kretprobe

for kind in fentry fexit; do
	if /bin/traced $kind $f true > /dev/null; [ $? = 77 ]; then
		echo "ok - $scenario: $kind # SKIP this kernel has no $kind for $f"
		continue
	fi
	out=$(/bin/traced $kind $f "cat /proc/cmdline")
	like "$kind after the patch: the patch works" "$masked" "$out"
	like "$kind after the patch: the program ran" 'ran [1-9]' "$out"
	again set_enabled test_demo_1_1 0
	cat > /tmp/patch-and-read <<'END'
. /scenarios/lib.sh
cat /proc/cmdline
again set_enabled test_demo_1_1 1 && cat /proc/cmdline
END
	out=$(/bin/traced $kind $f "sh /tmp/patch-and-read")
	like "$kind before the patch: it was not live then" 'secret=hunter2' "$out"
	like "$kind before the patch: the patch works" "$masked" "$out"
	like "$kind before the patch: the program ran each time" 'ran [2-9]' "$out"
	like "when the program is gone the patch still works" "$masked" "$(cat /proc/cmdline)"
done
again set_enabled test_demo_1_1 0
ok "all is removed" rmmod test_demo_1_1
