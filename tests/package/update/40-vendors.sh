#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packages of vendors, unchanged: what they own, how their releases are known, and how
# they say which kernel they are for.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/lib/authority.sh"
. "$TOP/tests/package/installing.sh"
. "$TOP/tests/package/vendor.sh"

fresh() { new_root; running; vendor_trust; }

# installed RELEASE: of the vendor's patch.
installed() {
    local found
    found=$(in_root -q --qf '%{VERSION}-%{RELEASE}' "$vendor" || true)
    [ "$found" = "$1" ] || { echo "there is '$found' and not '$1'"; return 1; }
}

make_patches 1
fresh
for release in 1 2 3 10; do vendor_patch "$work/www" 1 "$release"; done
rpm -qplv "$work/www/$vendor-1-2.el9_3.x86_64.rpm" >"$work/owned" 2>/dev/null
try "the test's package has what vendors' have" grep -q '/usr/lib/.build-id/../.* -> ' "$work/owned"
try "a licence too" grep -q "/usr/share/licenses/$vendor.*/COPYING" "$work/owned"
mkdir "$work/some"
cp "$work/www/$vendor-1-2.el9_3.x86_64.rpm" "$work/some/"
repository "$work/some"
try "update takes a package with links of build-ids, a licence and documentation" \
    says 0 "1-2.el9_3.x86_64 is installed" update
