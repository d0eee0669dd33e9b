#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SELinux enforcing: kpatch.service and the trigger of packages load patches of both
# kinds, and the core module as it comes or packed, now and at a boot, and nothing is
# denied.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/vm/selinux/lib.sh"
enforced
config=$("$TOP/tests/vm/kernels" root "$KVER")/boot/config-$KVER
core=/lib/modules/$KVER/extra/kpatch/kpatch.ko

# placed KIND: release 1-1 of that kind is in the corridor and nobody has loaded it.
placed() {
    needs "a patch for $1 is there" "install -D -m 0644 -t /usr/lib/kpatch/$KVER /payload/$KVER/kpatch-demo-$2.ko
        restorecon -R /usr/lib/kpatch; lsmod | grep -q '^kpatch ' && rmmod kpatch; true"
}

# everywhere KIND FILE: it becomes live in both domains.
everywhere() {
    reset
    placed "$1" "$2"
    calm "$1: kpatch.service" "systemctl restart kpatch.service" rc=0
    behaves 1-1 "$1: kpatch.service makes it live"
    reset
    placed "$1" "$2"
    calm "$1: the trigger's domain" "$(in_domain rpm_script_t "kpatch-manager sync")" rc=0
    behaves 1-1 "$1: so does the trigger of packages"
}

everywhere kpatch 1-1
everywhere livepatch lp-1-1

reset
if grep -q '^CONFIG_MODULE_DECOMPRESS=y' "$config"; then
    # without a signature: one is only looked for in a module that is not packed
    needs "the core module is packed" "cp /etc/kpatch/manager.conf /root/; printf '[verify]\nmodules=warn\n' >/etc/kpatch/manager.conf
        xz --check=crc32 $core && depmod && restorecon -R /lib/modules"
    placed "a packed kpatch.ko" 1-1
    calm "a packed kpatch.ko: kpatch.service" "systemctl restart kpatch.service" rc=0
    behaves 1-1 "a packed kpatch.ko: kpatch.service makes the patch live"
    reset
    needs "unload the core module" "lsmod | grep -q '^kpatch ' && rmmod kpatch; true"
    calm "a packed kpatch.ko: yum install" "yum -q -y install $package-1-1" rc=0
    behaves 1-1 "a packed kpatch.ko: the trigger makes it live"
    needs "the core module is as it was" "cp /root/manager.conf /etc/kpatch/; restorecon -R /etc/kpatch
        unxz $core.xz && depmod && restorecon -R /lib/modules"
    reset
else
    skip "$KVER: a packed kpatch.ko" "this kernel does not unpack modules"
fi

needs "install release 1-1" "yum -q -y install $package-1-1"
try "$KVER: it reboots" "$machine" reboot "$MACHINE_NAME"
behaves 1-1 "at boot it is live again"
calm_boot "and nothing was denied at this boot"
guest "systemctl is-active kpatch.service; getenforce"
check "the service has done it, enforced" rc=0 "shows active" "shows Enforcing"
proven
calm_boot "nor while the boot was proven good"
reset
placed livepatch lp-1-1
try "$KVER: it reboots with a livepatch" "$machine" reboot "$MACHINE_NAME"
behaves 1-1 "at boot that is live, too"
calm_boot "and nothing was denied at this boot"
reset
tap_end
