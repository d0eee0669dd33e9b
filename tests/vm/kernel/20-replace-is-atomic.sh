# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A patch replaces another one with one function more, and the other way round.
# A reader that runs all the time never sees an unpatched function.
. /scenarios/lib.sh

version=$(cat /proc/version)
ok "1-1 loads" load_again test-demo-1-1
(while [ ! -e /tmp/stop ]; do cat /proc/cmdline; done > /tmp/seen; touch /tmp/stopped) &
ok "1-2 replaces it" load_again test-demo-1-2 replace=1
like "the function that both have is the new one" 'secret=\*\*\* token=\*\*\*' "$(cat /proc/cmdline)"
like "the function that only 1-2 has is patched" 'kpatched' "$(cat /proc/version)"
is "1-1 is off" 0 "$(enabled test_demo_1_1)"
ok "1-1 can be removed" rmmod test_demo_1_1
ok "1-1 replaces 1-2: A, B, A" load_again test-demo-1-1 replace=1
like "1-1 is back" 'secret=\*\*\* token=abc123' "$(cat /proc/cmdline)"
is "what only 1-2 had is the original again" "$version" "$(cat /proc/version)"
ok "1-2 can be removed" rmmod test_demo_1_2
touch /tmp/stop; while [ ! -e /tmp/stopped ]; do sleep 0.1; done
ok "the reader read" test -s /tmp/seen
is "the reader never saw the secret" 0 "$(grep -c hunter2 /tmp/seen)"
rm -f /tmp/stop /tmp/stopped /tmp/seen

ok "1-2 stacks on 1-1 without replace" load_again test-demo-1-2
like "the newer one decides" 'token=\*\*\*' "$(cat /proc/cmdline)"
order() { cat $sys/test_demo_1_1/stack_order $sys/test_demo_1_2/stack_order | tr '\n' ' '; }
is "and the stack says that it is on top" "1 2 " "$(order)"
ok "1-1 is taken back below it" again set_enabled test_demo_1_1 0
is "then it is alone" "0 1 " "$(order)"
ok "1-1 is made live once more, on top" again set_enabled test_demo_1_1 1
is "and the stack says so" "2 1 " "$(order)"
like "the older one decides, where it has something to say" 'secret=\*\*\* token=abc123' "$(cat /proc/cmdline)"
like "and nowhere else" 'kpatched' "$(cat /proc/version)"
ok "1-2 is taken back" again set_enabled test_demo_1_2 0
like "the older one decides again" 'secret=\*\*\* token=abc123' "$(cat /proc/cmdline)"
ok "1-1 is taken back" again set_enabled test_demo_1_1 0
like "the original decides" 'secret=hunter2' "$(cat /proc/cmdline)"
ok "both are removed" rmmod test_demo_1_2 test_demo_1_1