try "it is there" installed 1-2.el9_3
fresh
try "named as a file, too" says 0 "is installed" update "$work/some"/*.rpm

# A release without version=, from the name of the module.
live "${vendor_stem//-/_}_1_2"
try "status knows its release" says 0 "1-2.el9_3  1-2   livepatch" manager status
try "and the state of its kernel" says 0 "up-to-date: kernel $kver, live: 1-2, newest: 1-2" manager status --check
repository "$work/www"
try "check finds the newest, which is not the last in the alphabet" says 0 "1-10.el9_3" manager check
try "then there is an update" says 11 "update-available" manager status --check
try "and it is taken" says 0 "1-10.el9_3.x86_64 is installed" update
try "what is installed is newer than what is live" says 10 "not-live: kernel $kver, live: 1-2, newest: 1-10" \
    manager status --check
try "apply would take it" says 20 "make ${vendor_stem//-/_}_1_10 (1-10) live" manager apply --dry-run
live "${vendor_stem//-/_}_1_10"
not_loaded() { ! "$@" | grep " live, in place"; }
try "what is live is not made live again" not_loaded manager sync --dry-run

# What is live without a release is somebody else's, whatever its name begins with.
for name in livepatch_cve_2024_1086 kpatch_cve_2024_1086 aaa; do
    live "$name"
    try "$name, which nobody installed, is not the newest" says 10 "not-live" manager status --check
    try "$name does not give way unasked" says 4 "live and foreign" manager apply --dry-run
    try "but when the release is named" says 20 "(1-10) live, in place of" manager apply 1-10 --dry-run
done
live
mkdir -p "$corridor"
vendor_module "$corridor/livepatch-fix.ko" livepatch_fix
try "a module that says no release is not taken for the newest" says 20 "(1-10) live" manager apply --dry-run
try "it can be named" says 20 "make livepatch_fix (livepatch_fix) live" manager apply --dry-run livepatch_fix
live "${vendor_stem//-/_}_1_10"
try "also while a release is live" says 20 "make livepatch_fix" manager apply --dry-run livepatch_fix

# Held is the release, whatever the distribution adds to it.
fresh
tiny_install "$root" "$work/www/$vendor-1-1.el9_3.x86_64.rpm" 2>/dev/null
rm "$work/www/$vendor-1-10.el9_3.x86_64.rpm"
repository "$work/www"
make -s -C "$OUT/build" tests/unit/make-tree
mkdir -p "$root/var/lib/kpatch"
"$OUT/build/tests/unit/make-tree" "$root" held "$kver" 1-3
try "check passes over a release that is held" says 0 "1-2.el9_3" manager check
try "update takes the one before" says 0 "1-2.el9_3.x86_64 is installed" update
try "which is there" installed 1-2.el9_3
# Older programs wrote the name of such a module where its release should be.
python3 - "$root/var/lib/kpatch/state.db" "${vendor_stem//-/_}_1_3" <<'END'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as state:
    state.execute("UPDATE holds SET name = ?2, version = ?2", (sys.argv[2], sys.argv[2]))
END
try "a hold that has a name in place of the release means it too" \
    says 0 "1-3.el9_3.x86_64 (r): it is held" manager check -v
try "and blocks nothing" says 0 "There is nothing to install" update

# Amazon's: the release is that of the package alone.
fresh
vendor_patch "$work/odd" 1.0 3 livepatch-CVE-2022-36946
vendor_patch "$work/odd" 1.0 4 livepatch-CVE-2022-2588
tiny_install "$root" "$work/odd/$vendor-1.0-3.el9_3.x86_64.rpm" 2>/dev/null
live livepatch_CVE_2022_36946
try "where a name has no release, status has that of the package" says 0 "live: 1.0-3.el9_3, newest: 1.0-3.el9_3" \
    manager status --check
repository "$work/odd"
try "a newer package is seen" says 0 "1.0-4.el9_3" manager check
try "and installed, though its name sorts before" says 0 "is installed" update
mkdir -p "$root/var/lib/kpatch/$kver"
vendor_module "$root/var/lib/kpatch/$kver/livepatch-CVE-2022-36946.ko" livepatch_CVE_2022_36946
try "and live after that: what packages have now comes before what was kept" \
    says 20 "make livepatch_CVE_2022_2588" manager apply --dry-run
try "sync would do it" says 20 "make livepatch_CVE_2022_2588" manager sync --dry-run

# As RHEL's spec, they want a kpatch to call.
fresh
vendor_lines="Requires: kpatch >= 0.6.1-1" vendor_patch "$work/wants" 1 1
repository "$work/wants"
try "what a vendor's package wants is told where it is missing" says 4 "needs kpatch >= 0.6.1-1" update
tiny "$work/askers" kpatch-manager 0.1.0 1 "Provides: kpatch = 0.9.11" -- /usr/sbin/kpatch
tiny_install "$root" "$work"/askers/kpatch-manager-*.rpm 2>/dev/null
try "kpatch-manager is what it wants" says 0 "1-1.el9_3.x86_64 is installed" update

# The copy that a scriptlet makes, as theirs too, and a page.
fresh
tiny "$work/more" "$vendor" 1 1.el9_3 "Requires: kernel-uname-r = $kver" -- "/usr/lib/kpatch/$kver/$vendor_stem-1-1.ko" \
    "%ghost /var/lib/kpatch/$kver/$vendor_stem-1-1.ko" "%doc /usr/share/man/man7/$vendor.7"
sign_rpms "$work"/more/*.rpm >/dev/null 2>&1
repository "$work/more"
try "a package may own the copy that it has made later, and a page" says 0 "1-1.el9_3.x86_64 is installed" update

# Packages that only subscribe.
fresh
tiny "$work/empty" "$vendor" 1.0 0.el9_3 "Provides: kpatch-patch = $kver" "Requires: kernel-uname-r = $kver"
tiny "$work/empty" "$vendor" 0 0.el9_3 "Provides: kpatch-patch = $kver" "Requires: kernel-uname-r = $kver"
sign_rpms "$work"/empty/*.rpm >/dev/null 2>&1
repository "$work/empty"
try "an empty 1.0-0 is no patch" says 0 "There is nothing to install" update
try "check says why" says 0 "it is empty, and only subscribes" manager check -v
tiny_install "$root" "$work/empty/$vendor-1.0-0.el9_3.x86_64.rpm" 2>/dev/null
try "check says so, too" says 0 "uncovered" manager check
try "who has subscribed is uncovered as long as there is none" says 12 "uncovered" manager status --check
cp "$work/odd/$vendor-1.0-3.el9_3.x86_64.rpm" "$work/empty/"
repository "$work/empty"
try "and gets the first" says 0 "1.0-3.el9_3.x86_64 is installed" update --refresh

# What has to be there so that a patch is live after a boot, and so that others see it.
fresh
tiny_install "$root" "$work/odd/$vendor-1.0-3.el9_3.x86_64.rpm" 2>/dev/null
live livepatch_CVE_2022_36946
try "without systemd nothing is known of the service" json 'j["service"] is None' manager status --json
mkdir -p "$root/usr/lib/systemd/system" "$root/etc/systemd/system/multi-user.target.wants"
try "status says when there is no kpatch.service" says 0 "kpatch.service is missing" manager status
cp "$TOP/conf/kpatch.service" "$root/usr/lib/systemd/system/"
try "and when it is disabled" says 0 "kpatch.service is disabled, so no patch will be live after the next boot" \
    manager status
try "for programs, too" json 'j["service"] == "disabled" and any("kpatch.service is disabled" in p for p in j["problems"])' \
    manager status --json
try "and for monitoring" says 0 "kpatch.service is disabled" manager status --check
ln -s /dev/null "$root/etc/systemd/system/kpatch.service"
try "or masked" says 0 "kpatch.service is masked" manager status
rm "$root/etc/systemd/system/kpatch.service"
ln -s /usr/lib/systemd/system/kpatch.service "$root/etc/systemd/system/multi-user.target.wants/"
unsaid() { ! "${@:2}" 2>&1 | grep "$1"; }
try "nothing when it is enabled" unsaid kpatch.service manager status
try "for programs, too" json 'j["service"] == "enabled" and j["problems"] == []' manager status --json
try "nor of a package called kpatch, as long as nobody asks for one" unsaid "called kpatch" manager status
tiny "$work/askers" sos 4.7 1 "BuildArch: noarch" -- /usr/share/sos/x
tiny "$work/askers" kpatch 0.9.9 1 "BuildArch: noarch" -- /usr/share/kpatch/x
tiny_install "$root" "$work"/askers/sos-*.rpm 2>/dev/null
try "sos asks for one" says 0 "sos looks for a package that is called kpatch, finds none" manager status
try "for programs: there is none" json 'j["kpatch_package"] is None' manager status --json
tiny_install "$root" "$work"/askers/kpatch-*.rpm 2>/dev/null
try "with one it is content" unsaid "called kpatch" manager status
try "for programs: which" json 'j["kpatch_package"] == "kpatch-0.9.9-1.noarch"' manager status --json

# RHEL 8.1: "Requires: kernel =", for want of kernel-uname-r.
kver=4.18.0-147.el8.x86_64
corridor=$root/usr/lib/kpatch/$kver
old=kpatch-patch-4_18_0-147
rm -rf "$rpms"
tiny "$rpms" kernel-core 4.18.0 147.el8 "Provides: kernel-uname-r = $kver" -- "/lib/modules/$kver/vmlinuz"
tiny "$rpms" kernel 4.18.0 147.el8 "Requires: kernel-core = 4.18.0-147.el8"
tiny "$rpms" kernel-core 4.18.0 148.el8 "Provides: kernel-uname-r = 4.18.0-148.el8.x86_64" \
    -- "/lib/modules/4.18.0-148.el8.x86_64/vmlinuz"
old_patch() {
    tiny "$work/old" "$old" 1 "$1.el8" "Conflicts: $old < 1-$1.el8" "Provides: kpatch-patch = $kver" \
        "Provides: kpatch-patch = ${kver%.x86_64}" "Requires: kernel = ${kver%.x86_64}" \
        -- "/usr/lib/kpatch/$kver/kpatch-4_18_0-147-1-$1.ko"
}
old_patch 3
old_patch 4
sign_rpms "$work"/old/*.rpm >/dev/null 2>&1
new_root
in_root -i --nodeps --noscripts --notriggers "$rpms"/kernel-4*.rpm 2>/dev/null
running
repository "$work/old"
try "a patch that requires its kernel by release is matched" says 0 "1-4.el8" manager check --kernel "$kver"
try "to that kernel alone" says 0 "uncovered" \
    manager check --kernel 4.18.0-148.el8.x86_64
try "it can be named" says 0 "$old-1-3.el8.x86_64 is installed" update 1-3.el8
try "status counts it" json 'j["kernels"][0]["packages"] == [{"name": "'$old'", "evr": "1-3.el8"}]' manager status --json
try "and the next release comes" says 0 "1-4.el8.x86_64 is installed" update

tap_end
