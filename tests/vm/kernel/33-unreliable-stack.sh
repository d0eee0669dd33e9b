# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A task whose stack cannot be walked may be anywhere: it counts as unsafe,
# whether stacks are walked outside the stop or inside.
. /scenarios/lib.sh

plain() { echo "$1" > /sys/module/kpatch/parameters/plain; }
refusal() { cat /sys/module/kpatch/refusal; }

ok "a task sleeps on such a stack" load kpatch_unreliable
for mode in 0 1; do
	plain $mode
	fails "plain=$mode: the patch is refused for now" 'busy' load test-demo-1-1
	like "plain=$mode: the refusal names the task" '^task unreliable$' "$(refusal)"
	like "plain=$mode: and says that it is not known where it is" '^error -22$' "$(refusal)"
	like "plain=$mode: nothing has changed" 'secret=hunter2' "$(cat /proc/cmdline)"
done
plain 0
ok "the task ends" rmmod kpatch_unreliable
ok "and the patch loads" load_again test-demo-1-1
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1
