#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Repositories that are broken, lie, fall behind or go away, and fetches that end in
# the middle: an error that says what of which repository is wrong, and what was
# there before is there still.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/fetching.sh"

tiny_patch "$work/good" 5.14.0-1.el9.x86_64 1 1
createrepo_c --quiet --general-compress-type=gz "$work/good"
sleep 1.1
# newer FOLDER: what the repository has become by now.
tiny_patch "$work/newer" 5.14.0-1.el9.x86_64 1 2
createrepo_c --quiet --general-compress-type=gz "$work/newer"
repomd=$work/www/r/repodata/repomd.xml

# published FOLDER: on the main server.
published() { rm -rf "$work/www/r" && cp -r "$1" "$work/www/r"; }
primary() { echo "$work/www/r/repodata/"*-primary.xml.gz; }

# begun: the good metadata are here, and the server has newer ones and no fault.
begun() {
    faults main
    faults other
    rm -rf "$cache"
    published "$work/good"
    configured "baseurl=$URL_main/r" timeout=2
    said metadata r
    cp "$work/said" "$work/before"
    published "$work/newer"
}

# kept: what is found is what was there before.
kept() {
    said find r
    diff "$work/before" "$work/said"
    [ "$(find "$cache" -maxdepth 2 -type d -name 'md-*' | wc -l)" -eq 1 ]
}

# changes_nothing WORDS: the fetch fails, says so and what to do, and changes nothing.
changes_nothing() {
    refused "$1" metadata r
    grep -E '; try again later, or mend \[r\] in /.*/r\.repo$' "$work/error"
    kept
    [ "$(find "$cache" -maxdepth 2 -name 'new-*' | wc -l)" -eq 0 ]
}

# broken WORDS COMMAND...: what COMMAND does to the newer metadata is noticed.
broken() {
    local words=$1
    shift
    begun
    "$@"
    changes_nothing "$words"
    # and it was that alone
    faults main
    published "$work/newer"
    said metadata r
    cmp "$(field repomd)" "$repomd"
}

in_repomd() { sed -i "$1" "$repomd"; }
repomd_is() { printf '%b' "$1" >"$repomd"; }
packed_again() {
    local file
    file=$(primary)
    cp "$1" "$file"
    in_repomd "/type=\"primary\"/,/<\/data>/s/<size>[0-9]*</<size>$(stat -c %s "$file")</"
}
laughs() {
    {
        echo '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">'
        local i
        for i in b c d e f g h i j k; do
            printf '<!ENTITY %s "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">\n' "$i"
        done
        echo ']><repomd><revision>&k;</revision></repomd>'
    } >"$repomd"
}

stays_within_memory() {
    begun
    faults main '*/repomd.xml endless'
    (ulimit -f 40000; changes_nothing "more than 4194304 bytes came")
    faults main '*-primary.xml.gz endless'
    (ulimit -f 40000; changes_nothing "bytes came")
}

hangs() {
    local start=$SECONDS
    begun
    faults main '*/repomd.xml hang 30'
    changes_nothing "$URL_main/r/repodata/repomd.xml"
    [ $((SECONDS - start)) -lt 20 ]
}

refuses_connection() {
    begun
    configured "baseurl=http://127.0.0.1:1/r"
    fails said metadata r
    grep -E "repository r: .*http://127.0.0.1:1/r/repodata/repomd.xml" "$work/error"
    configured "baseurl=http://user:secret@127.0.0.1:1/r"
    fails said metadata r
    fails grep secret "$work/error"
}

# the server has no IPv6, and the name both
one_family() {
    begun
    configured "baseurl=${URL_main/127.0.0.1/localhost}/r" timeout=2 ip_resolve=6
    refused "Curl error (" metadata r
    configured "baseurl=${URL_main/127.0.0.1/localhost}/r" timeout=2 ip_resolve=4
    said metadata r
}

