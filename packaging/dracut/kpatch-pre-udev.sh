#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in the initramfs before udev loads the first driver. dracut sources it:
# whatever happens, the boot goes on.
if getargbool 1 kpatch.enable && getargbool 1 rd.kpatch; then
    # Where a death is remembered until the next boot, if the machine has it.
    if [ -d /sys/firmware/efi/efivars ] && ! ismounted /sys/firmware/efi/efivars; then
        modprobe -q efivarfs
        mount -t efivarfs efivarfs /sys/firmware/efi/efivars
    fi
    if kpatch_said=$(kpatch-manager apply --early 2>&1); then
        info "kpatch: $kpatch_said"
    else
        warn "kpatch: $kpatch_said"
    fi
    # The kernel's log is what is left of this time.
    echo "<5>kpatch: before the root file system is mounted: $kpatch_said" >/dev/kmsg
    unset kpatch_said
fi
