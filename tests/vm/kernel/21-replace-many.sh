# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# One patch replaces a stack of three, and fewer, more or other functions.
. /scenarios/lib.sh

version=$(cat /proc/version)
ok "1-1 loads" load_again test-demo-1-1
ok "1-2 loads on top" load_again test-demo-1-2
ok "another one loads on top" load_again kpatch_raw_api
like "the newest decides" 'without the kit' "$(cat /proc/version)"
ok "a patch of another function replaces all three" load_again test-hooks replace=1
is "their functions are the originals" "$version" "$(cat /proc/version)"
like "all of them" 'secret=hunter2 token=abc123' "$(cat /proc/cmdline)"
is "they are off" "0 0 0" "$(enabled test_demo_1_1) $(enabled test_demo_1_2) $(enabled kpatch_raw_api)"
ok "they can be removed" rmmod kpatch_raw_api test_demo_1_2 test_demo_1_1
ok "more functions replace one" load_again test-demo-1-2 replace=1
like "they are live" 'token=\*\*\*' "$(cat /proc/cmdline)"
is "the one is off" 0 "$(enabled test_hooks)"
again set_enabled test_demo_1_2 0
ok "all is removed" rmmod test_hooks test_demo_1_2
