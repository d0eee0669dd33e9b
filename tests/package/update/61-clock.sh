#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A boot with a wrong clock: what is refused for the date alone is tried again when the clock
# is set. In a namespace whose folders are empty, so that nothing of this machine is touched,
# and whose patch is refused, so that nothing is loaded.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/lib/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
units=$work/system
mkdir -p "$units/usr/lib/systemd/system"
cp "$TOP"/conf/*.service "$TOP"/conf/*.timer "$units/usr/lib/systemd/system/"
sed -i "s,^ExecStart=/usr/sbin/kpatch-manager,ExecStart=$OUT/build/kpatch-manager," \
    "$units"/usr/lib/systemd/system/*.service
quietly() {
    local text
    if text=$("$@" 2>&1) && [ -z "$text" ]; then return 0; fi
    echo "$text"
    return 1
}
try "systemd finds nothing wrong in the units" quietly systemd-analyze verify --man=no \
    "$units"/usr/lib/systemd/system/kpatch{-clock.timer,-clock.service,.service}
try "the service is exposed by at most 2.0 of 10" systemd-analyze security --offline=yes \
    --threshold=20 "$units/usr/lib/systemd/system/kpatch-clock.service"

if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
    skip "boots with a wrong clock" "it takes root and a namespace"
    tap_end
    exit 0
fi

# signer NAME FROM TO: a key and its certificate, valid between two dates (YYYYMMDD).
signer() {
    printf '[ca]\ndefault_ca=c\n[c]\ndatabase=%s/index\nnew_certs_dir=%s\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nx509_extensions=s\nunique_subject=no\n[p]\ncommonName=supplied\n[s]\nkeyUsage=critical,digitalSignature\n' \
        "$work" "$work" >"$work/cnf"
    : >"$work/index"
    openssl req -new -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.csr"
    openssl ca -batch -notext -config "$work/cnf" -selfsign -keyfile "$work/$1.key" -in "$work/$1.csr" \
        -startdate "${2}000000Z" -enddate "${3}000000Z" -out "$work/$1.pem"
}
# signed NAME: a patch module that NAME has signed; kpatch-sign would refuse to with such a
# date, and what is appended is module_signature.h's struct and its magic.
signed() {
    local kver size
    kver=$(uname -r)
    printf '.section .modinfo,"a"\n.asciz "name=kpatch_1_1"\n.asciz "vermagic=%s SMP"\n.asciz "version=1-1"\n.section .kpatch.funcs,"a"\n.quad 0\n' \
        "$kver" >"$work/m.s"
    cc -c -o "$work/m.ko" "$work/m.s"
    openssl cms -sign -binary -noattr -nocerts -outform DER -md sha256 -signer "$work/$1.pem" \
        -inkey "$work/$1.key" -in "$work/m.ko" -out "$work/m.p7"
    size=$(stat -c %s "$work/m.p7")
    {
        cat "$work/m.ko" "$work/m.p7"
        printf '\0\0\2\0\0\0\0\0'
        # shellcheck disable=SC2059  # the bytes of a number
        printf "\\x$(printf %02x $((size >> 24 & 255)))\\x$(printf %02x $((size >> 16 & 255)))\\x$(printf %02x $((size >> 8 & 255)))\\x$(printf %02x $((size & 255)))"
        printf '~Module signature appended~\n'
    } >"$work/$1.ko"
}
# boot NAME: what NAME has signed is the patch of this kernel at a boot. $work/text is what is
# said, and $work/flag is there when the timer is to wait for the clock.
boot() {
    signer "$@" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
    signed "$1"
    rm -f "$work/flag"
    # shellcheck disable=SC2016  # the other shell expands it
    unshare --mount bash -euc '
        work=$1 name=$2 manager=$3
        for folder in /run /var/lib /var/cache /usr/lib/kpatch; do
            [ ! -d "$folder" ] || mount -t tmpfs -o mode=755 tmpfs "$folder"
        done
        mkdir -p "$work/upper" "$work/over"
        mount -t tmpfs tmpfs "$work/upper"
        mkdir "$work/upper/u" "$work/upper/w"
        mount -t overlay overlay -o "lowerdir=/etc,upperdir=$work/upper/u,workdir=$work/upper/w" /etc
        rm -rf /etc/kpatch /etc/pki/kpatch
        mkdir -p /run/lock /etc/pki/kpatch/trusted.d "/var/lib/kpatch/$(uname -r)"
        cp "$work/$name.pem" /etc/pki/kpatch/trusted.d/
        cp "$work/$name.ko" "/var/lib/kpatch/$(uname -r)/"
        [ "$name" != stranger ] || { rm /etc/pki/kpatch/trusted.d/*; cp "$work/early.pem" /etc/pki/kpatch/trusted.d/; touch /run/kpatch-clock; }
        "$manager" apply --boot || true
        [ ! -e /run/kpatch-clock ] || touch "$work/flag"' - \
        "$work" "$1" "$OUT/build/kpatch-manager" >"$work/text" 2>&1 || { cat "$work/text"; return 1; }
}
too_early() {
    boot early 20800101 20900101
    grep "is not valid before 2080-01-01 00:00 UTC, and here it is 20" "$work/text"
    [ -e "$work/flag" ]
}
steps "a clock before notBefore is recognised, and waited for" too_early
too_late() {
    boot late 20000101 20010101
    grep "expired at 2001-01-01" "$work/text"
    [ -e "$work/flag" ]
}
steps "a clock that is too late may be as wrong" too_late
other_reason() {
    boot stranger 20000101 20010101
    grep "not by a certificate that is trusted" "$work/text"
    [ ! -e "$work/flag" ]
}
steps "what is refused for another reason waits for no clock" other_reason
tap_end
