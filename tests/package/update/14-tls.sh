#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Repositories over TLS: whom we believe, and whom the server believes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/fetching.sh"
. "$TOP/tests/lib/authority.sh"

tiny_patch "$work/www/r" 5.14.0-1.el9.x86_64 1 1
createrepo_c --quiet --general-compress-type=gz "$work/www/r"
package=$work/www/r/kpatch-patch-5_14_0_1_el9-1-1.x86_64.rpm
echo "a key" >"$work/www/key"
ours=$work/ours theirs=$work/theirs
for AUTHORITY in "$ours" "$theirs"; do
    make_authority
    make_signer server server
    make_signer client client
done
URL_open='' URL_wants=''
serve open "$work/www" "$ours/server.pem" "$ours/server.key"
serve wants "$work/www" "$ours/server.pem" "$ours/server.key" "$ours/authority.pem"
echo "$URL_wants/r" >"$work/www/list"

# comes LINE...: with these all of it can be fetched; anew.
comes() {
    rm -rf "$cache"
    configured "$@"
    said metadata r
    cmp "$(field repomd)" "$work/www/r/repodata/repomd.xml"
    # shellcheck disable=SC2046
    said packages - $(of "$package")
    head -n 1 "$work/said" | grep -x "$(sum "$package")"
}

# does_not WORDS LINE...: with these nothing is fetched, and the message says what to do.
does_not() {
    local words=$1
    shift
    rm -rf "$cache"
    configured "$@"
    refused "$words" metadata r
    grep -E ' in(, or mend)? \[r\] (of|in) /.*/r\.repo$' "$work/error" || grep -F "mend [r] in $root" "$work/error"
}

unknown_authority() {
    local words="; if that is the right server, name the certificate of its authority with sslcacert= in [r] of "
    does_not "$words" "baseurl=$URL_open/r"
    does_not "$words" "baseurl=$URL_open/r" "sslcacert=$theirs/authority.pem"
    [ "$(requests open)" -eq 0 ]
    comes "baseurl=$URL_open/r" "sslcacert=$ours/authority.pem"
}

other_name() {
    does_not "does not match target host name" "baseurl=${URL_open/127.0.0.1/localhost}/r" \
        "sslcacert=$ours/authority.pem"
}

unverified() {
    comes "baseurl=$URL_open/r" sslverify=0
    comes "baseurl=${URL_open/127.0.0.1/localhost}/r" sslverify=0
}

# below the root it is the image's
below_root() {
    mkdir -p "$root/etc/pki"
    cp "$ours/authority.pem" "$root/etc/pki/site.pem"
    comes "baseurl=$URL_open/r" sslcacert=/etc/pki/site.pem
    does_not "its configuration: sslcacert=/etc/pki/nobody.pem: No such file or directory" \
        "baseurl=$URL_open/r" sslcacert=/etc/pki/nobody.pem
}

status_wanted() {
    does_not "; the server does not prove that its certificate is still good" \
        "baseurl=$URL_open/r" "sslcacert=$ours/authority.pem" sslverifystatus=1
}

client_wanted() {
    local words="; the server may want a certificate: name one that it knows with sslclientcert= and sslclientkey= in [r] of "
    local to=("baseurl=$URL_wants/r" "sslcacert=$ours/authority.pem")
    forget wants
    does_not "$words" "${to[@]}"
    does_not "$words" "${to[@]}" "sslclientcert=$theirs/client.pem" "sslclientkey=$theirs/client.key"
    does_not "$words" "${to[@]}" "sslclientcert=$ours/client.pem" "sslclientkey=$theirs/client.key"
    does_not "its configuration: sslclientkey=$ours/nobody.key: No such file" "${to[@]}" \
        "sslclientcert=$ours/client.pem" "sslclientkey=$ours/nobody.key"
    does_not "its configuration: sslclientcert=$ours/nobody.pem: No such file" "${to[@]}" \
        "sslclientcert=$ours/nobody.pem" "sslclientkey=$ours/client.key"
    [ "$(requests wants)" -eq 0 ]
    comes "${to[@]}" "sslclientcert=$ours/client.pem" "sslclientkey=$ours/client.key"
    # one file may have both
    cat "$ours/client.pem" "$ours/client.key" >"$work/both.pem"
    comes "${to[@]}" "sslclientcert=$work/both.pem"
}

# keys and lists of mirrors are fetched like the rest
for_all() {
    local with=("sslcacert=$ours/authority.pem" "sslclientcert=$ours/client.pem" "sslclientkey=$ours/client.key")
    does_not "its list of mirrors: " "mirrorlist=$URL_wants/list" "sslcacert=$ours/authority.pem"
    refused "its key: " key r "$URL_wants/key"
    comes "mirrorlist=$URL_wants/list" "${with[@]}"
    said key r "$URL_wants/key"
    grep -x "a key" "$work/said"
}

steps "a server whose authority nobody knows is refused, and sslcacert= names it" unknown_authority
steps "a server with the certificate of another is refused" other_name
steps "sslverify=0 believes anybody, as it does for dnf" unverified
steps "files that --root has are taken from there, and named if they are missing" below_root
steps "sslverifystatus=1 wants more than a certificate" status_wanted
steps "a server that wants a certificate gets that of sslclientcert=" client_wanted
steps "keys and lists of mirrors are fetched like the rest" for_all
tap_end
