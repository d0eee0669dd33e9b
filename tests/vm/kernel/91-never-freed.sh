# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A module that fails after it made a patch live, with a task in the replacement
# that does not come out: for half a minute that is waited for, then the patch
# stays live and the module's memory is never freed. Takes long: with long=1.
. /scenarios/lib.sh

[ -n "${long:-}" ] || exit 0
insmod /modules/kpatch_raw_api.ko force=1 fail=-5 stay=50000 &
within grep -q 1 "$sys/kpatch_raw_api/enabled"
cat /proc/version > /tmp/version &
reader=$!
asleep_in $reader new_version
wait %1
ok "the module fails in the end" test $? != 0
like "the log says what has become of it" 'its init failed and somebody is in it: it stays live' "$(log)"
kill -0 $reader
result $? "the task is still in it"
wait $reader
result $? "and comes back"
echo 0 > /sys/module/kpatch/parameters/debug
fails "kpatch.ko stays, too" '.' rmmod kpatch
