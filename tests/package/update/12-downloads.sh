#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packages and their headers from mirrors that cut, lie, hang and come back.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
# not below /tmp, which may have no extended attributes: librepo notes there that
# half a file is its own
WORK_BELOW=$OUT
. "$TOP/tests/package/fetching.sh"
parts=$cache/packages

tiny_patch "$work/www/r" 5.14.0-1.el9.x86_64 1 1
tiny_patch "$work/www/r" 5.14.0-1.el9.x86_64 1 2
small=$work/www/r/kpatch-patch-5_14_0_1_el9-1-1.x86_64.rpm
big=$work/www/r/big+~1^2.rpm
head -c 3000000 /dev/urandom >"$big"
serve main "$work/www"
serve other "$work/other"

begun() {
    faults main
    faults other
    forget main
    rm -rf "$parts" "$work/to" "${parts%/*}/headers"
    configured timeout=2 "baseurl=$URL_main/r"
}

fetches() {
    begun
    # shellcheck disable=SC2046
    said packages - $(of "$small") $(of "$big")
    # what is read, how many names it has, and how long it is
    diff "$work/said" <(for f in "$small" "$big"; do sum "$f"; echo "0:$(size "$f")"; done)
    [ "$(find "$parts" -type f | wc -l)" -eq 0 ]
    [ "$(stat -c %a "$parts")" = 700 ]
}

into_folder() {
    begun
    # shellcheck disable=SC2046
    said packages "$work/to" $(of "$small") $(of "$big")
    cmp "$small" "$work/to/$(basename "$small")"
    cmp "$big" "$work/to/$(basename "$big")"
    [ "$(find "$work/to" -type f | wc -l)" -eq 2 ]
    # what is there is not fetched again, unless it is not what it should be
    forget main
    # shellcheck disable=SC2046
    said packages "$work/to" $(of "$small") $(of "$big")
    [ "$(requests main)" -eq 0 ]
    printf x | dd of="$work/to/$(basename "$small")" bs=1 seek=200 conv=notrunc status=none
    # shellcheck disable=SC2046
    said packages "$work/to" $(of "$small") $(of "$big")
    [ "$(requests main)" -eq 1 ]
    cmp "$small" "$work/to/$(basename "$small")"
}

# killed_in_the_middle: what is left of it is at least 20,000 bytes.
killed_in_the_middle() {
    local pid tries=0
    begun
    faults main '*big* slow 5'
    # shellcheck disable=SC2046
    "$FETCH" "$root" packages - $(of "$big") >/dev/null 2>&1 &
    pid=$!
    until [ "$(find "$parts" -type f -size +20k 2>/dev/null | wc -l)" -eq 1 ] || [ $((++tries)) -gt 100 ]; do sleep 0.1; done
    kill -KILL $pid
    wait $pid || true
    faults main
    forget main
}

goes_on() {
    local left
    killed_in_the_middle
    left=$(size "$(find "$parts" -type f)")
    # shellcheck disable=SC2046
    said packages - $(of "$big")
    head -n 1 "$work/said" | grep -x "$(sum "$big")"
    [ "$(requests main)" -eq 1 ]
    [ -n "$NO_XATTR" ] || grep "bytes=$left-" "$SERVE/main.log"
    [ "$(find "$parts" -type f | wc -l)" -eq 0 ]
}

goes_on_wrongly() {
    killed_in_the_middle
    # half of something else
    printf wrong | dd of="$(find "$parts" -type f)" bs=1 seek=500 conv=notrunc status=none
    # shellcheck disable=SC2046
    said packages - $(of "$big")
    head -n 1 "$work/said" | grep -x "$(sum "$big")"
    [ -n "$NO_XATTR" ] || [ "$(requests main)" -ge 2 ]
}

is_cut() {
    begun
    faults main '*big* cut 1000000'
    # shellcheck disable=SC2046
    refused "big+~1^2.rpm: Curl error (18): Transferred a partial file for $URL_main/r/" packages - $(of "$big")
    [ "$(find "$parts" -type f | wc -l)" -eq 0 ]
    faults main '*big* cut-once 1000000'
    # shellcheck disable=SC2046
    said packages - $(of "$big")
    head -n 1 "$work/said" | grep -x "$(sum "$big")"
}

other_mirror() {
    begun
    cp "$big" "$work/other/r/"
    configured timeout=2 "baseurl=$URL_main/r $URL_other/r"
    local fault
    for fault in 'status 404' 'status 503' 'cut 5000' "instead $small" 'hang 20'; do
        faults main "*big* $fault"
        rm -rf "$parts"
        # shellcheck disable=SC2046
        said packages - $(of "$big")
        head -n 1 "$work/said" | grep -x "$(sum "$big")"
    done
}

lies() {
    begun
    local good
    good=$(sum "$small")
    refused "kpatch-patch-5_14_0_1_el9-1-1.x86_64.rpm" packages - r "$(basename "$small")" "${good/[0-9a-f]/x}" 100
    refused "the metadata have no checksum of it that counts" packages - r x.rpm "" 100
    refused "the metadata have no checksum of it that counts" packages - r x.rpm "../../../x" 100
    refused "$URL_main/r/$(basename "$small")" packages - r "$(basename "$small")" "$good" 100
    refused "$URL_main/r/$(basename "$small")" packages - r "$(basename "$small")" "${good:1}0" "$(size "$small")"
    refused "its location leads out of the repository: ../x.rpm" packages - r ../x.rpm "$good" 100
    refused "its location leads out of the repository" packages - r '%2e%2e/x.rpm' "$good" 100
    refused "its location leads out of the repository" packages - r '/etc/passwd' "$good" 100
    refused "its location leads out of the repository" packages - r 'file:///etc/passwd' "$good" 100
    refused "10737418240 bytes, more than size-limit=1024 MiB" packages - r x.rpm "$good" 10737418240
    fails said packages - r "$(printf 'a\033[2Jb.rpm')" "$good" 100
    fails grep -P '[^\x20-\x7e\n]' "$work/error"
    # all or nothing
    # shellcheck disable=SC2046
    refused "404" packages "$work/to" $(of "$small") r missing.rpm "$good" 100
}

