# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# After all scenarios, on a kernel that is said to have its checkers on: each
# of them still reports a fault of its kind, and init would have seen that.
. /scenarios/lib.sh

reported() { # reported FAULT WORDS [COMMAND]: which makes the kernel look for it
	dmesg -c > /dev/null
	insmod /modules/kpatch_faults.ko fault="$1"
	${3:-:}
	dmesg > /tmp/said
	ok "$1 is reported" grep -Eq "$2" /tmp/said
	ok "$1 counts as a complaint" grep -Eq "${complaints:?}" /tmp/said
	rmmod kpatch_faults
}

if [ "${checkers:-}" = kcsan ]; then
	reported race 'KCSAN: data-race in .*\[kpatch_faults\]'
	exit
fi
# In this order: lockdep reports one fault and KASAN one, after either of which
# lockdep is off.
reported atomic-sleep 'sleeping function called from invalid context'
reported unprotected 'suspicious RCU usage'
reported active-timer 'ODEBUG: free active'
reported leak 'kmemleak: [1-9][0-9]* new suspected' scan_for_leaks
reported inversion 'possible circular locking dependency'
reported use-after-free 'KASAN: .*use-after-free'
