# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# The same function, forced: it is patched although it is on a stack, and its
# module stays for ever.
. /scenarios/lib.sh

ok "the patch loads" load_again test-busy-forced
is "it is live" 1 "$(enabled test_busy_forced)"
ok "it is taken back" again set_enabled test_busy_forced 0
fails "its module cannot be removed" '.' rmmod test_busy_forced
like "the log says why" 'stays loaded' "$(log)"
