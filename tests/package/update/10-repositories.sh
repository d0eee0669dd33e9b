#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Repositories: what of their configuration dnf and we read alike, metadata that is
# fetched, kept, renewed and found, in every compression, and what dnf has fetched.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/fetching.sh"

KVER=5.14.0-362.8.1.el9_3.x86_64
tiny_patch "$work/packages" "$KVER" 1 1
tiny_patch "$work/packages" "$KVER" 1 2
cat >"$work/updateinfo.xml" <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<updates><update from="us" status="final" type="security" version="1"><id>T-1</id>
<title>t</title><issued date="2026-01-01 00:00:00"/></update></updates>
END

# repository FOLDER COMPRESSION: with both packages and the advisories. Not every
# createrepo_c knows zstd.
repository() {
    local type=$2
    [ "$type" != zst ] || type=gz
    rm -rf "$1"
    mkdir -p "$1"
    cp "$work/packages"/*.rpm "$1"
    createrepo_c --quiet --general-compress-type="$type" --compress-type="$type" "$1"
    modifyrepo_c --compress-type="$type" "$work/updateinfo.xml" "$1/repodata" >/dev/null
    [ "$2" = zst ] || return 0
    for type in primary updateinfo; do
        zcat "$1/repodata/"*"$type.xml.gz" | zstd -q >"$1/repodata/x-$type.xml.zst"
        rm "$1/repodata/"*"$type.xml.gz"
    done
    make_repomd "$1" x-primary.xml.zst x-updateinfo.xml.zst
}

read_alike() {
    cat >"$root/etc/dnf/dnf.conf" <<'END'
[main]
gpgcheck=1
metadata_expire=6h
varsdir=/etc/dnf/vars
skip_if_unavailable=yes
proxy=http://127.0.0.1:3128
proxy_auth_method=Digest
timeout=1m
END
    mkdir -p "$root/etc/dnf/vars"
    echo here >"$root/etc/dnf/vars/site"
    echo 9.4 >"$root/etc/dnf/vars/releasever"
    cat >"$root/etc/yum.repos.d/r.repo" <<'END'
# a comment
[a-$site]
name = A = 100% $site ${site} $nowhere $DNF1 $OURS $arch
baseurl = http://127.0.0.1/$basearch/$releasever, http://127.0.0.1/2
 http://127.0.0.1/3
priority=7
gpgcheck=off
proxy=_none_
ip_resolve=IPv4
minrate=5k
exclude=z
excludepkgs=x, y
includepkgs=*
[b]
name=b
mirrorlist=http://127.0.0.1/list?a=1&b=$basearch
metadata_expire=never
repo_gpgcheck=True
skip_if_unavailable=0
unknown_key=1
proxy=
proxy_auth_method=basic
sslverifystatus=1
proxy_sslverify=no
timeout=90
[c]
name=c
metalink=https://127.0.0.1/metalink
metadata_expire=1.5d
[c]
priority=-3
[d]
name=d
enabled=False
baseurl=http://127.0.0.1/d
END
    cat >"$root/etc/yum.repos.d/s.repo" <<'END'
[b]
name=second
baseurl=http://127.0.0.1/second
END
    echo vax >"$root/etc/dnf/vars/OTHER"
    local -x DNF1=one DNF_VAR_OURS=ours DNF_VAR_site=elsewhere DNF_VAR_OTHER=x
    /usr/bin/python3 "$TOP/tests/package/as-dnf.py" "$root"
    [ "$(wc -l <"$root/as-dnf")" -eq 3 ]
    said repos
    diff "$root/as-dnf" "$work/said"
    grep -q "s.repo: \[b\] is left out" "$work/error"
}

# Many small files, each right or wrong in its own way. $REPOS_SEED has others.
random_alike() {
    local folder
    /usr/bin/python3 "$TOP/tests/package/random-repos.py" "$work/random" "${REPOS_SEED:-1}" 300
    /usr/bin/python3 "$TOP/tests/package/as-dnf.py" "$work"/random/*
    [ "$(find "$work/random" -name as-dnf -size +0 | wc -l)" -gt 100 ]
    for folder in "$work"/random/*; do
        "$FETCH" "$folder" repos >"$folder/ours" 2>"$folder/warnings"
        diff "$folder/as-dnf" "$folder/ours" || { cat "$folder/etc/yum.repos.d/r.repo"; return 1; }
    done
    rm -r "$work/random"
}

fetches() {
    repository "$work/www/r" "$1"
    rm -rf "$cache"
    forget main
    said metadata r
    [ "$(requests main)" -eq 3 ]
    [ "$(requests main 'filelists\|other')" -eq 0 ]
    cmp "$(field repomd)" "$work/www/r/repodata/repomd.xml"
    cmp "$(field primary)" "$work/www/r/repodata/"*primary.xml*
    cmp "$(field updateinfo)" "$work/www/r/repodata/"*updateinfo.xml*
    [ "$(field cookie)" = "$(sha256sum <"$(field repomd)" | cut -d' ' -f1)" ]
    grep -q ^fresh "$work/said"
    mv "$work/said" "$work/fetched"
    said find r
    diff "$work/fetched" "$work/said"
}

asks_only() {
    forget main
    touch -d '1 hour ago' "$(field primary)"    # the stamp is wrong now, and mended
    said find r
    said metadata r
    [ "$(requests main)" -eq 1 ]
}

# A stamp is as good as reading, and cheaper: strace sees what is opened.
opens_nothing() {
    said find r
    strace -f -e trace=openat -o "$work/strace" "$FETCH" "$root" find r >/dev/null
    [ "$(grep -c 'primary.xml\|repomd.xml' "$work/strace")" -eq 0 ]
    [ "$(grep -c 'librepo\|libcurl\|libxml2\|librpm' "$work/strace")" -eq 0 ]
}

renews() {
    cp "$work/fetched" "$work/before"
    sleep 1.1     # the revision is a time in seconds
    cp "$work/packages"/*.rpm "$work/www/r"
    sed -i 's/T-1/T-2/' "$work/updateinfo.xml"
    modifyrepo_c --compress-type=gz "$work/updateinfo.xml" "$work/www/r/repodata" >/dev/null
    forget main
    said metadata r
    # the list of packages is what it was
    [ "$(requests main)" -eq 2 ]
    [ "$(requests main primary)" -eq 0 ]
    [ "$(field cookie)" != "$(sed -n 's/^cookie //p' "$work/before")" ]
    cmp "$(field primary)" "$work/www/r/repodata/"*primary.xml*
    # who began before may go on reading
    [ -e "$(sed -n 's/^primary //p' "$work/before")" ]
    opens_nothing
}

cleans_up() {
    local revision
    for revision in 1 2 3; do
        sed -i "s/<revision>/<revision>$revision/" "$work/www/r/repodata/repomd.xml"
        said metadata r
    done
    [ "$(find "$cache" -maxdepth 2 -type d -name 'md-*' | wc -l)" -eq 2 ]
    [ "$(find "$cache" -maxdepth 2 -name 'new-*' | wc -l)" -eq 0 ]
}

expires() {
    configured "baseurl=$URL_main/r" "metadata_expire=1"
    said metadata r
    sleep 2.1
    said find r
    grep -q ^stale "$work/said"
    configured "baseurl=$URL_main/r" "metadata_expire=never"
    said find r
    grep -q ^fresh "$work/said"
}

rejects() {
    said find r
    cp "$work/said" "$work/before"
    said previous r
    [ "$(field cookie)" != "$(sed -n 's/^cookie //p' "$work/before")" ]
    mv "$work/said" "$work/after"
    said find r
    diff "$work/after" "$work/said"
    fails said metadata r
    grep -q 'still those that could not be read' "$work/error"
    rm "$cache"/*/rejected
    said metadata r
}

