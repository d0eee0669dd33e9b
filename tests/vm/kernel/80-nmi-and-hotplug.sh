# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# While NMIs call the functions and a CPU comes and goes, the switch is atomic.
. /scenarios/lib.sh

# rounds DESCRIPTION: switch off and on again
rounds() {
	_i=0 _st=0
	while [ $_i -lt 15 ] && [ $_st = 0 ]; do
		again set_enabled test_patch_nmi 0 && again set_enabled test_patch_nmi 1
		_st=$?
		_i=$((_i + 1))
	done
	result $_st "$1"
}
seen() { cat /sys/module/kpatch_nmi/parameters/seen_"$1"; }

ok "NMIs call two functions" load kpatch_nmi
ok "the patch loads" load_again test-patch-nmi
rounds "15 rounds of taking back and making live"
if [ "$(nproc)" = 2 ]; then
	ok "NMIs saw both as they were ($(seen old))" test "$(seen old)" -gt 0
	ok "and both patched ($(seen new); $(seen between) in between)" test "$(seen new)" -gt 0
	ok "some came while the machine was stopped ($(seen inside))" test "$(seen inside)" -gt 0
else
	echo "ok - $scenario: NMIs # SKIP this takes exactly two CPUs"
fi
is "and never one of each" 0 "$(seen mixed)"
echo 1 > /sys/module/kpatch_nmi/parameters/last

cpu=/sys/devices/system/cpu/cpu1/online
(while [ ! -e /tmp/stop ]; do echo 0 > $cpu; echo 1 > $cpu; done; touch /tmp/stopped) &
rounds "15 rounds while a CPU comes and goes"
touch /tmp/stop
while [ ! -e /tmp/stopped ]; do sleep 0.1; done
rm /tmp/stop /tmp/stopped
again set_enabled test_patch_nmi 0
ok "all is removed" rmmod test_patch_nmi kpatch_nmi
