#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The small packages that the other programs here are about.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/lib.sh"
. "$TOP/tests/package/tiny.sh"
. "$TOP/tests/lib/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kver=5.14.0-362.8.1.el9_3.x86_64

tiny_kernel "$work/rpms" "$kver"
tiny_patch "$work/rpms" "$kver" 1 2
tiny_root "$work/root"
try "a kernel and a patch are installed below a root" \
    tiny_install "$work/root" "$work"/rpms/*.rpm
try "status sees both, and that they belong together" grep -q "$kver *1-2 " \
    <(KPATCH_MANAGER_PLUGINS=$OUT/build "$OUT/build/kpatch-manager" --root "$work/root" status)
tap_end
