#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A downgrade by the package manager counts as asked for: at the next boot the older
# release is live. An old file that it did not put there stays refused.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/lib/authority.sh"
. "$TOP/tests/package/installing.sh"
. "$TOP/tests/package/vendor.sh"

name=${vendor_stem//-/_}
store=$root/var/lib/kpatch/$kver
package() { printf '%s\n' "$work/www/$vendor-1-$1.el9_3.x86_64.rpm"; }
rpm_does() { in_root --noscripts --notriggers --nodeps "$@" 2>/dev/null; }
boot() { manager apply --boot --dry-run; }

# was_live RELEASE ORIGIN SECONDS-AGO: the history says so of its module in the store.
was_live() {
    python3 - "$root/var/lib/kpatch/state.db" "$kver" "${name}_1_$1" "1-$1" "$2" "$3" \
        "$(sha256sum <"$work/1-$1.ko" | cut -d' ' -f1)" <<'END'
import sqlite3, sys, time
path, kver, name, version, origin, ago, digest = sys.argv[1:]
with sqlite3.connect(path) as state:
    state.execute("INSERT INTO history (at, boot_id, kver, action, name, version, sha256, backend, result, detail, origin)"
                  " VALUES (?,'boot-1',?,'sync',?,?,?,'livepatch','done','',?)",
                  (int(time.time()) - int(ago), kver, name, version, digest, origin))
END
}

# copied RELEASE: a copy of it is in the store.
copied() {
    mkdir -p "$store"
    cp "$work/1-$1.ko" "$store/${name}_1_$1.ko"
    chmod 644 "$store/${name}_1_$1.ko"
}

# upgraded: 1-1 was installed, and then 1-2, which was live an hour ago.
upgraded() {
    new_root
    running
    vendor_trust
    mkdir -p "$root/var/lib/kpatch"
    "$OUT/build/tests/unit/make-tree" "$root" failed "$kver" 0-1
    rpm_does -i "$(package 1)"
    copied 1
    was_live 1 package 7200
    rpm_does -U "$(package 2)"
    copied 2
    was_live 2 package 3600
}

back() { rpm_does -U --oldpackage "$(package 1)"; }
chosen() { says 20 "make ${name}_1_$1 (1-$1) live" "${@:2}"; }
silent() { ! "$@" 2>&1 | grep "package manager"; }

make_patches 1
mkdir -p "$root"
vendor_trust
for release in 1 2 3; do
    vendor_patch "$work/www" 1 "$release"
    (cd "$work" && rpm2cpio "$(package "$release")" | cpio --quiet -id)
    cp "$work/usr/lib/kpatch/$kver/$vendor_stem-1-$release.ko" "$work/1-$release.ko"
done
make -s -C "$OUT/build" tests/unit/make-tree

upgraded
try "after an upgrade a boot takes the newer one" chosen 2 boot
try "and has nothing to say of the package manager" silent boot
live "${name}_1_2"
back
try "after a downgrade nothing happens while the newer one is live" says 0 "(1-2) is live" manager apply --dry-run
try "status says what comes at the next boot" says 0 "The package manager went back to ${name}_1_1 (1-1)" manager status
live
try "a boot takes the older one, though a copy of the newer one is there" chosen 1 boot
try "it says why" says 20 "is older than 1-2, which was live last: the package manager went back to it" boot
try "so do apply" chosen 1 manager apply --dry-run
try "and sync" chosen 1 manager sync --dry-run
try "status has the newer one as superseded" \
    json '[f["state"] for f in j["kernels"][0]["files"] if f["version"] == "1-2"] == ["superseded"]' manager status --json
rm "$store/${name}_1_2.ko"
try "the same where the newer package's scriptlet took its copy away" chosen 1 boot
copied 2
was_live 1 package 0
try "the boot after that takes it again" chosen 1 boot
rpm_does -U "$(package 3)"
try "an upgrade goes forward again" chosen 3 boot
try "without a word" silent boot

upgraded
back
was_live 2 store -3600
try "who applies the newer one by hand since, means that" chosen 2 boot
upgraded
rpm_does -e "$vendor"
try "without any package, the copies count" chosen 2 boot
mkdir -p "$corridor"
cp "$work/1-1.ko" "$corridor/$vendor_stem-1-1.ko"
try "an old file that no package brought does not bring it back" chosen 2 boot
rm "$store"/*_1_2.ko
try "nor where there is nothing else: it is refused" \
    says 4 "1-1 is older than 1-2, which was live last" boot
upgraded
cp "$work/1-1.ko" "$corridor/$vendor_stem-1-2.ko"
rm "$store"/*_1_2.ko
try "nor if it lies where the package has the newer one" \
    says 4 "1-1 is older than 1-2, which was live last" boot
upgraded
back
cat "$work/1-2.ko" >"$store/other.ko"
mv "$store/other.ko" "$store/${name}_1_2.ko"
was_live 2 file 3000
try "what somebody made live from a file of his own stays" chosen 2 boot

# The clock was wrong, or the database of packages came from an image: at boot an older
# patch that packages have is better than none.
upgraded
back
was_live 2 package -3600
rm "$store"/*_1_2.ko
try "apply refuses what packages had before the newer one went live" \
    says 4 "older than 1-2, which was live last" manager apply --dry-run
live "${name}_1_2"
try "status says that the clock does not tell" says 0 "by the clock, was installed before that" manager status
live
try "a boot takes it, if there is no other" chosen 1 boot
try "and says so" says 20 "it is what packages have now, and better than none" boot
mv "$root/var/lib/rpm" "$root/var/lib/rpm-away"
try "not without the package database" says 4 "cannot be told" boot

tap_end
