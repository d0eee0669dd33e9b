# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What scenarios under SELinux are written with, besides tests/vm/system/lib.sh.

# Denials in the domains that we run in. Those of the system's own services, which
# Debian's policy has many of, are none of our business.
denials='avc: +denied.*(module_load|sys_module|comm="kpatch|scontext=[^ ]*:(rpm_script_t|rpm_script_tmpfs_t|initrc_t|unconfined_t|kpatch_denied_t):)|SELINUX_ERR'

# calm DESCRIPTION COMMAND CONDITION...: what it does is as check says, and SELinux
# has denied nothing meanwhile.
calm() {
    local description=$1
    guest "dmesg -C; $2
status=\$?; dmesg | grep -E '$denials'; exit \$status" 240
    check "$description, and nothing is denied" "hides avc:" "hides SELINUX_ERR" "${@:3}"
}

# calm_boot DESCRIPTION: since it booted, nothing was denied.
calm_boot() {
    guest "dmesg | grep -E '$denials'"
    check "$1" "rc=1"
}

# in_domain TYPE COMMAND: a command of the guest in that domain.
in_domain() { printf 'runcon -r system_r -t %s /bin/sh -c %q' "$1" "$2"; }

# enforced: the machine is what this is about.
enforced() {
    guest "restorecon -R /payload; getenforce; id -Z; rpm --eval '%__plugindir'; ls -Z /usr/sbin/kpatch-manager"
    check "SELinux is enforcing, and the program has no label of its own" rc=0 "shows Enforcing" \
        "shows unconfined_t" "hides kpatch_exec_t"
}
