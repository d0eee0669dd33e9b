# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# All of a patch module's text counts as in use when the patch is taken back or
# replaced: its memory may be freed soon.
. /scenarios/lib.sh

hold() { echo "$1" > /sys/module/test_own_text/parameters/hold; }
echo 300 > /sys/module/kpatch/parameters/park_limit_ms
ok "the patch loads" load_again test-own-text
cat /proc/kpatch_own_text > /tmp/out &
reader=$!
asleep_in $reader helper
fails "a task in a helper keeps it from being taken back" 'busy' set_enabled test_own_text 0
like "the refusal names the patch as the object" '^object test_own_text$' "$(cat /sys/module/kpatch/refusal)"
like "and the helper" '^function helper$' "$(cat /sys/module/kpatch/refusal)"
fails "and from being replaced" 'busy' load test-demo-1-1 replace=1
is "it is live" 1 "$(enabled test_own_text)"
ok "another one may join it" load_again test-demo-1-1
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1
hold 0
wait $reader
is "the task comes back" out "$(cat /tmp/out)"
ok "then it is taken back" again set_enabled test_own_text 0
rmmod test_own_text
echo 2000 > /sys/module/kpatch/parameters/park_limit_ms
