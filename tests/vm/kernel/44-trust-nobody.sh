# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# What ftrace says of a function is looked at: its call is at the entry, and is
# there once it was asked for, again if ftrace wants that. With debug=1 it still
# is after every switch.
. /scenarios/lib.sh

lie() { echo "$2" > /sys/module/kpatch_liar/parameters/"$1"; }
ok "somebody lies to kpatch.ko" load kpatch_liar
lie place 1
fails "a call that is not at the entry is refused" '.' load test-demo-1-1
like "the log says so" 'cmdline_proc_show cannot be traced' "$(log)"
lie place 0
lie code 1
fails "an entry that calls nobody is refused" '.' load test-demo-1-1
like "the log says so" 'ftrace does not call us for it, though it was asked to' "$(log)"
lie code 0
lie again 3
ok "ftrace wants to be asked again, and is" load test-demo-1-1
is "as often as it says so" 0 "$(cat /sys/module/kpatch_liar/parameters/again)"
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1
lie again 1000
fails "it is not asked for ever" '.' load test-demo-1-1
lie again 0
ok "without lies the patch loads" load_again test-demo-1-1
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1
load_again test-demo-1-2
dmesg -c > /dev/null
# Its own functions are right; it is the switch that finds the others wrong.
lie code 1
set_enabled test_demo_1_2 0 2> /dev/null
lie code 0
like "debug=1 finds a call that is none" 'debug: redirects are not as they should be' "$(dmesg)"
dmesg -c > /dev/null
again set_enabled test_demo_1_2 0 2> /dev/null
ok "all is removed" rmmod test_demo_1_2 kpatch_liar
