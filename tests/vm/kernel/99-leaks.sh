# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# Where the kernel can look for memory that nobody points to, all scenarios
# before this one have left none.
. /scenarios/lib.sh

scan_for_leaks || exit 0
is "no memory is leaked" 0 "$(grep -c '^unreferenced object' /tmp/leaks)"
sed 's/^/# /' /tmp/leaks
