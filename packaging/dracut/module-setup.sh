#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut module: makes the kernel's live patch live before the root file system
# is mounted. Off unless it is asked for: add_dracutmodules+=" kpatch ".
# dracut sets the variables below and brings the inst functions.
: "${kernel:=}" "${moddir:=}" "${dracutsysrootdir:=}" "${hostonly:=}"

check() {
    require_binaries kpatch-manager || return 1
    # Only when it is asked for.
    return 255
}

depends() {
    echo base
}

# The core module, where the distribution has it. Patches may do without.
installkernel() {
    hostonly="" instmods -c kpatch || :
    # The memory of what was loaded when the machine died.
    hostonly="" instmods -c efivarfs || :
}

# The patches of this kernel, and what decides between them: holds, and what has
# proven to be good, are as they were when the image was made.
install() {
    local file
    inst_binary kpatch-manager
    inst_hook pre-udev 30 "$moddir/kpatch-pre-udev.sh"
    for file in "$dracutsysrootdir"/{usr,var}/lib/kpatch/"$kernel"/*.ko \
        "$dracutsysrootdir"/var/lib/kpatch/{state.db,revocations-seen,vouched} \
        "$dracutsysrootdir"/etc/kpatch/manager.conf{,.d/*.conf} \
        "$dracutsysrootdir"/etc/pki/kpatch/*.d/*; do
        [[ ! -f $file ]] || inst_simple "${file#"$dracutsysrootdir"}"
    done
}
