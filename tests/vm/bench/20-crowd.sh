# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=../kernel/lib.sh
# Measures the stop on a machine with 8 CPUs and 20,000 tasks, of which 2,000 run
# all the time, with the limit that everybody has: a stop that was given up for
# its length would be a failure here.
. /scenarios/lib.sh

figure() { cat /sys/module/kpatch/statistics/"$1"; }
empty() { cat /sys/module/kpatch_stop/parameters/empty; }

echo 0 > /sys/module/kpatch/parameters/debug
sysctl -qw kernel.threads-max=40000 kernel.pid_max=65536
ok "the modules load" load kpatch_stop
load_again test-demo-1-1
ok "the crowd comes" load kpatch_crowd tasks=20000 running=2000
switched() { # switched WHAT: how long the machine was stopped for it
	again set_enabled test_demo_1_1 "$1"
	figure last_ns
}
# How soon all CPUs meet is a matter of luck on one core: the mean of two each.
pair() {
	set -- "$(switched 0)" "$(empty)" "$(switched 1)" "$(empty)"
	echo "bench stop-window-20000 $((($1 + $3) / 2)) $((($2 + $4) / 2)) ns"
}
pair > /dev/null
for _i in 1 2 3 4 5; do pair; done
echo "# of the last stop, $(figure last_inside_ns) ns were ours"
is "no stop was given up for its length" 0 "$(figure late)"
ok "all stacks were walked outside ($(figure last_outside))" test "$(figure last_outside)" -ge 20000
ok "few inside ($(figure last_inside))" test "$(figure last_inside)" -lt 100
