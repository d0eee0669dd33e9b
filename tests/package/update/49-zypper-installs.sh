#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real zypper and we, one after the other, on one machine and one signed repository: each
# sees what the other did, and the commands that we name do what we say when they are typed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"
export LC_ALL=C.UTF-8

make_patches 1 2 3
in_root -e gpg-pubkey
mkdir -p "$work/www" "$root"/{proc/sys/kernel,etc/zypp/repos.d,usr/bin}
echo "$kver" >"$root/proc/sys/kernel/osrelease"
: >"$root/usr/bin/zypper"
# repository RELEASE...: has these.
repository() {
    local release
    for release in "$@"; do cp "$(patch_file "$release")" "$work/www"; done
    sign_repository "$work/www"
}
zypper() {
    command zypper --root "$root" --non-interactive "$@" >"$work/zypper.log" 2>&1 || {
        cat "$work/zypper.log"
        return 1
    }
}

repository 1
printf '[site one]\nautorefresh=1\nbaseurl=dir:%s\ngpgcheck=1\nrepo_gpgcheck=1\ngpgkey=file://%s\n' \
    "$work/www" "$work/www/RPM-GPG-KEY-kpatch-test" >"$root/etc/zypp/repos.d/site.repo"

# silent COMMAND...: no word of another package manager.
silent() {
    local text
    text=$("$@" 2>&1) || true
    echo "$text"
    ! grep -qwE 'dnf|yum' <<<"$text"
}
installs() {
    zypper --gpg-auto-import-keys refresh
    zypper install "$patch"
    is "1-1 / 1-1.ko"
    says 0 " 1-1 " manager status
    silent manager status
    says 0 "1-1" manager list
    says 0 "1-1 " manager check --refresh
    says 0 "nothing to install" manager update --yes
}
steps "what zypper has installed from a signed repository is seen" installs

updates() {
    repository 2
    json "j['kernels'][0]['available']['evr'] == '1-2' and j['kernels'][0]['available']['repository'] == 'site one'" \
        manager check --json --refresh
    says 0 "$patch-1-2.x86_64 is installed" manager update --yes
    is "1-2 / 1-2.ko"
    zypper update --dry-run "$patch"
    grep -q "No update candidate\|Nothing to do" "$work/zypper.log"
}
steps "what we have installed is the newest for zypper too" updates

goes_on() {
    repository 3
    zypper refresh
    zypper update "$patch"
    is "1-3 / 1-3.ko"
    says 0 " 1-3 " manager status
    zypper install --oldpackage "$patch=1-1"
    is "1-1 / 1-1.ko"
    json "j['kernels'][0]['available']['evr'] == '1-3'" manager check --json --refresh
}
steps "zypper goes on from there, forwards and back" goes_on

# typed COMMAND-OF-OURS...: the command of zypper's that it names, once it is typed.
typed() {
    local text command
    text=$("$@" 2>&1) || true
    echo "$text"
    command=$(grep -oP "'zypper \K[^']+" <<<"$text" | head -n 1)
    [ -n "$command" ]
    # shellcheck disable=SC2086  # several words
    zypper $command
    cat "$work/zypper.log"
}
comes_again() {
    rm "$corridor"/*.ko
    typed manager status
    is "1-1 / 1-1.ko"
}
steps "'zypper install --force' brings a file again, and no newer release" comes_again

unusable() {
    printf '[gone]\nbaseurl=dir:/nowhere\nenabled=0\n' >"$root/etc/zypp/repos.d/gone.repo"
    tiny_patch "$work/needs" "$kver" 1 9 "Requires: nobody-has-this"
    sign_rpms "$work"/needs/*.rpm >/dev/null 2>&1
    typed manager update --yes "$work"/needs/*.rpm
    grep -q gone "$work/zypper.log"
}
steps "'zypper repos' shows the repositories that are disabled" unusable

locked_out() {
    printf 'type: package\nmatch_type: regex\nsolvable_name: .\n' >"$root/etc/zypp/locks"
    says 0 "('zypper addlock NAME')" manager check
    rm "$root/etc/zypp/locks"
    zypper addlock "$patch"
    silent manager check
    json "j['kernels'][0]['available'] is None or j['kernels'][0]['available']['evr'] != '1-3'" manager check --json
    says 4 "$root/etc/zypp/locks, line 2, keeps it away" update 1-3
    zypper removelock "$patch"
    json "j['kernels'][0]['available']['evr'] == '1-3'" manager check --json
}
steps "'zypper addlock' keeps a patch away, and 'zypper removelock' lets it in again" locked_out

# A signature that is bad stops both.
refuses() {
    cp -r "$work/www" "$work/good"
    echo >>"$work/www/repodata/repomd.xml"
    fails zypper refresh --force
    says 0 "repository site one: its repomd.xml: its signature" manager check --refresh
    rm -r "$work/www"
    mv "$work/good" "$work/www"
    zypper refresh --force
    says 0 "1-3" manager check --refresh
}
steps "metadata with a bad signature is refused by both" refuses

removes() {
    in_root -e --nodeps kernel-core
    tiny "$work/other" kernel-core 5.14.0 999.el9 "Provides: kernel-uname-r = 5.14.0-999.el9.x86_64" \
        -- /lib/modules/5.14.0-999.el9.x86_64/vmlinuz
    tiny_install "$root" "$work"/other/*.rpm
    typed manager check
    is "none /"
}
steps "'zypper remove' takes away what is left of a kernel that has gone" removes
tap_end
