# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A virtual CPU that never leaves its guest is in the kernel all the time, and is
# held like other tasks.
. /scenarios/lib.sh

for module in irqbypass ccp kvm kvm-amd; do
	[ ! -e /modules/$module.ko ] || insmod /modules/$module.ko 2> /dev/null
done
if [ ! -e /dev/kvm ]; then
	echo "ok - $scenario: a virtual CPU # SKIP this machine has no KVM"
	exit 0
fi
vcpu 2> /tmp/vcpu &
guest=$!
# It never sleeps: its stack would be that of a task that runs.
sleep 2
echo 0 > /sys/module/kpatch/parameters/park_limit_ms
fails "a virtual CPU keeps the patch out" 'busy' load test-vcpu
like "the refusal names it" '^task vcpu$' "$(cat /sys/module/kpatch/refusal)"
echo 2000 > /sys/module/kpatch/parameters/park_limit_ms
ok "it is held, and the patch loads" load test-vcpu
wait $guest
like "it has come back into the new function" 'KVM_RUN: No such device or address' "$(cat /tmp/vcpu)"
again set_enabled test_vcpu 0
rmmod test_vcpu
rmmod kvm-amd ccp kvm irqbypass 2> /dev/null
