# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Small packages, made in a moment, for tests of what is chosen and installed:
# their modules are no modules. Source after common.sh and lib.sh.

# tiny FOLDER NAME VERSION RELEASE [HEADER-LINE...] [-- PATH...]: an RPM in FOLDER
# that owns PATHs, each a small file; "%ghost PATH" is one that it does not bring. Its architecture is x86_64 unless a line
# says BuildArch.
tiny() {
    local folder=$1 name=$2 version=$3 release=$4 work path file arch=x86_64
    local -a lines=()
    shift 4
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        case $1 in BuildArch:*) arch=${1##* } ;; esac
        lines+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    work=$(mktemp -d "${TMPDIR:-/tmp}/tiny.XXXXXX")
    {
        printf 'Name: %s\nVersion: %s\nRelease: %s\nSummary: for a test\nLicense: GPL-2.0-or-later\n' \
            "$name" "$version" "$release"
        printf '%s\n' ${lines[@]+"${lines[@]}"}
        printf '%%description\nFor a test.\n%%install\n'
        for path in "$@"; do
            file=${path##* }
            # shellcheck disable=SC2016  # the shell of rpmbuild expands it
            printf 'mkdir -p "%%{buildroot}%s"; echo "%s" >"%%{buildroot}%s"\n' "${file%/*}" "$name-$version-$release" "$file"
        done
        printf '%%files\n'
        printf '%s\n' "$@"
        printf '%s\n' "${TINY_CHANGELOG:-}"
    } >"$work/tiny.spec"
    mkdir -p "$folder"
    if ! rpmbuild -bb --quiet --nodeps --target "$arch" --define "_topdir $work" --define "_rpmdir $work/rpms" \
        --define "_build_id_links none" --define "debug_package %{nil}" \
        --define "_source_filedigest_algorithm 8" --define "_binary_filedigest_algorithm 8" \
        --define "_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" \
        "$work/tiny.spec" >"$work/log" 2>&1; then
        cat "$work/log" >&2
        rm -rf "$work"
        return 1
    fi
    mv "$work/rpms"/*.rpm "$folder/"
    rm -rf "$work"
}

# tiny_kernel FOLDER UNAME-R: VERSION-RELEASE.x86_64, as RHEL names its kernels.
tiny_kernel() {
    local version=${2%%-*} release=${2#*-}
    release=${release%.x86_64}
    tiny "$1" kernel-core "$version" "$release" "Provides: kernel-uname-r = $2" \
        "Provides: installonlypkg(kernel)" -- "/lib/modules/$2/vmlinuz"
}

# tiny_patch FOLDER UNAME-R VERSION RELEASE [HEADER-LINE...]: a patch package for it.
tiny_patch() {
    local folder=$1 kver=$2 version=$3 release=$4 tag
    shift 4
    tag=${kver%.x86_64}
    tag=${tag//[.-]/_}
    tiny "$folder" "kpatch-patch-$tag" "$version" "$release" "Provides: kpatch-patch = $kver" \
        "Requires: kernel-uname-r = $kver" "Conflicts: kpatch-patch-$tag < $version-$release" "$@" \
        -- "/usr/lib/kpatch/$kver/kpatch-$tag-$version-$release.ko"
}

# tiny_root ROOT: an empty package database below it, where RHEL has it.
tiny_root() {
    mkdir -p "$1/var/lib/rpm"
    rpm --root "$1" --dbpath /var/lib/rpm --initdb
}

# tiny_install ROOT FILE...: into that database and folder, unasked.
tiny_install() {
    local root=$1
    shift
    rpm --root "$root" --dbpath /var/lib/rpm -i --nodeps --noscripts --notriggers "$@"
}
