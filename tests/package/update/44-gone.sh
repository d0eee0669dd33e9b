#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A repository that cannot be asked is no repository that has nothing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/site.sh"

serve main "$work/repo"
tiny_kernel "$work/rpms" "$kver"
tiny_patch "$work/rpms" "$kver" 1 1
mkdir -p "$work/repo"
tiny_patch "$work/repo" "$kver" 1 1
createrepo_c --quiet "$work/repo"
tiny_root "$root"
tiny_install "$root" "$work"/rpms/*.rpm
site "" gpgcheck=0

update() { "$OUT/build/kpatch-manager" --root "$root" update --dry-run "$@" 2>&1; }
# ends CODE WORDS ARGUMENT...
ends() {
    local code=0 text
    text=$(update "${@:3}") || code=$?
    [[ $code = "$1" && $text == *"$2"* ]] || { echo "$code: $text"; return 1; }
}

try "a repository that has nothing newer" ends 0 "There is nothing to install" --refresh
faults main '* status 503'
try "what is known of it is fresh enough" ends 0 "There is nothing to install"
# what was fetched in this very second is new
sleep 1.1
try "when it is asked and does not answer, nobody knows" ends 1 "not all repositories could be asked: site" --refresh
echo metadata_expire=1 >>"$root/etc/yum.repos.d/site.repo"
sleep 2
try "nor when what is known is out of date" ends 1 "run this again when they answer"
echo skip_if_unavailable=1 >>"$root/etc/yum.repos.d/site.repo"
try "but it may be away where it is said so" ends 0 "There is nothing to install" --refresh
tap_end