# made FOLDER NUMBER: the revision that its metadata say.
made() { sed -i "s#<revision>.*</revision>#<revision>$2</revision>#" "$1/repodata/repomd.xml"; }

# ahead REVISION: who said that once keeps nobody from what the repository really has.
ahead() {
    begun
    made "$work/www/r" "$1"
    said metadata r
    cmp "$(field repomd)" "$repomd"
    published "$work/newer"
    said metadata r
    cmp "$(field repomd)" "$repomd"
    # what is older than what was here before that still is not taken
    published "$work/good"
    fails said metadata r
    grep 'the mirror is behind: it has revision' "$work/error"
}

behind() {
    local now
    now=$(date +%s)
    begun
    said metadata r
    cp "$work/said" "$work/before"
    published "$work/good"
    fails said metadata r
    grep 'the mirror is behind: it has revision' "$work/error"
    said find r
    diff "$work/before" "$work/said"
    # another mirror that is not
    cp -r "$work/newer" "$work/www/n"
    made "$work/www/n" $((now + 600))
    configured "baseurl=$URL_main/r $URL_main/n"
    said metadata r
    cmp "$(field repomd)" "$work/www/n/repodata/repomd.xml"
    # nor does one of a list keep the next from being asked
    rm -rf "$cache"
    configured "mirrorlist=$URL_main/list"
    echo "$URL_main/n" >"$work/www/list"
    said metadata r
    made "$work/www/n" $((now + 1200))
    printf '%s\n' "$URL_main/r" "$URL_main/n" >"$work/www/list"
    said metadata r
    cmp "$(field repomd)" "$work/www/n/repodata/repomd.xml"
}

mixed() {
    begun
    cp "$work/good/repodata/"*-primary.xml.gz "$(primary)"
    changes_nothing primary.xml.gz
    # the next mirror has the file, or all of it
    mkdir -p "$work/other/r"
    cp -r "$work/newer/repodata" "$work/other/r/"
    configured "baseurl=$URL_main/r" "  $URL_other/r" timeout=2
    said metadata r
    cmp "$(field primary)" "$work/newer/repodata/"*-primary.xml.gz
    rm -rf "$cache"
    in_repomd '/type="primary"/,/<\/data>/s/<checksum type="sha256">..../<checksum type="sha256">0000/'
    said metadata r
    cmp "$(field repomd)" "$work/newer/repodata/repomd.xml"
    rm -rf "$cache"
    faults main '* status 503'
    said metadata r
    faults main '*-primary.xml.gz cut 20'
    rm -rf "$cache"
    said metadata r
}

killed() {
    local pid tries=0
    begun
    faults main '*-primary.xml.gz hang 20'
    "$FETCH" "$root" metadata r >/dev/null 2>&1 &
    pid=$!
    until compgen -G "$cache/r-*/new-*/primary.xml.gz" >/dev/null || [ $((++tries)) -gt 100 ]; do sleep 0.1; done
    kill -KILL $pid
    wait $pid || true
    kept
    [ "$(find "$cache" -maxdepth 2 -name 'new-*' | wc -l)" -eq 1 ]
    faults main
    said metadata r
    cmp "$(field repomd)" "$repomd"
    [ "$(find "$cache" -maxdepth 2 -name 'new-*' | wc -l)" -eq 0 ]
}

stopped() {
    local rc=0
    begun
    faults main '*-primary.xml.gz slow 100'
    STOP_AFTER=1 "$FETCH" "$root" metadata r >"$work/said" 2>"$work/error" || rc=$?
    [ "$rc" -eq 3 ]
    grep 'stopped while fetching; what was there before is unchanged' "$work/error"
    kept
}

hanging_lists() {
    local key
    begun
    echo "$URL_main/r" >"$work/www/list"
    faults main '/list hang 20' '/metalink hang 20' '/key hang 20'
    for key in mirrorlist=$URL_main/list metalink=$URL_main/metalink; do
        configured "$key"
        stops metadata r
    done
    stops key r "$URL_main/key"
    begun
    said find r
    diff "$work/before" "$work/said"
}

