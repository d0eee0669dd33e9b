#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One error of the disk that holds what came from a repository: no patch is missed for it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/site.sh"

cache=$root/var/cache/kpatch-manager

# publish FILE...: the repository has these, too.
publish() {
    cp "$@" "$work/www/"
    createrepo_c --quiet --revision "$((++revision))" "$work/www"
}

# failing CALL FILE COMMAND...: the first such call on FILE fails while it runs.
failing() {
    local call=$1 file=$2
    shift 2
    strace -f -qq -o "$work/strace" -P "$file" -e trace="$call" -e inject="$call:error=EIO:when=1" \
        "$OUT/build/kpatch-manager" --root "$root" "$@" >"$work/said" 2>&1
    grep INJECTED "$work/strace"
    cat "$work/said"
}

# newest_is_told: and then, too.
newest_is_told() {
    grep '"evr" : "1-3"' "$work/said"
    manager check --json >"$work/said"
    grep '"evr" : "1-3"' "$work/said"
    grep '"signer" : "kpatch-manager-tests' "$work/said"
}

header_fails() {
    rm -f "$cache/signers"
    failing read "$(find "$cache/headers" -type f)" check --json
    newest_is_told
}

link_fails() {
    failing readlink "$(find "$cache" -name repodata -type l)" check --json
    newest_is_told
}

list_fails() {
    local list
    list=$(realpath "$(find "$cache" -name repodata -type l)/repomd.xml")
    touch "$list"   # so that it is looked at again
    failing openat2 "${list#"$root"}" check --json
    newest_is_told
}

make_patches 2 3
mkdir -p "$work/www"
cp "$work/key" "$work/www/"
serve main "$work/www"
revision=$(date +%s)
tiny_install "$root" "$(patch_file 2)"
site "$URL_main/key"
publish "$(patch_file 2)"
manager check --refresh >/dev/null
publish "$(patch_file 3)"
manager check --refresh >/dev/null
steps "the header of a package cannot be read once" header_fails
steps "the link to what a repository has cannot be read once" link_fails
steps "the list of what a repository has cannot be read once" list_fails
tap_end
