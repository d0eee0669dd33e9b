# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# Where the kernel can look for memory that nobody points to, all scenarios
# before this one have left none.
. /scenarios/lib.sh

mount -t debugfs debugfs /sys/kernel/debug 2> /dev/null
leaks=/sys/kernel/debug/kmemleak
[ -e $leaks ] || exit 0
# Only objects older than 5 s are reported, and only after a second look.
sleep 6
echo scan > $leaks
sleep 1
echo scan > $leaks
cp $leaks /tmp/leaks
is "no memory is leaked" 0 "$(grep -c '^unreferenced object' /tmp/leaks)"
sed 's/^/# /' /tmp/leaks
