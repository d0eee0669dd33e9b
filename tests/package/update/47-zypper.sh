#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine whose package manager is zypper: its repositories are used, and what somebody is
# told to type there is zypper's.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

# typed WORDS COMMAND...: its output has them, and no word of another package manager.
typed() {
    local text
    text=$("${@:2}" 2>&1) || true
    echo "$text"
    [[ $text == *"$1"* ]] && ! grep -qwE 'dnf|yum' <<<"$text"
}

make_patches 1 2
mkdir -p "$root/proc/sys/kernel" "$root/etc/zypp/repos.d" "$work/www"
echo "$kver" >"$root/proc/sys/kernel/osrelease"
for command in check 'update --yes'; do
    # shellcheck disable=SC2086  # several words
    try "$command without a repository names zypper's page" \
        typed "no repository is enabled; zypper(8) says how" manager $command
done

tiny_patch "$work/www" "$kver" 1 3 "Requires: nobody-has-this"
sign_rpms "$work"/www/*.rpm >/dev/null 2>&1
createrepo_c -q "$work/www"
printf '[s]\nname=s\nenabled=1\nautorefresh=1\nbaseurl=dir://%s\n' "$work/www" >"$root/etc/zypp/repos.d/s.repo"
try "what is missing may be in another repository" \
    typed "enable a repository that has the package that is missing or too old ('zypper repos' shows" manager update --yes
try "the same of a file" \
    typed "enable a repository that has it ('zypper repos' shows" manager update --yes "$work"/www/*.rpm
rm "$work"/www/*.rpm
cp "$(patch_file 2)" "$work/www/"
createrepo_c -q "$work/www"
try "a repository of zypper's has what is newest" typed "$patch-1-2.x86_64 is installed" manager update --yes --refresh
try "a package whose files cannot be used comes again by zypper" \
    typed "'zypper install --force $patch=1-2' brings it again" manager status
in_root -e --nodeps kernel-core
tiny "$work/other" kernel-core 5.14.0 999.el9 "Provides: kernel-uname-r = 5.14.0-999.el9.x86_64" \
    -- /lib/modules/5.14.0-999.el9.x86_64/vmlinuz
tiny_install "$root" "$work"/other/*.rpm 2>/dev/null
try "and what is left of a kernel that has gone is taken away by it" \
    typed "'zypper remove $patch' takes it away" manager check
tap_end