too_much() {
    begun
    faults main '*big* endless'
    # shellcheck disable=SC2046
    (ulimit -f 40000; refused "bytes came" packages - $(of "$big"))
    faults main '*big* length no'
    # shellcheck disable=SC2046
    said packages - $(of "$big")
}

too_slow() {
    begun
    head -c 300000 "$big" >"$work/www/r/middle.rpm"
    faults main '*middle* slow 10'
    configured timeout=1 minrate=1M "baseurl=$URL_main/r"
    # shellcheck disable=SC2046
    refused "Less than 1048576 bytes/sec" packages - $(of "$work/www/r/middle.rpm")
    configured timeout=1 minrate=5k "baseurl=$URL_main/r"
    # shellcheck disable=SC2046
    said packages - $(of "$work/www/r/middle.rpm")
    rm "$work/www/r/middle.rpm"
}

stopped() {
    local rc=0
    begun
    faults main '*big* slow 5'
    # shellcheck disable=SC2046
    STOP_AFTER=5000 "$FETCH" "$root" packages - $(of "$big") >"$work/said" 2>"$work/error" || rc=$?
    [ "$rc" -eq 3 ]
    [ ! -s "$work/said" ]
}

two_at_once() {
    local i pids=()
    begun
    faults main '*big* slow 1'
    for i in 1 2 3; do
        # shellcheck disable=SC2046
        "$FETCH" "$root" packages - $(of "$big") >"$work/said.$i" 2>"$work/error.$i" &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i"; done
    for i in 1 2 3; do head -n 1 "$work/said.$i" | grep -x "$(sum "$big")"; done
}

tells_progress() {
    begun
    # shellcheck disable=SC2046
    PROGRESS=1 said packages - $(of "$big")
    grep "^progress big+~1^2.rpm 3000000/3000000" "$work/said"
}

# header_end FILE: where createrepo_c says that the header ends.
header_end() {
    createrepo_c --quiet --general-compress-type=gz "$work/www/r" --excludes='big*'
    zcat "$work/www/r/repodata/"*-primary.xml.gz |
        awk -v name="$(basename "$1")" '/<location href=/ { mine = index($0, name) }
            mine && match($0, /header-range start="[0-9]+" end="[0-9]+"/) {
                gsub(/.*end="|".*/, ""); print; exit }'
}

headers() {
    begun
    configured "baseurl=$URL_main/r"    # a busy machine is to ask once, too
    local end good
    end=$(header_end "$small")
    good=$(sum "$small")
    [ "$end" -gt 1000 ]
    said headers r "$(basename "$small")" "$good" "$end"
    diff "$work/said" <(head -c "$end" "$small" | sha256sum | cut -d' ' -f1; echo "1:$end")
    grep "bytes=0-$((end - 1))" "$SERVE/main.log"
    forget main
    said headers r "$(basename "$small")" "$good" "$end"
    [ "$(requests main)" -eq 0 ]
    # a damaged one is fetched again
    printf x | dd of="${parts%/*}/headers/$good" bs=1 seek=96 conv=notrunc status=none
    said headers r "$(basename "$small")" "$good" "$end"
    [ "$(requests main)" -eq 1 ]
    # what is old goes
    touch -d '100 days ago' "${parts%/*}/headers/$good" "${parts%/*}/headers/left.1-0"
    said headers r "$(basename "$small")" "$good" "$end"
    [ ! -e "${parts%/*}/headers/left.1-0" ]
    # a server without ranges sends more, and only this is taken
    rm -r "${parts%/*}/headers"
    faults main '*.rpm ranges no'
    said headers r "$(basename "$small")" "$good" "$end"
    diff "$work/said" <(head -c "$end" "$small" | sha256sum | cut -d' ' -f1; echo "1:$end")
    faults main
    # one that cannot be had is none, and the others are
    said headers r missing.rpm "${good:1}0" 1000 r "$(basename "$small")" "$good" "$end" \
        r "$(basename "$small")" "${good:1}1" $((end + 8)) r ../x "${good:1}2" 100 \
        r "$(basename "$big")" "${good:1}3" 500 r x "$good" 0 r x "$good" 99999999999
    diff "$work/said" <(echo none; head -c "$end" "$small" | sha256sum | cut -d' ' -f1; echo "1:$end"
        printf 'none\nnone\nnone\nnone\nnone\n')
    [ "$(find "${parts%/*}/headers" -type f | wc -l)" -eq 1 ]
}

NO_XATTR=yes
if touch "$work/probe" && /usr/bin/python3 -c "import os, sys; os.setxattr(sys.argv[1], 'user.x', b'1')" \
    "$work/probe" 2>/dev/null; then NO_XATTR=''; fi
steps "packages come as descriptors of files without a name" fetches
steps "packages come into a folder, once" into_folder
steps "a download that was killed goes on where it was" goes_on
steps "a download that went on with something wrong starts anew" goes_on_wrongly
steps "a download that is cut is tried again" is_cut
steps "another mirror takes over" other_mirror
steps "wrong checksums, sizes and places are refused" lies
steps "no more is taken than was said" too_much
steps "one slower than minrate= is given up" too_slow
steps "a download is stopped" stopped
steps "three downloads of the same at once" two_at_once
steps "progress is told" tells_progress
steps "headers come by range, and are kept" headers
tap_end