endless_lists() {
    local key
    begun
    echo "$URL_main/r" >"$work/www/list"
    cp "$work/www/list" "$work/www/metalink"
    cp "$work/www/list" "$work/www/key"
    faults main '/list endless' '/metalink endless' '/key endless'
    for key in mirrorlist=$URL_main/list metalink=$URL_main/metalink; do
        configured "$key"
        (ulimit -f 40000; refused "its list of mirrors: more than 1048576 bytes came" metadata r)
    done
    (ulimit -f 40000; refused "its key: more than 1048576 bytes came" key r "$URL_main/key")
}

# what lists may not say: files of this machine, and nothing at all
bad_lists() {
    begun
    configured "mirrorlist=$URL_main/list"
    printf 'file://%s\n%s\n' "$work/www/r" "$work/www/r" >"$work/www/list"
    refused "its list of mirrors: it names none that can be used" metadata r
    : >"$work/www/list"
    refused "its list of mirrors: " metadata r
    rm "$work/www/list"
    refused "its list of mirrors: Status code: 404 for $URL_main/list" metadata r
    configured "metalink=$URL_main/metalink"
    echo '<html>Welcome</html>' >"$work/www/metalink"
    refused "its list of mirrors: " metadata r
    # of this machine is what is configured to be
    echo "file://$work/www/r" >"$work/www/list"
    configured "mirrorlist=$work/www/list"
    said metadata r
    cmp "$(field repomd)" "$repomd"
}

two_at_once() {
    local i pids=()
    begun
    faults main '*-primary.xml.gz hang 0.5'
    for i in 1 2 3 4; do
        "$FETCH" "$root" metadata r >"$work/said.$i" 2>&1 &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i"; done
    for i in 1 2 3 4; do
        grep -q ^fresh "$work/said.$i"
        diff <(grep cookie "$work/said.1") <(grep cookie "$work/said.$i")
    done
    said find r
    cmp "$(field repomd)" "$repomd"
    said metadata r
    [ "$(find "$cache" -maxdepth 2 -type d -name 'md-*' | wc -l)" -le 2 ]
    [ "$(find "$cache" -maxdepth 2 -name 'new-*' | wc -l)" -eq 0 ]
}

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$FETCH" "$root" "$@" >"$work/said" 2>"$work/error"; }

not_root() {
    begun
    cp "$FETCH" "$work/fetch"
    cp "$OUT/build/kpatch-fetch.so" "$work/"
    local FETCH=$work/fetch
    KPATCH_MANAGER_PLUGINS=$work fails as_nobody metadata r
    grep 'run this as root, nobody else fetches anything' "$work/error"
    as_nobody find r
    diff "$work/before" "$work/said"
}

disk_full() {
    begun
    rm -rf "$root/var/cache"
    mkdir -p "$root/var/cache"
    mount -t tmpfs -o size=64k tmpfs "$root/var/cache"
    in_repomd '/type="primary"/,/<\/data>/s/<size>[0-9]*</<size>100000</'
    fails said metadata r
    grep -E 'has [0-9]+ bytes free, and 100000 are to be fetched; make room there' "$work/error"
    published "$work/newer"
    dd if=/dev/zero of="$root/var/cache/fill" bs=1k status=none 2>/dev/null || true
    fails said metadata r
    rm "$root/var/cache/fill"
    said metadata r
}

serve main "$work/www"
serve other "$work/other"
url=$URL_main/r/repodata

