#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# update with package files: what librpm did is what was asked for.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

TINY_CHANGELOG=$'%changelog\n* Mon Jan 06 2025 A <a@localhost> - 1-2\n- CVE-2024-12345, CVE-2023-1111'
make_patches 2 3 4

try "--dry-run says what would be installed, and who signed it" \
    says 20 "signed by $GPG_NAME" manager update --dry-run "$(patch_file 2)"
try "and installs nothing" is "none /"
try "without a terminal it wants --yes" says 2 "add --yes" manager update "$(patch_file 2)"
try "and installs nothing then" is "none /"
try "who says no gets nothing" says 1 "nobody said yes" on_terminal n "$(patch_file 2)"
try "really nothing" is "none /"
try "ctrl-C at the question ends it" says 3 "interrupted; nothing was changed" \
    on_terminal $'\003' "$(patch_file 2)"
try "and it really did nothing" is "none /"
try "who says yes gets it" says 0 "is installed" on_terminal yes "$(patch_file 2)"
try "database and folder have it" is "1-2 / 1-2.ko"
try "once more: nothing to do" says 0 "nothing to install" update "$(patch_file 2)"
try "a newer one takes its place" says 0 "in place of 1-2" update "$(patch_file 3)"
try "database and folder have that alone" is "1-3 / 1-3.ko"
try "an older one that is named takes its place" says 0 "downgrade" update "$(patch_file 2)"
try "and the newer one is gone" is "1-2 / 1-2.ko"
echo broken >"$corridor/$module-1-2.ko"
try "a file that was changed is put in order" says 0 "reinstall" update "$(patch_file 2)"
try "as it was packaged" in_root -V "$patch"
try "JSON has the step, its kernel and its signature" \
    json "j['schema'] == 1 and j['result'] == 'would-change' and j['steps'][0]['step'] == 'upgrade'
          and j['steps'][0]['kernel'] == '$kver' and j['steps'][0]['signature']['verdict'] == 'good'
          and j['steps'][0]['cves'] == ['CVE-2024-12345', 'CVE-2023-1111']" \
    manager update --dry-run --json "$(patch_file 4)"
try "JSON of what was done" json "j['result'] == 'done' and j['error'] is None" \
    manager update --yes --json "$(patch_file 4)"
try "which was done" is "1-4 / 1-4.ko"
tiny_patch "$work/epoch" "$kver" 1 5 "Epoch: 0"
tiny "$work/ghost" kpatch-patch-ghost 1 1 "Requires: kernel-uname-r = $kver" \
    -- "/usr/lib/kpatch/$kver/kpatch-ghost-1-1.ko" "%ghost /usr/lib/kpatch/$kver/later"
sign_rpms "$work"/epoch/*.rpm "$work"/ghost/*.rpm >/dev/null 2>&1
try "an epoch of 0 that is written out" says 0 "is installed" update "$work"/epoch/*.rpm
echo broken >"$corridor/$module-1-5.ko"
try "is the same release when its file is put in order" says 0 "reinstall" update "$work"/epoch/*.rpm
try "as it was packaged" in_root -V "$patch"
try "what a package owns and does not bring is not missed" says 0 "is installed" update "$work"/ghost/*.rpm
in_root -e kpatch-patch-ghost

# scriptlets need a shell
tiny "$work/shell" dash 5 1 -- /bin/sh
tiny_patch "$work/talks" "$kver" 1 6 "%post" "echo on-output; echo on-error >&2; exit 3"
tiny_patch "$work/fails" "$kver" 1 7 "%preun" "exit 3"
tiny_patch "$work/fails" "$kver" 1 8
sign_rpms "$work"/shell/*.rpm "$work"/talks/*.rpm "$work"/fails/*.rpm >/dev/null 2>&1
tiny_install "$root" "$work"/shell/*.rpm
install -m 0755 "$(command -v busybox)" "$root/bin/sh"
mkdir -p "$root/dev"
: >"$root/dev/null"
try "what scriptlets say is no part of JSON" json "j['result'] == 'done' and 'exit status 3' in j['warnings'][0]" \
    manager update --yes --json "$work"/talks/*.rpm
update "$(patch_file 4)" >/dev/null
try "--quiet keeps standard output of theirs away" [ "$(update --quiet "$work"/talks/*.rpm 2>&1 | grep '^on-')" = on-error ]
heard() { [ "$(manager update --yes "$@" 2>&1 >/dev/null | grep -c '^on-')" -eq 2 ]; }
update "$(patch_file 4)" >/dev/null
try "it is on standard error" heard "$work"/talks/*.rpm
update "$work"/fails/*-7.*.rpm >/dev/null
try "a release that cannot be removed is told, and what is there now" \
    says 1 "the package database has now: $patch-1-7.x86_64, $patch-1-8.x86_64" update "$work"/fails/*-8.*.rpm
new_root

try "two releases of one package are too many" \
    says 2 "another file" update "$(patch_file 2)" "$(patch_file 3)"
try "a release and a file are too much" says 2 "not both" update 1-2 "$(patch_file 3)"
try "a file that is not there is named" says 1 "$work/none.rpm: " update "$work/none.rpm"
tap_end
