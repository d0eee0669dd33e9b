#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packages that update must not install, and why it says so.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/lib/authority.sh"
. "$TOP/tests/package/installing.sh"

# odd NAME LINE... : a patch package whose %install and %files are these lines, signed:
# "MODE[,OWNER] PATH" makes a file, "link PATH" a link, "device PATH" a device.
odd() {
    local name=$1 kind path file
    shift
    {
        printf 'Name: %s\nVersion: 1\nRelease: 1\nSummary: odd\nLicense: GPL-2.0-or-later\n' "$name"
        printf 'Requires: kernel-uname-r = %s\n%%description\nOdd.\n%%install\n' "$kver"
        for file in "$@"; do
            kind=${file%% *} path=${file##* }
            echo "mkdir -p '%{buildroot}${path%/*}'"
            case $kind in
                link) echo "ln -s /etc/passwd '%{buildroot}$path'" ;;
                device) ;;
                *) echo "echo odd >'%{buildroot}$path'; chmod ${kind%,*} '%{buildroot}$path'" ;;
            esac
        done
        printf '%%files\n'
        for file in "$@"; do
            kind=${file%% *} path=${file##* }
            case $kind in
                link) printf '"%s"\n' "$path" ;;
                device) printf '%%dev(c, 1, 1) "%s"\n' "$path" ;;
                *,*) printf '%%attr(%s, %s, root) "%s"\n' "${kind%,*}" "${kind#*,}" "$path" ;;
                *) printf '%%attr(%s, root, root) "%s"\n' "$kind" "$path" ;;
            esac
        done
    } >"$work/odd.spec"
    rpmbuild -bb --quiet --target x86_64 --define "_topdir $work/odd" --define "_rpmdir $work" \
        --define "debug_package %{nil}" --define "_build_id_links none" \
        --define "_build_name_fmt %%{NAME}.rpm" "$work/odd.spec" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
    sign_rpms "$work/$name.rpm" >/dev/null 2>&1
}

# refused TEXT WHAT...: exit status 4, and nothing is there afterwards.
refused() {
    local wanted=$1
    shift
    says 4 "$wanted" "$@" && is "none /"
}

make_patches 2 3
cp "$(patch_file 2)" "$work/unsigned.rpm"
rpmsign --delsign "$work/unsigned.rpm" >/dev/null
try "an unsigned package is refused" refused "is refused: it is not signed" update "$work/unsigned.rpm"

in_root -e gpg-pubkey
try "one whose signer is not known is refused, and the key is named" \
    refused "the package database does not have" update "$(patch_file 2)"
new_root

size=$(stat -c %s "$(patch_file 2)")
cp "$(patch_file 2)" "$work/payload.rpm"
printf 'x' | dd of="$work/payload.rpm" bs=1 seek=$((size - 20)) conv=notrunc status=none
try "one whose payload was changed is refused" refused "cannot be installed" update "$work/payload.rpm"
head -c $((size - 20)) "$(patch_file 2)" >"$work/cut.rpm"
try "one that was cut is refused" refused "cannot be installed" update "$work/cut.rpm"
sed 's/for a test/for a nest/' "$(patch_file 2)" >"$work/header.rpm"
try "one whose header was changed is refused" refused "damaged" update "$work/header.rpm"
echo hello >"$work/text.rpm"
try "what is no package is refused" refused "no package" update "$work/text.rpm"
truncate -s 2T "$work/huge.rpm"
try "a file that claims to be 2 TiB is refused" refused "larger than" update "$work/huge.rpm"
mkfifo "$work/fifo.rpm"
try "a FIFO is told" says 1 "not a regular file" update "$work/fifo.rpm"
try "a kernel is refused" refused "it is a kernel" update "$rpms"/kernel-core-*.rpm

odd "$patch" "0644 /usr/lib/kpatch/$kver/x.ko" "0644 /etc/cron.d/x"
try "a patch with a file elsewhere is refused" refused "/etc/cron.d/x lies outside" update "$work/$patch.rpm"
odd "$patch" "0644 /usr/lib/kpatch-evil/x.ko"
try "also right beside the corridor" refused "lies outside" update "$work/$patch.rpm"
odd "$patch" "link /usr/lib/kpatch/$kver/x.ko"
try "a link is refused" refused "is a symbolic link" update "$work/$patch.rpm"
odd "$patch" "04755 /usr/lib/kpatch/$kver/x.ko"
try "setuid is refused" refused "rights of its own" update "$work/$patch.rpm"
odd "$patch" "0666 /usr/lib/kpatch/$kver/x.ko"
try "what others may write is refused" refused "may be written by others" update "$work/$patch.rpm"
odd "$patch" "0644,games /usr/lib/kpatch/$kver/x.ko"
try "what would belong to another than root is refused" refused "would not belong to root" update "$work/$patch.rpm"
odd "$patch" "device /usr/lib/kpatch/$kver/x.ko"
try "a device is refused" refused "neither a file nor a folder" update "$work/$patch.rpm"
# rpmbuild lets no other control character through
odd "$patch" $'0644 /etc/x\xe2\x80\xaered'
no_control() { ! "$@" 2>&1 | grep -q $'\xe2\x80\xae'; }
try "control characters in a path are shown, not sent" refused '/etc/x\xe2\x80\xaered lies outside' update "$work/$patch.rpm"
try "not one" no_control update "$work/$patch.rpm"
odd other "0644 /etc/x"
try "a name that does not match is no way round it" refused "lies outside" update "$work/other.rpm"

