#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The planner and dnf, on small random worlds: other releases, needs, conflicts, names
# that take the place of others, priorities, exclusions. dnf may take an older release of
# something else, which we do not, and fails for all kernels when it does for one: such
# worlds are passed over, or asked about one kernel at a time. That the best priority decides
# alone is a documented difference, and counted. $WORLDS_SEED and $WORLDS are for who wants
# others, or more.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/lib.sh"
. "$TOP/tests/package/tiny.sh"
. "$TOP/tests/lib/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KPATCH_MANAGER_PLUGINS=$OUT/build LC_ALL=C
pool=$work/pool k1=5.14.0-100.el9.x86_64 k2=5.14.0-200.el9.x86_64

make_pool() {
    local kver
    for kver in "$k1" "$k2"; do
        tiny_kernel "$work/kernels" "$kver"
        tiny_patch "$pool" "$kver" 1 1
        tiny_patch "$pool" "$kver" 1 2 "Requires: liba"
    done
    tiny_patch "$pool" "$k1" 1 3 "Requires: liba >= 2"
    tiny_patch "$pool" "$k1" 1 4 "Conflicts: libb < 2"
    tiny_patch "$pool" "$k1" 1 5 "Requires: libc"
    tiny_patch "$pool" "$k1" 1 6 "Requires: nobody-has-this"
    tiny_patch "$pool" "$k1" 1 7 "Conflicts: libd"
    tiny_patch "$pool" "$k2" 1 3~rc1
    tiny_patch "$pool" "$k2" 1 10
    tiny "$pool" liba 1 1
    tiny "$pool" liba 2 1
    tiny "$pool" libb 1 1
    tiny "$pool" libb 2 1 "Requires: libd"
    tiny "$pool" libc 1 1 "Requires: liba = 1-1"
    tiny "$pool" libd 1 1
    createrepo_c --quiet "$pool"
    tiny_root "$pool/template"
    tiny_install "$pool/template" "$work"/kernels/*.rpm 2>/dev/null
}

worlds() {
    # where the worlds have their package databases, and this machine has none
    mkdir "$work/home"
    echo '%_dbpath /var/lib/rpm' >"$work/home/.rpmmacros"
    HOME=$work/home /usr/bin/python3 "$TOP/tests/package/random-worlds.py" "$pool" "$work/worlds" \
        "${WORLDS_SEED:-1}" "${WORLDS:-200}" "$OUT/build/kpatch-manager" >"$work/said"
    cat "$work/said"
    grep -q '^[0-9]* worlds, 0 differ, in [1-9][0-9]* ' "$work/said"
}

make_pool
steps "${WORLDS:-200} random worlds from seed ${WORLDS_SEED:-1} on: dnf and check plan the same" worlds
tap_end
