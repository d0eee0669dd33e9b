# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A module that is patched comes and goes, again and again, and nothing is switched
# meanwhile: what was kept for its functions is freed nevertheless.
. /scenarios/lib.sh

calls() { cat /sys/module/kpatch_pause/parameters/calls; }
come_and_go() { load kpatch_many && rmmod kpatch_many; }
ok "a patch for a module that is not there" load_again test-patch-many
ok "stops are counted" load kpatch_pause at=stop_machine
ok "the module of a thousand functions comes, and goes" come_and_go
is "the machine was not stopped for it" 0 "$(calls)"
for i in 2 3 4 5; do come_and_go || echo "not ok - $scenario: round $i"; done
is "when it came the fifth time it was, once" 1 "$(calls)"

# The patch goes from all functions but one that another one has, too, and ftrace
# has no memory for it.
load kpatch_many
load kpatch_liar
load_again test-patch-one-of-many
echo 1 > /sys/module/kpatch_liar/parameters/no_memory
uptime=$(cut -d. -f1 /proc/uptime)
ok "the patch is taken back" again set_enabled test_patch_many 0
took=$(($(cut -d. -f1 /proc/uptime) - uptime))
ok "lack of memory is not waited out for each of a thousand functions ($took s)" test $took -lt 100
like "the log says what stays" 'ftrace keeps calling for many_' "$(dmesg)"
again set_enabled test_patch_one_of_many 0
ok "all is removed" rmmod test_patch_one_of_many test_patch_many kpatch_many kpatch_liar kpatch_pause
