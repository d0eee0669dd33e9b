# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A function that the kernel's own livepatch redirects is left to it, and the
# other way round, with a clear error.
. /scenarios/lib.sh

ok "livepatch patches the function" load test-demo-1-1-klp
klp_settled
like "the function is patched" 'secret=\*\*\*' "$(cat /proc/cmdline)"
fails "our patch is refused, and not as busy" 'in use' load test-demo-1-1
like "the log says why" 'ftrace refuses: .* already redirects' "$(log)"
like "the function is as it was" 'secret=\*\*\*' "$(cat /proc/cmdline)"
is "nothing is left" "" "$(grep '^test_demo_1_1 ' /proc/modules)"
klp_off
rmmod test_demo_1_1_klp
ok "when livepatch has let it go, our patch loads" load_again test-demo-1-1
fails "livepatch is refused now" '.' load test-demo-1-1-klp
is "ours is live as before" 1 "$(enabled test_demo_1_1)"
again set_enabled test_demo_1_1 0
ok "all is removed" rmmod test_demo_1_1
