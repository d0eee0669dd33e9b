# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# What belongs to code but lies in tables beside it works in a replacement.
. /scenarios/lib.sh

ok "the patch loads" load_again test-features
is "per-CPU data, exception table, static key, alternatives" \
	"fault=-14 key=off key=on xsave=1" "$(cut -d' ' -f2- /proc/version)"
like "per-CPU data counts" 'percpu=[12] .* key=on key=on' "$(cat /proc/version)"
like "a WARN names the replacement" 'WARNING:.*new_version.*test_features' "$(dmesg)"
is "and that is all" "" "$(dmesg | grep -E "${faults:?}" | grep -v 'WARNING:.*new_version')"
dmesg -c > /dev/null
again set_enabled test_features 0
ok "it is removed" rmmod test_features
