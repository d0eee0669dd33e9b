# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A task that ends and is on no list of tasks any more, but sleeps, is seen.
. /scenarios/lib.sh

parameters=/sys/module/test_last_breath/parameters
echo 300 > /sys/module/kpatch/parameters/park_limit_ms
ok "a patch lets tasks sleep when they are off the list" load_again test-last-breath
cp /bin/busybox /tmp/lingers
# Nobody waits for it: its parent has ended, and the first process ignores it.
(/bin/unwaited /tmp/lingers true)
within grep -q "^1" $parameters/lingering
is "one sleeps there" 1 "$(cat $parameters/lingering)"
is "and is no process any more" "" "$(grep -l '^lingers$' /proc/[0-9]*/comm 2> /dev/null)"
for mode in 0 1; do
	echo $mode > /sys/module/kpatch/parameters/plain
	fails "plain=$mode: the patch is not taken back" 'busy' set_enabled test_last_breath 0
	like "plain=$mode: the refusal names the task" '^task lingers$' "$(cat /sys/module/kpatch/refusal)"
done
echo 0 > /sys/module/kpatch/parameters/plain
echo 1 > $parameters/go
ok "when it has ended the patch is taken back" again set_enabled test_last_breath 0
ok "and removed" rmmod test_last_breath
echo 2000 > /sys/module/kpatch/parameters/park_limit_ms