tiny_patch "$work/far" 5.14.0-999.1.1.el9_3.x86_64 1 2
sign_rpms "$work"/far/*.rpm >/dev/null 2>&1
try "a patch for a kernel that is not installed is refused" \
    refused "which is not installed" update "$work"/far/*.rpm
tiny "$work/obsoletes" "$patch" 1 9 "Requires: kernel-uname-r = $kver" "Obsoletes: kernel-core" \
    -- "/usr/lib/kpatch/$kver/x.ko"
sign_rpms "$work"/obsoletes/*.rpm >/dev/null 2>&1
try "one that would take a kernel away is refused" refused "takes the place of kernel-core" update "$work"/obsoletes/*.rpm
try "and the kernel is still there" in_root -q kernel-core

tiny "$work/one" kpatch-patch-one 1 1 "Requires: kernel-uname-r = $kver" -- "/usr/lib/kpatch/$kver/one.ko"
tiny "$work/one" kpatch-patch-two 1 1 "Requires: kernel-uname-r = $kver" "Obsoletes: kpatch-patch-one" \
    -- "/usr/lib/kpatch/$kver/two.ko"
sign_rpms "$work"/one/*.rpm >/dev/null 2>&1
try "two of which one takes the place of the other are refused" \
    refused "kpatch-patch-two-1-1.x86_64 takes the place of kpatch-patch-one" update "$work"/one/*.rpm

mkdir -p "$root/etc/kpatch"
printf '[packages]\nverify=warn\n' >"$root/etc/kpatch/manager.conf"
try "verify=warn lets an unsigned one in, with a warning" says 0 "it is not signed" update "$work/unsigned.rpm"
try "which is there" is "1-2 / 1-2.ko"
new_root
mkdir -p "$root/etc/kpatch"
printf '[packages]\nverify=warn\n' >"$root/etc/kpatch/manager.conf"
try "it lets nothing in that is damaged" refused "cannot be installed" update "$work/payload.rpm"
try "nor with a header that was changed" refused "damaged" update "$work/header.rpm"
rm "$root/etc/kpatch/manager.conf"

make_tree() { make -s -C "$OUT/build" tests/unit/make-tree && "$OUT/build/tests/unit/make-tree" "$root" "$@"; }
mkdir -p "$root/var/lib/kpatch"
make_tree held "$kver" 1-2
try "a release that is held is refused" refused "is held" update "$(patch_file 2)"
hint="release --kernel $kver 1-2"
try "and how it is let in again is said" refused "'kpatch-manager $hint'" update "$(patch_file 2)"
mkdir -p "$root/proc/sys/kernel"
echo 9.9.9 >"$root/proc/sys/kernel/osrelease"
# shellcheck disable=SC2086  # several words
try "which works when typed, whichever kernel runs" says 20 "would be released" manager $hint --dry-run
rm -r "$root/proc"
try "a newer one is not" says 0 "is installed" update "$(patch_file 3)"

new_root
(cd "$work" && rpm2cpio "$(patch_file 3)" | cpio --quiet -id)
AUTHORITY=$work/site
make_authority
make_signer one
mkdir -p "$root"/etc/pki/kpatch/{trusted,revoked}.d
cp "$AUTHORITY"/{authority,one}.pem "$root/etc/pki/kpatch/trusted.d/"
{
    printf 'kpatch-revocations 1\nserial 1\nexpires 2099-01-01\n'
    printf 'sha256 %s bad\n' "$(sha256sum <"$work/usr/lib/kpatch/$kver/$module-1-3.ko" | cut -d' ' -f1)"
} >"$work/site.list"
"$OUT/build/kpatch-sign" sign --quiet --key "$AUTHORITY/one.key" --cert "$AUTHORITY/one.pem" "$work/site.list"
cp "$work/site.list" "$root/etc/pki/kpatch/revoked.d/"
try "one whose module is revoked is refused" refused "is revoked" update "$(patch_file 3)"
try "another is not" says 0 "is installed" update "$(patch_file 2)"
tap_end
