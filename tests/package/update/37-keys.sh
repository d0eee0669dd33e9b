#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The key of a repository: only after somebody said yes to its fingerprint.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/site.sh"

# machine GPGKEY: without any key; the repository names that URL.
machine() {
    new_root
    in_root -e gpg-pubkey
    site "$1"
}
no_key() { is "none /" && says 1 "not installed" in_root -q gpg-pubkey; }

make_patches 2
mkdir -p "$work/www"
cp "$(patch_file 2)" "$work/key" "$work/www/"
createrepo_c --quiet "$work/www"
serve main "$work/www"
fingerprint=$(gpg --with-colons --fingerprint "$GPG_NAME" | sed -n 's|^fp[r]:*\([0-9A-F]*\):$|\1|p;' | head -n 1)
grouped=$(sed 's/..../& /g; s/ $//' <<<"$fingerprint")

machine "file://$work/key"
try "--yes does not import a key, and shows the fingerprint" says 4 "$grouped" update
try "neither key nor package is there" no_key
try "who says no to it gets neither" says 4 "was not imported" on_terminal "y
n"
try "really neither" no_key
try "ctrl-C at that question ends it, and is no answer" says 3 "interrupted; nothing was changed" \
    on_terminal $'y\n\003'
try "and it did nothing" no_key
try "who says yes to it gets both" says 0 "is installed" on_terminal "y
y"
try "the package" is "1-2 / 1-2.ko"
try "the key" in_root -q gpg-pubkey

machine "file://$work/key"
hold_lock
limit 1
try "the database is in use while the key is imported: by whom is told, within the limit" \
    says 3 "in use by process $holder (python3)" on_terminal "y
y"
try "neither key nor package is there" no_key
kill "$holder"
wait "$holder" 2>/dev/null || true

machine "$URL_main/key"
try "--import-keys agrees, with a key from a server too" says 0 "$GPG_NAME" update --import-keys
try "the package is there" is "1-2 / 1-2.ko"

gpg --batch --quiet --homedir "$work" --passphrase '' --quick-generate-key other rsa2048 sign never 2>/dev/null
gpg --homedir "$work" --armor --export other >"$work/other-key" 2>/dev/null
machine "file://$work/other-key"
try "a key that did not sign the package is not imported" says 4 "does not have" update --import-keys
try "neither is there" no_key
# vendor_key KIND SUBKEY: a key of another vendor, whose subkey signs if one is asked for.
vendor_key() {
    local home=$work/vendor-$1 made
    mkdir -m 700 "$home"
    gpg --batch --quiet --homedir "$home" --passphrase '' --quick-generate-key vendor "$1" cert,sign never
    made=$(gpg --homedir "$home" --with-colons --fingerprint vendor | sed -n 's|^fp[r]:*\([0-9A-F]*\):$|\1|p;' | head -n 1)
    [ -z "$2" ] || gpg --batch --quiet --homedir "$home" --passphrase '' --quick-add-key "$made" "$2" sign never
    gpg --homedir "$home" --armor --export vendor >"$work/vendor-key"
    cp "$(patch_file 2)" "$work/www/"
    rpmsign --define "_gpg_name vendor" --define "_gpg_path $home" --define "__gpg $(command -v gpg)" \
        --resign "$work/www/$patch-1-2.x86_64.rpm"
    createrepo_c --quiet "$work/www"
}
# rpm_takes: rpm itself does so with that key; not each one knows each kind.
rpm_takes() {
    rm -rf "$work/other"
    tiny_root "$work/other"
    rpmkeys --root "$work/other" --dbpath /var/lib/rpm --import "$work/vendor-key" &&
        rpmkeys --root "$work/other" --dbpath /var/lib/rpm -K "$work/www/$patch-1-2.x86_64.rpm"
}
taken() {
    machine "file://$work/vendor-key"
    says 0 "$patch-1-2.x86_64 is installed" update --import-keys
    is "1-2 / 1-2.ko"
}
for kind in "rsa3072 rsa2048" ed25519; do
    # shellcheck disable=SC2086  # a key, and perhaps a subkey
    set -- $kind
    vendor_key "$1" "${2:-}" >/dev/null 2>&1
    if rpm_takes >/dev/null 2>&1; then
        steps "a package signed with $1${2:+, by a subkey ($2)}: the key is found and taken" taken
    else
        skip "a package signed with $1${2:+, by a subkey ($2)}" "rpm does not take it"
    fi
done
# the vendor takes its key back
revoke() {
    local home=$work/vendor-ed25519
    sed 's/^:-----BEGIN/-----BEGIN/' "$home"/openpgp-revocs.d/*.rev | gpg --batch --quiet --homedir "$home" --import
    gpg --homedir "$home" --armor --export vendor >"$work/vendor-key"
}
revoke >/dev/null 2>&1
machine "file://$work/vendor-key"
try "a key that its owner has revoked is not imported" says 4 "is revoked by its owner" update --import-keys
try "nor by somebody who says yes" says 4 "is revoked by its owner" on_terminal "y
y"
try "neither is there" no_key
cp "$(patch_file 2)" "$work/www/"
createrepo_c --quiet "$work/www"

machine "file://$work/none"
try "a key that is not there is told" says 1 "$work/none" update --import-keys
try "neither is there" no_key
tap_end
