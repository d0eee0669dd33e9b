#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A repository that is reached through an HTTP proxy, which may ask who we are.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/fetching.sh"
. "$TOP/tests/lib/authority.sh"
for variable in http_proxy https_proxy all_proxy no_proxy; do unset "$variable" "${variable^^}"; done

tiny_patch "$work/www/r" 5.14.0-1.el9.x86_64 1 1
createrepo_c --quiet --general-compress-type=gz "$work/www/r"
package=$work/www/r/kpatch-patch-5_14_0_1_el9-1-1.x86_64.rpm
AUTHORITY=$work/authority
make_authority
make_signer server server
serve main "$work/www"
URL_tls=
serve tls "$work/www" "$AUTHORITY/server.pem" "$AUTHORITY/server.key"
# no name server has names that end in .invalid (RFC 2606): the proxy alone knows this one
named=http://repository.invalid
echo "$named/r" >"$work/www/list"
echo "a key" >"$work/www/key"
configured proxy=http://dead-proxy.invalid

# proxy NAME LINE...: tinyproxy, on a port that was free; PROXY_NAME is its address.
PROXY_open='' PROXY_asks=''
proxy() {
    local name=$1 port tries=0
    shift
    until port=$((20000 + RANDOM % 12000)); ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    printf '%s\n' "Port $port" 'Listen 127.0.0.1' 'Allow 127.0.0.1' 'MaxClients 20' 'Timeout 60' \
        "LogFile \"$SERVE/$name.log\"" 'LogLevel Connect' \
        "Upstream http ${URL_main#http://} \".invalid\"" "$@" >"$SERVE/$name.conf"
    tinyproxy -d -c "$SERVE/$name.conf" >/dev/null 2>&1 &
    SERVERS+=($!)
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        [ $((++tries)) -le 100 ] || die "the proxy $name does not start"
        sleep 0.1
    done
    printf -v "PROXY_$name" 'http://127.0.0.1:%s' "$port"
}
proxy open
proxy asks 'BasicAuth admin s3cret'

# main_has LINE...: in [main] of dnf.conf
main_has() { printf '%s\n' '[main]' "$@" >"$root/etc/dnf/dnf.conf"; }
begun() {
    rm -rf "$cache"
    main_has
    forget main
    forget tls
    : >"$SERVE/open.log"
}

all_through() {
    begun
    configured "baseurl=$named/r" timeout=2
    refused "Curl error (6)" metadata r
    configured "baseurl=$named/r" "proxy=$PROXY_open"
    said metadata r
    cmp "$(field repomd)" "$work/www/r/repodata/repomd.xml"
    # shellcheck disable=SC2046
    said packages - $(of "$package")
    head -n 1 "$work/said" | grep -x "$(sum "$package")"
    said key r "$named/key"
    grep -x "a key" "$work/said"
    rm -rf "$cache"
    configured "mirrorlist=$named/list" "proxy=$PROXY_open"
    said metadata r
    [ "$(requests open 'GET http://repository.invalid/')" -ge 6 ]
    [ "$(requests main)" -ge 6 ]
}

from_main() {
    begun
    main_has "proxy=$PROXY_open"
    configured "baseurl=$named/r"
    said metadata r
    [ "$(requests open 'GET http://repository.invalid/')" -ge 2 ]
}

# The proxy of [main] knows no host: what goes through it fails.
none_overrides() {
    local none
    begun
    main_has "proxy=http://127.0.0.1:1"
    configured "baseurl=$URL_main/r" timeout=2
    refused "Curl error (7)" metadata r
    for none in _none_ ''; do
        rm -rf "$cache"
        configured "baseurl=$URL_main/r" "proxy=$none"
        said metadata r
        # and then the environment counts, for dnf as well
        rm -rf "$cache"
        configured "baseurl=$named/r" "proxy=$none"
        http_proxy=$PROXY_open said metadata r
    done
    [ "$(requests open 'GET http://repository.invalid/')" -ge 4 ]
}

asks_who() {
    local who=("proxy=$PROXY_asks" "baseurl=$named/r")
    begun
    configured "${who[@]}"
    refused "Status code: 407 for $named/r/repodata/repomd.xml" metadata r
    grep -F "; name a user that the proxy knows with proxy_username= and proxy_password= in [r] of " "$work/error"
    configured "${who[@]}" proxy_username=admin proxy_password=wrong
    refused "Status code: 401" metadata r    # 407 of other proxies
    configured "${who[@]}" proxy_username=admin proxy_password=s3cret
    said metadata r
    # shellcheck disable=SC2046
    said packages - $(of "$package")
    head -n 1 "$work/said" | grep -x "$(sum "$package")"
    rm -rf "$cache"
    main_has proxy_username=admin proxy_password=s3cret
    configured "${who[@]}"
    said metadata r
    # a method that this proxy does not have
    configured "${who[@]}" proxy_auth_method=digest
    refused "Status code: 407" metadata r
}

# To this proxy everybody is right; it writes down what it is told.
odd_characters() {
    local user='a%41 b' password='p:%42@/#'
    begun
    configured "baseurl=$named/r" "proxy=$URL_main" proxy_auth_method=basic \
        "proxy_username=$user" "proxy_password=$password"
    said metadata r
    [ "$(requests main "Basic $(printf '%s' "$user:$password" | base64)")" -eq "$(requests main)" ]
}

dead_proxy() {
    begun
    configured "baseurl=$URL_main/r" proxy=http://user:secret@dead-proxy.invalid:3128
    refused "; nothing is known of that proxy: mend proxy= in [r] of " metadata r
    fails grep secret "$work/error"
    configured "baseurl=$URL_main/r" proxy=http://user:secret@127.0.0.1:1
    refused "Curl error (7)" metadata r
    fails grep secret "$work/error"
}

through_a_tunnel() {
    begun
    configured "baseurl=$URL_tls/r" "sslcacert=$AUTHORITY/authority.pem" "proxy=$PROXY_open"
    said metadata r
    [ "$(requests open "CONNECT ${URL_tls#https://}")" -ge 1 ]
    [ "$(requests tls)" -ge 2 ]
    rm -rf "$cache"
    configured "baseurl=$URL_tls/r" "sslcacert=$AUTHORITY/authority.pem" "proxy=$PROXY_asks"
    refused "; name a user that the proxy knows" metadata r
    configured "baseurl=$URL_tls/r" "sslcacert=$AUTHORITY/authority.pem" "proxy=$PROXY_asks" \
        proxy_username=admin proxy_password=s3cret
    said metadata r
}

steps "metadata, packages, keys and lists of mirrors come through it" all_through
steps "that of [main] is that of all repositories" from_main
steps "_none_, or nothing, in a repository overrides it" none_overrides
steps "one that asks who we are gets the name and password as configured" asks_who
steps "whatever characters they have" odd_characters
steps "one that is not there, and no password in the message" dead_proxy
steps "https:// goes through a tunnel" through_a_tunnel
tap_end
