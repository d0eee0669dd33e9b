# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A function that is always on a stack, forced: it is patched all the same, and
# its module stays for ever, replaced or not.
. /scenarios/lib.sh

fails "unforced, the patch is refused" 'busy' load test-busy
ok "forced, it loads" load_again test-busy-forced
is "it is live" 1 "$(enabled test_busy_forced)"
is "and says that it was forced" 1 "$(cat $sys/test_busy_forced/forced)"
ok "another patch replaces it" load_again test-demo-1-1 replace=1
is "it is off" 0 "$(enabled test_busy_forced)"
fails "its module cannot be removed" '.' rmmod test_busy_forced
like "the log says why" 'stays loaded' "$(log)"
ok "it can be made live again" again set_enabled test_busy_forced 1
ok "and taken back" again set_enabled test_busy_forced 0
fails "its module still cannot be removed" '.' rmmod test_busy_forced
again set_enabled test_demo_1_1 0
ok "the other one can" rmmod test_demo_1_1

ok "an ordinary patch loads" load_again test-covered
is "it was not forced" 0 "$(cat $sys/test_covered/forced)"
ok "one by force covers its function" load_again test-covers-by-force
is "now nobody knows who is in the first" 1 "$(cat $sys/test_covered/forced)"
ok "and a third covers that one" load_again test-demo-1-1
ok "the one by force is taken back" again set_enabled test_covers_by_force 0
ok "the first, where nobody looked for tasks, too" again set_enabled test_covered 0
fails "its module cannot be removed either" '.' rmmod test_covered
ok "the third is taken back" again set_enabled test_demo_1_1 0
ok "it was covered by nothing and can be removed" rmmod test_demo_1_1
