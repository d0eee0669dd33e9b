# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How the tests call rpmbuild, gpg and createrepo_c. Source after common.sh.

# shellcheck disable=SC2034  # used by those who source this
REPO=$OUT/repo
GPG_NAME=kpatch-manager-tests
export GNUPGHOME=$CACHE/gpg
# The key has no passphrase: nobody asks on a terminal. rpmsign warns if unset.
export GPG_TTY=/dev/null

# rpm_build SPEC NAME=VALUE...: build binary packages into $OUT/rpmbuild/RPMS,
# in a folder of its own, so that several can be built at a time.
# --nodeps: the build host's packages are Debian's, unknown to RPM.
rpm_build() {
    local spec=$1 pair new work rc=0
    local -a defines=()
    shift
    for pair in "$@"; do defines+=(--define "${pair%%=*} ${pair#*=}"); done
    # One file: rpmbuild takes one --load. And no --target: it forgets the load.
    mkdir -p "$OUT/rpmbuild"
    work=$(mktemp -d "$OUT/rpmbuild/work.XXXXXX")
    new=$(mktemp "$OUT/rpmbuild/macros.XXXXXX")
    cat "$TOP/packaging/macros.kpatch" "$TOP/tests/package/macros.debian" >"$new"
    mv "$new" "$OUT/macros"
    rpmbuild -bb --nodeps \
        --load="$OUT/macros" \
        --define "_topdir $work" --define "_sourcedir $OUT/dist" \
        --define "_rpmdir $OUT/rpmbuild/RPMS" "${defines[@]}" "$spec" || rc=$?
    rm -rf "$work"
    return "$rc"
}

# mapped KVER: as in package versions.
mapped() { rpm --load="$TOP/packaging/macros.kpatch" --eval "%{kpatch_mapped $1}"; }

# The key that signs test packages: made once, no passphrase, worth nothing.
signing_key() {
    if ! gpg --batch --list-secret-keys "$GPG_NAME" >/dev/null 2>&1; then
        mkdir -p "$GNUPGHOME"
        chmod 0700 "$GNUPGHOME"
        gpg --batch --quiet --passphrase '' --quick-generate-key \
            "$GPG_NAME (worthless) <tests@localhost>" rsa3072 sign never
    fi
}

# The key that signs test modules, and its certificate: as worthless.
MODULE_KEY=$CACHE/module-key/signer
KPATCH_SIGN=$OUT/build/kpatch-sign

module_key() {
    [ ! -f "$MODULE_KEY.pem" ] || return 0
    mkdir -p "${MODULE_KEY%/*}"
    run_logged "$OUT/log/module-key" openssl req -x509 -newkey rsa:2048 -nodes -days 3650 \
        -subj '/O=kpatch-manager tests/CN=Worthless' -addext keyUsage=critical,digitalSignature \
        -addext extendedKeyUsage=codeSigning -keyout "$MODULE_KEY.key.new" -out "$MODULE_KEY.pem.new"
    mv "$MODULE_KEY.key.new" "$MODULE_KEY.key"
    mv "$MODULE_KEY.pem.new" "$MODULE_KEY.pem"
}

# sign_modules FILE...: with that key.
sign_modules() {
    "$KPATCH_SIGN" sign --quiet --key "$MODULE_KEY.key" --cert "$MODULE_KEY.pem" "$@"
}

# sign_rpms FILE...: with the test key.
sign_rpms() {
    rpmsign --define "_gpg_name $GPG_NAME" --define "__gpg $(command -v gpg)" --addsign "$@"
}

# sign_repository FOLDER: metadata of the packages in it, and its signature.
sign_repository() {
    createrepo_c --quiet --general-compress-type=xz "$1"
    gpg --batch --yes --quiet --armor --local-user "$GPG_NAME" \
        --output "$1/repodata/repomd.xml.asc" --detach-sign "$1/repodata/repomd.xml"
    gpg --batch --yes --quiet --armor --output "$1/RPM-GPG-KEY-kpatch-test" --export "$GPG_NAME"
}