steps "no repomd.xml" broken "Status code: 404 for $url/repomd.xml" faults main '*/repomd.xml status 404'
steps "a server in trouble" broken "Status code: 503 for $url/repomd.xml" faults main '* status 503'
steps "repomd.xml cut by the connection" broken "$url/repomd.xml" faults main '*/repomd.xml cut 100'
steps "repomd.xml cut on the server" broken "repomd.xml: " truncate -s 400 "$repomd"
steps "repomd.xml empty" broken "repomd.xml: " truncate -s 0 "$repomd"
steps "a page of a hotel instead" broken "not a repomd.xml but: html" repomd_is '<html><body>Welcome</body></html>'
steps "control characters" broken "repomd.xml: " repomd_is '<repomd>\033[2J\033]0;x\007</repomd>'
steps "a billion laughs" broken "repomd.xml: " laughs
steps "a location outside" broken "leads out of the repository: ../../../etc/passwd" \
    in_repomd 's#href="repodata/[^"]*-primary#href="../../../etc/passwd"/><x y="#'
steps "a location outside, escaped" broken "leads out of the repository: %2e%2e/x.xml.gz" \
    in_repomd 's#href="repodata/[^"]*-primary.xml.gz#href="%2e%2e/x.xml.gz#'
steps "an absolute location" broken "leads out of the repository: /etc/passwd" \
    in_repomd 's#href="repodata/[^"]*-primary.xml.gz#href="/etc/passwd#'
steps "files of this machine as the base" broken "which is no server" \
    in_repomd 's#<location href="\(repodata/[^"]*-primary\)#<location xml:base="file:///" href="\1#'
steps "a weak checksum" broken "unknown or too weak: md5" \
    in_repomd 's#<checksum type="sha256">#<checksum type="md5">#'
steps "a claim of 10 GiB" broken "10737418240 bytes, more than size-limit=1024 MiB in manager.conf allows" \
    in_repomd '/type="primary"/,/<\/data>/s/<size>[0-9]*</<size>10737418240</'
steps "a wrong size" broken "primary.xml.gz" in_repomd '/type="primary"/,/<\/data>/s/<size>[0-9]*</<size>17</'
steps "a wrong checksum" broken "primary.xml.gz" \
    in_repomd '/type="primary"/,/<\/data>/s/<checksum type="sha256">..../<checksum type="sha256">0000/'
steps "no primary" broken "it names no list of packages" \
    in_repomd 's/type="primary"/type="secondary"/'
steps "primary missing" broken "Status code: 404 for $url/" faults main '*-primary.xml.gz status 404'
steps "primary cut by the connection" broken "primary.xml.gz" faults main '*-primary.xml.gz cut 50'
steps "primary of another repository" broken "primary.xml.gz" packed_again "$work/good/repodata/repomd.xml"
steps "a compression that nobody can read" broken "compressed in a way that cannot be read" \
    in_repomd 's#-primary.xml.gz#-primary.xml.zck#'
steps "a server that never stops sending" stays_within_memory
steps "a server that says nothing" hangs
steps "no server, and no password in the message" refuses_connection
steps "no server of the family that is asked for" one_family
steps "a mirror that is behind" behind
steps "a revision beyond all times" ahead 18446744073709551615
steps "a revision of tomorrow" ahead $(($(date +%s) + 86400))
steps "a mirror whose files do not go together" mixed
steps "a fetch that is killed" killed
steps "a fetch that is stopped" stopped
steps "a list of mirrors, or a key, that does not come" hanging_lists
steps "a list of mirrors, or a key, that never ends" endless_lists
steps "a list of mirrors that names no server" bad_lists
steps "four fetches at once" two_at_once
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --clear-groups true 2>/dev/null; then
    steps "who is not root reads, and fetches nothing" not_root
else
    skip "who is not root reads, and fetches nothing" "cannot become somebody else"
fi
if mkdir -p "$work/probe" && mount -t tmpfs tmpfs "$work/probe" 2>/dev/null; then
    umount "$work/probe"
    steps "a disk that is full" disk_full
    umount "$root/var/cache" 2>/dev/null || true
else
    skip "a disk that is full" "cannot mount here"
fi
tap_end
