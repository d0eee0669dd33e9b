# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# The four hooks run in order and in their contexts; pre_patch may refuse.
. /scenarios/lib.sh

hooks() { dmesg | sed -n 's/.*hook \(.*\)/\1/p' | tr '\n' ';'; }

dmesg -c > /dev/null
fails "pre_patch refuses" '.' load test-hooks refuse=-1
like "pre_patch ran" '^pre_patch may sleep;' "$(hooks)"
unlike "and no other hook" 'post|unpatch' "$(hooks)"
unlike "nothing is patched" 'hooks' "$(cat /proc/version)"
dmesg -c > /dev/null
ok "the patch loads" load_again test-hooks
like "it is live" 'patched with hooks' "$(cat /proc/version)"
again set_enabled test_hooks 0
is "the hooks ran in order" \
	"pre_patch may sleep;post_patch inside the stop;pre_unpatch inside the stop;post_unpatch may sleep;" \
	"$(hooks | sed 's/\(pre_patch may sleep;post_unpatch may sleep;\)*//')"
rmmod test_hooks
