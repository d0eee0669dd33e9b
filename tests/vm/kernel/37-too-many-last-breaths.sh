# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# More tasks end at once, and sleep while they do, than are kept an eye on: as long
# as nobody knows of some of them nothing is switched.
. /scenarios/lib.sh

parameters=/sys/module/test_last_breath/parameters
refusal=/sys/module/kpatch/refusal
# Whose stacks are walked inside the stop, on a slow machine.
echo 0 > /sys/module/kpatch/parameters/stop_limit_us
echo 300 > /sys/module/kpatch/parameters/park_limit_ms
ok "a patch lets tasks sleep when they are off the list" load_again test-last-breath
all_freed
ok "1200 tasks end" /bin/unwaited 1200 lingers
many() { [ "$(cat $parameters/lingering)" -ge 1100 ]; }
ok "they sleep there" within many
for mode in 0 1; do
	echo $mode > /sys/module/kpatch/parameters/plain
	fails "plain=$mode: the patch is not taken back" 'busy' set_enabled test_last_breath 0
	like "plain=$mode: the refusal says that not all could be looked at" '^error -28$' "$(cat $refusal)"
	[ $mode = 1 ] || is "the machine was not stopped for it" 0 "$(cat /sys/module/kpatch/statistics/last_inside)"
done
echo 0 > /sys/module/kpatch/parameters/plain
like "the log says why" 'not all tasks that end just now can be looked at' "$(log)"
echo 1 > $parameters/go
ok "when they have ended the patch is taken back" within set_enabled test_last_breath 0

# Root may switch all kprobes off.
kprobes=/sys/kernel/debug/kprobes/enabled
mount -t debugfs debugfs /sys/kernel/debug 2> /dev/null
if [ -e $kprobes ]; then
	again set_enabled test_last_breath 1
	echo 0 > $kprobes
	fails "with kprobes off nobody knows who ends, and the patch is not taken back" 'busy' set_enabled test_last_breath 0
	like "the refusal says so" '^error -28$' "$(cat $refusal)"
	echo 1 > $kprobes
	fails "nor right after that" 'busy' set_enabled test_last_breath 0
	ok "some seconds later it is" within set_enabled test_last_breath 0
else
	echo "ok - $scenario: kprobes off # SKIP this kernel has no $kprobes"
fi
ok "it is removed" rmmod test_last_breath
echo 2000 > /sys/module/kpatch/parameters/park_limit_ms
echo 20000 > /sys/module/kpatch/parameters/stop_limit_us
