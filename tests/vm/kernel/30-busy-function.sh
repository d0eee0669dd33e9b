# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A function that is always on some stack: the patch is refused, with the
# function, the task and the stack named, and nothing is changed.
. /scenarios/lib.sh

refusal=/sys/module/kpatch/refusal
fails "the patch is refused as busy" 'busy' load test-busy
like "the file names the patch" '^patch test_busy$' "$(cat $refusal)"
like "the function" '^function kthreadd$' "$(cat $refusal)"
like "its object" '^object vmlinux$' "$(cat $refusal)"
like "the task" '^task kthreadd$' "$(cat $refusal)"
like "the pid" '^pid 2$' "$(cat $refusal)"
like "the stack" '^ kthreadd\+0x' "$(sed '1,/^stack$/d' $refusal)"
like "the log says the same" 'kthreadd \(pid 2\) is in vmlinux:kthreadd' "$(log)"
is "the module is gone" "" "$(grep test_busy /proc/modules)"
is "nothing is in sysfs" "" "$(ls "$sys")"
ok "kernel threads are still made" load_again test-demo-1-1
ok "1-1 is taken back" again set_enabled test_demo_1_1 0
rmmod test_demo_1_1

fails "a function that the stop itself is in is busy" 'busy' load test-in-the-stop
like "the refusal names it" '^function multi_cpu_stop$' "$(cat $refusal)"
