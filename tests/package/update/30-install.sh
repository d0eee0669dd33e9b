#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# update with package files: what librpm did is what was asked for.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/lib.sh"
. "$TOP/tests/package/tiny.sh"
. "$TOP/tests/lib/tap.sh"
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
try "two releases of one package are too many" \
    says 2 "another file" update "$(patch_file 2)" "$(patch_file 3)"
try "a release and a file are too much" says 2 "not both" update 1-2 "$(patch_file 3)"
try "a file that is not there is named" says 1 "$work/none.rpm: " update "$work/none.rpm"
tap_end
