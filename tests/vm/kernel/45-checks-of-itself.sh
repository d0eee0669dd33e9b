# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# With debug=1 the core looks at itself after every switch. Each of these checks
# reports what was planted for it.
. /scenarios/lib.sh

said() { dmesg | grep 'debug:'; }
plant() { echo "$1" > /sys/module/kpatch_raw_api/parameters/plant; }

ok "a patch that can plant something is live" load_again kpatch_raw_api
# Of a module that is not there: a switch that ftrace has nothing to do with.
load_again test-patch-target
dmesg -c > /dev/null
again set_enabled test_patch_target 0
is "as long as nothing is planted there is nothing to report" "" "$(said)"
for where in gone linked object patch; do
	dmesg -c > /dev/null
	plant $where
	again set_enabled test_patch_target 1
	plant none
	like "its '$where' says something else: reported" 'debug: lists do not agree' "$(said)"
	unlike "and nothing else is" 'redirect|retired' "$(said)"
	again set_enabled test_patch_target 0
done

# A switch puts the targets right that it puts in force: after that it is planted.
pause=/sys/module/kpatch_pause/parameters
if [ "$(nproc)" = 1 ]; then
	echo "ok - $scenario: what comes in between # SKIP there is no other CPU for it"
	again set_enabled kpatch_raw_api 0
	rmmod test_patch_target kpatch_raw_api
	exit
fi
load kpatch_pause at=kpatch_invariants_check
# between COMMAND: it is run when the switch is over, and before the checks
cat > /tmp/between <<'END_OF_BETWEEN'
scenario=x
. /scenarios/lib.sh
reached=N
while [ $reached = N ]; do read -r reached < /sys/module/kpatch_pause/parameters/reached; done
eval "$1"
echo 1 > /sys/module/kpatch_pause/parameters/go
END_OF_BETWEEN
between() { taskset 2 sh /tmp/between "$1" & echo 1 > $pause/armed; }
switch() { taskset 1 sh -c "echo $2 > $sys/$1/enabled"; }

for where in target link; do
	dmesg -c > /dev/null
	between "echo $where > /sys/module/kpatch_raw_api/parameters/plant"
	switch test_patch_target 1
	wait
	plant none
	like "its redirect's '$where' is another one: reported" \
		'debug: redirects are not as they should be' "$(said)"
	like "with the function" 'debug: the redirect of version_proc_show' "$(said)"
	unlike "and nothing else is" 'lists|retired' "$(said)"
	switch test_patch_target 0
done
like "after all that the patch works" 'patched without the kit' "$(cat /proc/version)"
again set_enabled kpatch_raw_api 0
rmmod test_patch_target kpatch_raw_api

ok "a patch has a function that nobody replaces" load_again test-own-text
dmesg -c > /dev/null
between 'cat /proc/kpatch_own_text > /tmp/out & echo $! > /tmp/reader; asleep_in $! helper'
# It cannot go off before the reader has left the file.
switch test_own_text 0 &
ok "a task that gets into what was retired: reported" within sh -c 'dmesg | grep -q "task cat is in text that was retired"'
unlike "and nothing else is" 'lists|redirect' "$(said)"
unlike "nobody was stopped for too long" 'nobody let the call' "$(dmesg)"
echo 0 > /sys/module/test_own_text/parameters/hold
wait
is "the task comes back" out "$(cat /tmp/out)"
dmesg -c > /dev/null
rmmod test_own_text kpatch_pause
rm -f /tmp/between /tmp/out /tmp/reader