with_dnf() {
    rm -rf "$cache"
    configured "name=r" "baseurl=$URL_main/r" "metadata_expire=1h"
    printf '[main]\nreposdir=/etc/yum.repos.d\n' >"$root/etc/dnf/dnf.conf"
    dnf -q --installroot="$root" --releasever=9 --setopt=reposdir="$root/etc/yum.repos.d" \
        makecache >"$work/dnf.log" 2>&1 || { cat "$work/dnf.log"; return 1; }
    forget main
    said find r
    [[ $(field primary) == "$root"/var/cache/dnf/r-*/repodata/*primary.xml* ]]
    grep -q ^fresh "$work/said"
    compgen -G "$cache/r-*/dnf.stamp"
    opens_nothing
    # what dnf was told to forget is asked for
    echo '["r"]' >"$root/var/cache/dnf/expired_repos.json"
    said find r
    grep -q ^stale "$work/said"
    said metadata r
    [[ $(field primary) == "$cache"/* ]]
    # ours is newer now; when dnf asks again it is dnf's
    sleep 1.1
    dnf -q --installroot="$root" --releasever=9 --setopt=reposdir="$root/etc/yum.repos.d" --refresh \
        makecache >"$work/dnf.log" 2>&1
    rm -f "$root/var/cache/dnf/expired_repos.json"
    said find r
    [[ $(field primary) == "$root"/var/cache/dnf/* ]]
    [ "$(requests main)" -gt 0 ]
}

damaged_on_disk() {
    rm -rf "$cache" "$root/var/cache/dnf"
    said metadata r
    local primary
    primary=$(field primary)
    printf x | dd of="$primary" bs=1 seek=20 conv=notrunc status=none
    said find r
    grep -qx nothing "$work/said"
    said metadata r
    cmp "$(field primary)" "$work/www/r/repodata/"*primary.xml*
}

# noted NAME: what the stamp beside it says of a file of that set.
noted() { stat -c '%d:%i:%s:%.9Y:%.9Z' "$1"; }

# rotten_on_disk: a byte that changes and no time with it, as a disk does that.
rotten_on_disk() {
    rm -rf "$cache"
    said metadata r
    local primary stamp
    primary=$(field primary)
    stamp=$(dirname "$primary")/stamp
    printf x | dd of="$primary" bs=1 seek=20 conv=notrunc status=none
    sed -i "s/^primary-is=.*/primary-is=$(noted "$primary")/" "$stamp"
    said find r
    [ "$(field primary)" = "$primary" ]
    said metadata r
    cmp "$(field primary)" "$work/www/r/repodata/"*primary.xml*
    # nor is it carried into the set of a new revision
    primary=$(field primary)
    stamp=$(dirname "$primary")/stamp
    printf x | dd of="$primary" bs=1 seek=20 conv=notrunc status=none
    sed -i "s/^primary-is=.*/primary-is=$(noted "$primary")/" "$stamp"
    sed -i 's/<revision>/<revision>1/' "$work/www/r/repodata/repomd.xml"
    said metadata r
    cmp "$(field primary)" "$work/www/r/repodata/"*primary.xml*
}

# metalink CHECKSUM [OLDER...]: of repomd.xml; "old" is preferred, and stands behind "r".
metalink() {
    local older='' sum
    for sum in "${@:2}"; do
        older+="<mm0:alternate><verification><hash type=\"sha256\">$sum</hash></verification></mm0:alternate>"
    done
    cat >"$work/www/metalink" <<END
<?xml version="1.0" encoding="utf-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/"
 xmlns:mm0="http://fedorahosted.org/mirrormanager"><files><file name="repomd.xml">
<verification><hash type="sha256">$1</hash></verification>
<mm0:alternates>$older</mm0:alternates>
<resources maxconnections="1">
<url protocol="rsync" type="rsync" preference="100">rsync://127.0.0.1/r/repodata/repomd.xml</url>
<url protocol="http" type="http" preference="90">$URL_main/r/repodata/repomd.xml</url>
<url protocol="http" type="http" preference="100">$URL_main/old/repodata/repomd.xml</url>
</resources></file></files></metalink>
END
}

lists_of_mirrors() {
    local none=0000000000000000000000000000000000000000000000000000000000000000
    repository "$work/www/r" gz
    echo "$URL_main/r" >"$work/www/list"
    configured "mirrorlist=$URL_main/list"
    said metadata r
    cp -r "$work/www/r" "$work/www/old"
    sed -i 's/<revision>/<revision>1/' "$work/www/old/repodata/repomd.xml"
    metalink "$(sum "$work/www/r/repodata/repomd.xml")"
    configured "metalink=$URL_main/metalink"
    forget main
    said metadata r
    cmp "$(field repomd)" "$work/www/r/repodata/repomd.xml"
    [ "$(requests main '/old/repodata/repomd.xml')" -ge 1 ]
    [ "$(requests main '/metalink')" -eq 1 ]
    # one that is a little behind, and on the list of those that may be used still
    rm -rf "$cache"
    metalink "$none" "$none" "$none" "$(sum "$work/www/r/repodata/repomd.xml")"
    said metadata r
    cmp "$(field repomd)" "$work/www/r/repodata/repomd.xml"
    # no mirror has what the metalink promises
    rm -rf "$cache"
    metalink "$none" "$none"
    fails said metadata r
    fails compgen -G "$cache/r-*/repodata"
}

signed() {
    local key
    signing_key
    repository "$work/www/r" gz
    gpg --batch --yes --quiet --armor --local-user "$GPG_NAME" \
        --output "$work/www/r/repodata/repomd.xml.asc" --detach-sign "$work/www/r/repodata/repomd.xml"
    key=$root/etc/pki/rpm-gpg/KEY
    mkdir -p "${key%/*}"
    gpg --batch --yes --quiet --armor --output "$key" --export "$GPG_NAME"
    rm -rf "$cache"
    configured "baseurl=$URL_main/r" repo_gpgcheck=1 "gpgkey=file:///etc/pki/rpm-gpg/KEY"
    said metadata r
    said find r
    grep -q ^fresh "$work/said"
    # a key on a server is not fetched and believed, it says what to do
    configured "baseurl=$URL_main/r" repo_gpgcheck=1 "gpgkey=$URL_main/key"
    cp "$key" "$work/www/key"
    forget main
    fails said metadata r
    [ "$(requests main '/key')" -eq 0 ]
    grep -q 'compare its fingerprint, put it into .*/etc/pki/kpatch/repositories.d/r' "$work/error"
    said key r "$URL_main/key"
    cmp <(cat "$key"; echo) "$work/said"
    mkdir -p "$root/etc/pki/kpatch/repositories.d/r"
    cp "$key" "$root/etc/pki/kpatch/repositories.d/r/key.asc"
    said metadata r
    # changed, unsigned, another key
    sed -i 's/<revision>/<revision>9/' "$work/www/r/repodata/repomd.xml"
    fails said metadata r
    grep -q 'its signature (repomd.xml.asc) is not one of the keys' "$work/error"
    rm "$work/www/r/repodata/repomd.xml.asc"
    fails said metadata r
    grep -q 'wants a signature' "$work/error"
    said find r
    grep -q ^fresh "$work/said"
    [ "$(find "$cache" -name gpg | wc -l)" -eq 0 ]
    # what was fetched without looking at a signature does not count with one
    rm -rf "$cache"
    configured "baseurl=$URL_main/r"
    said metadata r
    configured "baseurl=$URL_main/r" repo_gpgcheck=1
    said find r
    grep -qx nothing "$work/said"
}

serve main "$work/www"
steps "dnf and we read the same configuration alike" read_alike
steps "and 300 random ones" random_alike
: >"$root/etc/dnf/dnf.conf"
rm -f "$root/etc/yum.repos.d/s.repo" "$root/etc/dnf/vars"/*
configured "baseurl=$URL_main/r"
for type in xz zst gz; do
    steps "metadata compressed with $type are fetched, without lists of files, and found" fetches "$type"
done
steps "what has not changed is asked for, not fetched" asks_only
steps "what was checked once is not read again, and no library is loaded" opens_nothing
steps "only the file that has changed is fetched" renews
steps "two sets of metadata are kept, no more" cleans_up
steps "metadata expire as configured" expires
steps "what nobody can read gives way to what was there before" rejects
steps "what dnf has fetched is used while it is fresh" with_dnf
steps "metadata damaged on disk are not used, and fetched anew" damaged_on_disk
steps "metadata that rotted on disk are fetched anew" rotten_on_disk
steps "mirrorlist and metalink are followed, and stale mirrors passed by" lists_of_mirrors
steps "repo_gpgcheck asks for a signature of a key that is here" signed
tap_end
