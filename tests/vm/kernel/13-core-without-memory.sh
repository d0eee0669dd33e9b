# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=no-memory.sh
# The core module loads as a whole, or not, when memory is lacking. Early: later there
# are patches that were forced, which keep it for ever.
. /scenarios/lib.sh
. /scenarios/no-memory.sh

core_out() { rmmod kpatch; }

ok "the core goes" rmmod kpatch
below_function do_init_module
every "the core" core_out load /modules/kpatch.ko debug=1
load kpatch debug=1
dmesg -c > /dev/null
