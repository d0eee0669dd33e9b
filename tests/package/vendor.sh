# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packages as RHEL's public spec makes them: a module without a version, which may be
# executed, links of its build-id, a licence, documentation, and the name of the
# distribution in the release. Source after installing.sh.
# shellcheck disable=SC2154  # installing.sh sets work, root and kver

AUTHORITY=$work/site
vendor=kpatch-patch-5_14_0-362_8_1
vendor_stem=kpatch-5_14_0-362_8_1

# vendor_trust: below $root, patches of the test's signer are trusted.
vendor_trust() {
    [ -f "$AUTHORITY/one.pem" ] || { make_authority; make_signer one; }
    mkdir -p "$root/etc/pki/kpatch/trusted.d"
    cp "$AUTHORITY/one.pem" "$root/etc/pki/kpatch/trusted.d/"
}

# vendor_module FILE NAME [VERSION]: a module that is one as far as can be seen without
# a kernel, signed.
vendor_module() {
    local file=$1 name=$2 version=${3:-}
    {
        printf '.section .modinfo,"a"\n.asciz "name=%s"\n' "$name"
        printf '.asciz "vermagic=%s SMP"\n.asciz "livepatch=Y"\n' "$kver"
        [ -z "$version" ] || printf '.asciz "version=%s"\n' "$version"
        printf '.section .gnu.linkonce.this_module,"aw"\n.zero 64\n'
    } | gcc -c -x assembler - -o "$file.o"
    ld -r --build-id=sha1 -o "$file" "$file.o"
    rm "$file.o"
    "$OUT/build/kpatch-sign" sign --quiet --key "$AUTHORITY/one.key" --cert "$AUTHORITY/one.pem" "$file"
}

# vendor_patch FOLDER VERSION RELEASE [MODULE-NAME]: such a package, signed, with what is
# in $vendor_lines in its header.
vendor_lines=
vendor_patch() {
    local folder=$1 version=$2 release=$3 name=${4:-$vendor_stem-$2-$3} build
    build=$(mktemp -d "$work/vendor.XXXXXX")
    vendor_module "$build/$name.ko" "${name//-/_}"
    echo 'GPL' >"$build/COPYING"
    cat >"$build/vendor.spec" <<END
%define debug_package %{nil}
%define __os_install_post %{nil}
Name: $vendor
Version: $version
Release: $release.el9_3
Summary: Live kernel patching module for kernel-$kver
License: GPLv2
Conflicts: %{name} < %{version}-%{release}
Provides: kpatch-patch = $kver
Provides: kpatch-patch = ${kver%.x86_64}
Requires: kernel-uname-r = $kver
$vendor_lines
%description
For a test.
%prep
%setup -q -c -T
cp $build/COPYING .
echo read me >README
%install
install -D -m 755 $build/$name.ko %{buildroot}/usr/lib/kpatch/$kver/$name.ko
%files
%license COPYING
%doc README
/usr/lib/kpatch
END
    mkdir -p "$folder"
    rpmbuild -bb --quiet --nodeps --target x86_64 --define "_topdir $build/top" \
        --define "_rpmdir $build/rpms" --define "_build_id_links compat" \
        --define "_defaultlicensedir /usr/share/licenses" --define "_defaultdocdir /usr/share/doc" \
        --define "_source_filedigest_algorithm 8" --define "_binary_filedigest_algorithm 8" \
        --define "_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" \
        "$build/vendor.spec" >"$build/log" 2>&1 || { cat "$build/log" >&2; return 1; }
    sign_rpms "$build"/rpms/*.rpm >/dev/null 2>&1
    mv "$build"/rpms/*.rpm "$folder/"
    rm -rf "$build"
}

# running: $kver runs below $root, and has livepatch.
running() {
    mkdir -p "$root/proc/sys/kernel" "$root/sys/kernel/livepatch" "$root/sys/module" "$root/etc/yum.repos.d"
    echo "$kver" >"$root/proc/sys/kernel/osrelease"
}

# live MODULE [VERSION]: it is live there, alone; none without one.
live() {
    rm -rf "$root"/sys/kernel/livepatch/* "$root"/sys/module/*
    [ $# -gt 0 ] || return 0
    mkdir -p "$root/sys/kernel/livepatch/$1/vmlinux/f,1" "$root/sys/module/$1"
    echo 1 >"$root/sys/kernel/livepatch/$1/enabled"
    echo 0 >"$root/sys/kernel/livepatch/$1/transition"
    [ -z "${2:-}" ] || echo "$2" >"$root/sys/module/$1/version"
}

# repository FOLDER: of the packages there, below $root.
repository() {
    createrepo_c -q "$1"
    printf '[r]\nname=r\nbaseurl=file://%s\ngpgcheck=1\n' "$1" >"$root/etc/yum.repos.d/r.repo"
}
