# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A module that fails after it has made its patches live is about to be freed:
# all of its patches are taken back first, and nobody is in its text then, not
# even by force.
. /scenarios/lib.sh

uptime=$(cut -d. -f1 /proc/uptime)
fails "a module fails after its patches went live" '.' load kpatch_raw_api second=1 fail=-5
is "the module is gone" "" "$(grep '^kpatch_raw_api ' /proc/modules)"
like "the first patch is, too" '^Linux' "$(cat /proc/version)"
ok "and the second" test "$(cut -d. -f1 /proc/uptime)" -ge "$uptime"
is "nothing is in sysfs" "" "$(find "$sys" -name kpatch_raw_api)"

load kpatch_raw_api force=1 fail=-5 stay=1000 &
within grep -q 'kpatch_raw_api' /proc/modules
within grep -q 1 "$sys/kpatch_raw_api/enabled"
cat /proc/version > /tmp/version &
reader=$!
asleep_in $reader new_version
grep -q '^kpatch_raw_api ' /proc/modules
result $? "a task is in the replacement, and its module fails"
wait $reader
# It was woken as by a signal, so that it may have had to read once more.
like "the task comes back" "^(patched without the kit|Linux)" "$(cat /tmp/version)"
wait
is "then the module is gone" "" "$(grep '^kpatch_raw_api ' /proc/modules)"
like "and nothing is patched" '^Linux' "$(cat /proc/version)"
