# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# More tasks are made than there is room for, after the room was made: the list
# of all tasks is made once more, and they are walked while the machine runs.
. /scenarios/lib.sh

if [ "$(nproc)" = 1 ]; then
	echo "ok - $scenario: forks # SKIP there is no other CPU for them"
	exit
fi

pause=/sys/module/kpatch_pause/parameters
figure() { cat /sys/module/kpatch/statistics/"$1"; }
# Room for more than a thousand is made for that list alone.
ok "the loader will wait between counting tasks and listing them" \
	load kpatch_pause at=kpatch_tasks_reserve above=1024
taskset 2 threads $pause/reached 400 $pause/go &
forks=$!
echo 1 > $pause/armed
ok "the patch loads while 400 are made" taskset 1 insmod /modules/test-demo-1-1.ko
ok "the list was made again ($(cat $pause/calls) times in all)" test "$(cat $pause/calls)" -ge 2
ok "all were walked outside ($(figure last_outside))" test "$(figure last_outside)" -ge 400
ok "next to none inside ($(figure last_inside))" test "$(figure last_inside)" -lt 100
unlike "the loader was let go in time" 'nobody let the call' "$(log)"
kill $forks
wait $forks
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1 kpatch_pause
