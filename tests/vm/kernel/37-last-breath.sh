# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A task that ends and is on no list of tasks any more, but sleeps, is seen: one
# that takes itself off the list, and one that its parent takes off.
. /scenarios/lib.sh

# seen MODULE NAME: a task of that name sleeps in the patch and is no process
# any more. While it does, the patch is not taken back.
seen() {
	parameters=/sys/module/$1/parameters
	within grep -q "^1" "$parameters/lingering"
	is "$2: one sleeps there" 1 "$(cat "$parameters/lingering")"
	is "$2: and is no process any more" "" "$(grep -l "^$2\$" /proc/[0-9]*/comm 2> /dev/null)"
	for mode in 0 1; do
		echo $mode > /sys/module/kpatch/parameters/plain
		fails "$2, plain=$mode: the patch is not taken back" 'busy' set_enabled "$1" 0
		like "$2, plain=$mode: the refusal names the task" "^task $2\$" "$(cat /sys/module/kpatch/refusal)"
	done
	echo 0 > /sys/module/kpatch/parameters/plain
	echo 1 > "$parameters/go"
	ok "$2: when it has ended the patch is taken back" again set_enabled "$1" 0
	ok "$2: and removed" rmmod "$1"
}

echo 300 > /sys/module/kpatch/parameters/park_limit_ms
# With plain=1 all stacks are walked inside the stop, on a host that may be slow.
echo 0 > /sys/module/kpatch/parameters/stop_limit_us
ok "a patch lets tasks sleep when they are off the list" load_again test-last-breath
all_freed
cp /bin/busybox /tmp/lingers
# Nobody waits for it: its parent has ended, and the first process ignores it.
(/bin/unwaited /tmp/lingers true)
seen test_last_breath lingers

if grep -q ' proc_exit_connector$' /proc/kallsyms; then
	ok "a patch lets tasks sleep when their parents know that they end" load_again test-outlives
	all_freed
	# which ends at once, with its usage
	cp /bin/unwaited /tmp/outlives
	/tmp/outlives 2> /dev/null
	is "a parent waits for a child, and has its answer" 2 $?
	seen test_outlives outlives
else
	echo "ok - $scenario: a parent # SKIP this kernel has no proc_exit_connector"
fi
echo 2000 > /sys/module/kpatch/parameters/park_limit_ms
echo 20000 > /sys/module/kpatch/parameters/stop_limit_us
