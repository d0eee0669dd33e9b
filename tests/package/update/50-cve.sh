#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which CVEs are fixed, by what: packages with changelogs, repositories with
# updateinfo.xml in every compression, modules that say themselves what they fix,
# and metadata that is damaged or was made to do harm.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/lib.sh"
. "$TOP/tests/package/tiny.sh"
. "$TOP/tests/lib/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KPATCH_MANAGER_PLUGINS=$OUT/build NO_COLOR=1 LC_ALL=C TZ=UTC
manager=$OUT/build/kpatch-manager
root=$work/root
k1=5.14.0-100.el9.x86_64
k2=5.14.0-110.el9.x86_64
n1=kpatch-patch-5_14_0_100_el9
n2=kpatch-patch-5_14_0_110_el9

cve() { timeout 60 "$manager" --root "$root" cve "$@" >"$work/out" 2>"$work/err"; }
# says TEXT, told TEXT: what it printed, or warned of, white space squeezed.
says() { tr -s ' ' <"$work/out" | grep -Fq -- "$1"; }
told() { grep -Fq -- "$1" "$work/err"; }
says_not() { ! says "$1"; }
exits() { # code argument...
    local wanted=$1 code=0
    shift
    cve "$@" || code=$?
    [ "$code" = "$wanted" ] || { cat "$work/out" "$work/err"; echo "exit code $code"; return 1; }
}
# verdict ID KERNEL VERDICT [BY]: what JSON has for it.
verdict() {
    cve "$1" --kernel "$2" --json || return 1
    python3 - "$work/out" "$3" "${4-any}" <<'END'
import json, sys
row = json.load(open(sys.argv[1]))["cves"][0]["kernels"][0]
print(row)
assert row["verdict"] == sys.argv[2]
assert sys.argv[3] == "any" or row["by"] == (sys.argv[3] or None)
END
}

# module PATH NAME KVER VERSION CVE...: what the manager takes for a patch module.
module() {
    local path=$1 name=$2 kver=$3 version=$4 cve
    shift 4
    {
        echo '.section .modinfo,"a"'
        printf '.asciz "%s"\n' "name=$name" "vermagic=$kver SMP mod_unload" "version=$version" livepatch=Y
        for cve in "$@"; do printf '.asciz "%s"\n' "kpatch_cve=$cve"; done
        echo '.section .gnu.linkonce.this_module,"aw"'
        echo '.zero 64'
    } | gcc -c -x assembler - -o "$path"
    chmod 0644 "$path"
}

# advisory ID CVES SEVERITY NEVRA-PARTS...: an <update> on standard output; parts are
# NAME/EPOCH/VERSION/RELEASE/ARCH.
advisory() {
    local id=$1 cves=$2 severity=$3 part name epoch version release arch cve
    shift 3
    printf '<update from="tests" status="%s" type="security" version="1"><id>%s</id><title>%s</title>\n' \
        "${STATUS:-final}" "$id" "${TITLE:-About $id}"
    printf '<issued date="2026-03-04 05:06:07"/><severity>%s</severity><references>\n' "$severity"
    for cve in $cves; do
        printf '<reference href="https://example.org/%s" id="%s" type="cve" title="%s"/>\n' "$cve" "$cve" "$cve"
    done
    printf '</references><pkglist><collection short="c"><name>c</name>\n'
    for part in "$@"; do
        IFS=/ read -r name epoch version release arch <<<"$part"
        printf '<package name="%s" epoch="%s" version="%s" release="%s" arch="%s"><filename>x.rpm</filename></package>\n' \
            "$name" "$epoch" "$version" "$release" "$arch"
    done
    printf '</collection></pkglist></update>\n'
}
updates() { echo '<?xml version="1.0" encoding="UTF-8"?><updates>'; cat; echo '</updates>'; }

# publish NAME: the repository's metadata as dnf would have left it after a fetch.
publish() {
    local url=file://$work/$1 folder
    folder=$root/var/cache/dnf/$1-$(printf %s "$url" | sha256sum | cut -c1-16)
    rm -rf "$folder"
    mkdir -p "$folder" "$root/etc/yum.repos.d"
    cp -r "$work/$1/repodata" "$folder/"
    printf '[%s]\nname=%s\nbaseurl=%s\ngpgcheck=0\n' "$1" "$1" "$url" >"$root/etc/yum.repos.d/$1.repo"
}
# index NAME [gz|xz|zst|bz2] [UPDATEINFO]: make its metadata, and publish it.
# Older createrepo_c does not know zst.
index() {
    local kind=${2:-gz} file=${3:-}
    rm -rf "$work/$1/repodata"
    createrepo_c --quiet "$work/$1"
    if [ "$kind" = zst ]; then
        zstd -q -f "$file" -o "$work/$1/repodata/updateinfo.xml.zst"
        printf '<data type="updateinfo"><checksum type="sha256">%s</checksum><location href="%s"/><timestamp>1</timestamp></data>\n</repomd>\n' \
            "$(sha256sum <"$work/$1/repodata/updateinfo.xml.zst" | cut -d' ' -f1)" \
            repodata/updateinfo.xml.zst >"$work/entry"
        sed -i '/<\/repomd>/d' "$work/$1/repodata/repomd.xml"
        cat "$work/entry" >>"$work/$1/repodata/repomd.xml"
    elif [ -n "$file" ]; then
        modifyrepo_c --mdtype=updateinfo --compress-type="$kind" "$file" "$work/$1/repodata" >>"$work/log" 2>&1
    fi
    publish "$1"
}

# The machine: two kernels, the older one runs; its patch 1-2 is installed and live.
tiny_root "$root"
TINY_CHANGELOG=$(printf '%%changelog\n* Mon Mar 02 2026 A <a@b> - 1\n- fix {CVE-2026-0100}\n- Revert "fix" {CVE-2026-0199}') \
    tiny_kernel "$work/kernels" "$k1"
TINY_CHANGELOG=$(printf '%%changelog\n* Mon Mar 02 2026 A <a@b> - 1\n- fix {CVE-2026-0100}\n- fix {CVE-2026-0200}\n- fix {CVE-2026-0300}') \
    tiny_kernel "$work/kernels" "$k2"
TINY_CHANGELOG=$(printf '%%changelog\n* Mon Mar 02 2026 A <a@b> - 1-2\n- CVE-2026-0301') \
    tiny_patch "$work/installed" "$k1" 1 2 'Provides: kpatch-coverage-until = 20260101'
tiny_patch "$work/repo" "$k1" 1 3
tiny_patch "$work/repo" "$k1" 1 5 "Requires: nobody-has-this"
TINY_CHANGELOG=$(printf '%%changelog\n* Mon Mar 02 2026 A <a@b> - 1-1\n- CVE-2026-0320') \
    tiny_patch "$work/repo" "$k2" 1 1
tiny_kernel "$work/repo" 5.14.0-120.el9.x86_64
tiny_install "$root" "$work"/kernels/*.rpm "$work"/installed/*.rpm 2>>"$work/log"
mkdir -p "$root"/{proc/sys/kernel/random,run,etc/kpatch} "$root/sys/kernel/livepatch/kpatch_a_1_2" \
    "$root/sys/module/kpatch_a_1_2"
# none of the packages is signed
printf '[verify]\nmodules=off\n[packages]\nverify=warn\n' >"$root/etc/kpatch/manager.conf"
echo "$k1" >"$root/proc/sys/kernel/osrelease"
echo boot-1 >"$root/proc/sys/kernel/random/boot_id"
echo 1 >"$root/sys/kernel/livepatch/kpatch_a_1_2/enabled"
echo 0 >"$root/sys/kernel/livepatch/kpatch_a_1_2/transition"
echo 1-2 >"$root/sys/module/kpatch_a_1_2/version"
file=$root/usr/lib/kpatch/$k1/$n1-1-2.ko
file=${file/kpatch-patch/kpatch}
module "$file" kpatch_a_1_2 "$k1" 1-2 CVE-2026-0302

{
    advisory T-1 CVE-2026-0303 Important "$n1/0/1/1/x86_64"
    advisory T-2 "CVE-2026-0304 CVE-2026-0305" Critical "$n1/0/1/3/x86_64" "$n1/0/1/3/src"
    advisory T-3 CVE-2026-0306 Low "$n1/0/1/4/x86_64"
    advisory T-13 CVE-2026-0315 Low "$n1/0/1/5/x86_64"
    advisory T-4 CVE-2026-0307 Moderate kernel-core/0/5.14.0/120.el9/x86_64 kernel/0/5.14.0/120.el9/x86_64
    advisory T-5 CVE-2026-0308 Moderate kernel-core/0/5.14.0/90.el9/x86_64
    advisory T-6 CVE-2026-0309 Moderate "$n2/0/1/1/x86_64"
    advisory T-12 CVE-2026-0314 Moderate "$n1/0/1/3/aarch64"
    advisory T-7 CVE-2026-0310 Moderate bash/0/1/1/x86_64
    advisory T-8 CVE-2026-0304 Moderate kernel-core/0/5.14.0/120.el9/x86_64
    advisory T-9 CVE-2026-0311 Moderate kernel-core/0/5.14.0/130.el9/x86_64
    STATUS=retracted advisory T-10 CVE-2026-0312 Moderate "$n1/0/1/1/x86_64"
    TITLE=$'\xc2\x9b31mred' advisory $'T\xc2\x9b31m-11' CVE-2026-0313 $'\xc2\x9b31m' "$n1/0/1/3/x86_64"
} | updates >"$work/updateinfo.xml"

for kind in gz xz zst bz2; do
    index repo "$kind" "$work/updateinfo.xml"
    rm -rf "$root/var/cache/kpatch-manager"
    try "an advisory in updateinfo.xml.$kind, of an older release than the live one" \
        verdict CVE-2026-0303 "$k1" fixed-live 'kpatch_a_1_2 (1-2)'
    try "one for what a repository has, $kind" verdict CVE-2026-0305 "$k1" available "$n1-1-3.x86_64"
done
index repo gz "$work/updateinfo.xml"

try "the live module says so itself" verdict CVE-2026-0302 "$k1" fixed-live 'kpatch_a_1_2 (1-2)'
try "the changelog of its package does" verdict CVE-2026-0301 "$k1" fixed-live 'kpatch_a_1_2 (1-2)'
try "an advisory for a release that nobody has" verdict CVE-2026-0306 "$k1" not-fixed ''
try "what update would never take is not available" verdict CVE-2026-0315 "$k1" not-fixed ''
try "a kernel with the fix can be had" verdict CVE-2026-0307 "$k1" not-fixed kernel-core-5.14.0-120.el9.x86_64
try "one that nobody has is not named" verdict CVE-2026-0311 "$k1" not-fixed ''
try "the running kernel was built with it" verdict CVE-2026-0308 "$k1" fixed-live "kernel-core-$k1"
try "its changelog says so" verdict CVE-2026-0100 "$k1" fixed-live "kernel-core-$k1"
try "what its changelog takes back does not count" verdict CVE-2026-0199 "$k1" unknown ''
try "an installed kernel has it" verdict CVE-2026-0200 "$k1" not-fixed "kernel-core-$k2"
try "a kernel that does not run has nothing live" verdict CVE-2026-0200 "$k2" installed-not-live "kernel-core-$k2"
try "what a patch of another kernel fixes is not known of this one" verdict CVE-2026-0309 "$k1" unknown ''
try "and can be had there" verdict CVE-2026-0309 "$k2" available "$n2-1-1.x86_64"
for spelling in "$n2" "$n2-1-1" "$n2-0:1-1.*"; do
    echo "excludepkgs=$spelling" >>"$root/etc/yum.repos.d/repo.repo"
    try "not if it is excluded as $spelling" verdict CVE-2026-0309 "$k2" not-fixed
    sed -i /excludepkgs/d "$root/etc/yum.repos.d/repo.repo"
done
try "an advisory about something else is not known" verdict CVE-2026-0310 "$k1" unknown ''
try "one about the packages of another machine is not known" verdict CVE-2026-0314 "$k1" unknown ''
try "one that was retracted is not counted" verdict CVE-2026-0312 "$k1" unknown ''
try "an ID that nothing mentions is unknown, and no error" verdict cve-2026-9999 "$k2" unknown ''
try "what is no ID is a usage error" exits 2 CVE-26-1
try "and is named" told "CVE-26-1 is no CVE ID"
try "a kernel that is not there is a usage error" exits 2 --kernel 1.2.3

cve
try "without an ID, what patches do" says "CVE-2026-0303 $k1 Important kpatch_a_1_2 (1-2) T-1 fixed-live"
try "and not what the kernel was built with" says_not CVE-2026-0308
try "of a CVE that is told of one kernel it is told of all" says "CVE-2026-0200 $k2 - kernel-core-$k2 changelog installed-not-live"
try "and not that nobody says anything of a CVE" says_not "CVE-2026-0100"
try "the end of coverage is warned of" says "Patches for kernel $k1 were promised until 2026-01-01"
cve CVE-2026-0313
try "no control character reaches the terminal" bash -c "! LC_ALL=C grep -q $'\xc2\x9b' '$work/out' '$work/err'"
cve --missing
try "--missing: a newer kernel alone has it" says "CVE-2026-0307 $k1 Moderate kernel-core-5.14.0-120.el9.x86_64 T-4 not-fixed"
try "--missing: an installed kernel alone has it" says "CVE-2026-0200 $k1 - kernel-core-$k2 changelog not-fixed"
try "--missing: not what a patch has, too" says_not CVE-2026-0304
try "--missing: not what is live" says_not CVE-2026-0303

# check and status.
check() { timeout 60 "$manager" --root "$root" check "$@" >"$work/out" 2>"$work/err"; }
check
try "check names the CVEs that a patch adds" says "1-3 repo"
try "those of the releases after the installed one" says "CVE-2026-0313 CVE-2026-0305 CVE-2026-0304 update-available"
try "and not those for another machine" says_not CVE-2026-0314
try "and warns of the end of coverage" says "Patches for kernel $k1 were promised until 2026-01-01"
check --json
try "JSON of check has it" grep -q '"until" : "2026-01-01"' "$work/out"
status() { timeout 60 "$manager" --root "$root" status "$@" >"$work/out" 2>"$work/err"; }
code=0
status --check || code=$?
try "from then on status knows of it" test "$code" = 11
try "and says what it is" says "Repository repo has $n1-1-3.x86_64 for kernel $k1"
status
try "status shows until when a kernel is covered" says "2026-01-01 update-available"
mv "$root/etc/yum.repos.d" "$root/etc/yum.repos.off"
rm -rf "$root/var/cache/dnf"
code=0
status --check || code=$?
try "when the repository is gone, so is that" test "$code" = 0
mv "$root/etc/yum.repos.off" "$root/etc/yum.repos.d"
index repo gz "$work/updateinfo.xml"

# check reads the changelogs of what can be had, from a repository without advisories.
index repo
try "what only a changelog in a repository says is not known" verdict CVE-2026-0320 "$k2" unknown
check
try "it is, when check has looked" verdict CVE-2026-0320 "$k2" available "$n2-1-1.x86_64"
index repo gz "$work/updateinfo.xml"
try "until the repository changes" verdict CVE-2026-0320 "$k2" unknown
status
try "of which status says that it has not been looked at" says "What repositories have is known as of $(date +%F)"
try "cve --refresh looks itself" exits 0 --refresh CVE-2026-0320
try "also where advisories name others" says "CVE-2026-0320 $k2 - $n2-1-1.x86_64 changelog available"
try "so it is known" verdict CVE-2026-0320 "$k2" available "$n2-1-1.x86_64"
status
try "and status has nothing to say of that" says_not "is known as of"
rm -rf "$root/var/cache/kpatch-manager"
touch -d '8 days ago' "$root"/var/cache/dnf/*/repodata/*
mv "$work/repo" "$work/away"
check
status
mv "$work/away" "$work/repo"
try "but when nobody can be asked for a week" says "What repositories have is known as of $(date -d '8 days ago' +%F)"
index repo gz "$work/updateinfo.xml"

# What is live counts, not what is installed.
echo 1 >"$root/sys/kernel/livepatch/kpatch_a_1_2/transition"
try "in a transition nothing of it is live" verdict CVE-2026-0302 "$k1" installed-not-live
try "nor what its package says" verdict CVE-2026-0301 "$k1" installed-not-live "$n1-1-2.x86_64"
echo 0 >"$root/sys/kernel/livepatch/kpatch_a_1_2/transition"
echo 0 >"$root/sys/kernel/livepatch/kpatch_a_1_2/enabled"
try "nor when it is disabled" verdict CVE-2026-0303 "$k1" installed-not-live "$n1-1-2.x86_64"
echo 1 >"$root/sys/kernel/livepatch/kpatch_a_1_2/enabled"
# live NAME VERSION: that module in place of the one before it.
live() {
    mv "$root"/sys/kernel/livepatch/kpatch_* "$work/livepatch"
    mv "$root"/sys/module/kpatch_* "$work/module"
    mv "$work/livepatch" "$root/sys/kernel/livepatch/$1"
    mv "$work/module" "$root/sys/module/$1"
    echo "$2" >"$root/sys/module/$1/version"
}
live kpatch_a_1_1 1-1
try "an older release is live: the installed one does not count" \
    verdict CVE-2026-0301 "$k1" installed-not-live "$n1-1-2.x86_64"
try "and what is older than that still does" verdict CVE-2026-0303 "$k1" fixed-live 'kpatch_a_1_1 (1-1)'
live kpatch_mine_9_9 9-9
try "what somebody built has numbers of its own" \
    verdict CVE-2026-0303 "$k1" installed-not-live "$n1-1-2.x86_64"
live kpatch_a_1_2 1-2

# The cache: gone after a change, whole after damage, never in the way.
cve CVE-2026-0303
cache=$(grep -la kernel-core "$root"/var/cache/kpatch-manager/advisories/repo-*)
try "what was found in advisories is kept" test -s "$cache"
before=$(sha256sum <"$cache")
for damage in 'truncate -s 70' 'truncate -s 0' 'sed -i s/T-1/T-7/' 'sed -i 1s/^./x/'; do
    $damage "$cache"
    try "a damaged cache ($damage) is made again" verdict CVE-2026-0303 "$k1" fixed-live 'kpatch_a_1_2 (1-2)'
    try "and is what it was ($damage)" test "$before" = "$(sha256sum <"$cache")"
done
# forge MODE: a cache that is whole and lies.
forge() {
    python3 - "$cache" <<'END'
import hashlib, sys
rest = open(sys.argv[1], "rb").read()[64:].replace(b"CVE-2026-0303", b"CVE-2026-0388")
open(sys.argv[1], "wb").write(hashlib.sha256(rest).hexdigest().encode() + rest)
END
    chmod "$1" "$cache"
}
forge 0644
try "what root has in its cache is believed" verdict CVE-2026-0303 "$k1" unknown
forge 0646
try "one that others may write is not read" verdict CVE-2026-0303 "$k1" fixed-live
sed -i 's/CVE-2026-0303/CVE-2026-0399/g' "$work/updateinfo.xml"
index repo gz "$work/updateinfo.xml"
try "one of an older state of the repository does not count" verdict CVE-2026-0303 "$k1" unknown
try "the newer one does" verdict CVE-2026-0399 "$k1" fixed-live

# Documents that are no advisories: the repository is named, the others count.
advisory O-1 CVE-2026-0400 Important "$n1/0/1/1/x86_64" | updates >"$work/other.xml"
mkdir -p "$work/other" && index other gz "$work/other.xml"
# spoil FILE [COMPRESSION]: the repository has FILE for its advisories.
spoil() {
    index repo "${2:-gz}" "$1"
    still_told
}
still_told() {
    cve CVE-2026-0400 --kernel "$k1"
    told "repository repo: its advisories cannot be read" || { cat "$work/err"; return 1; }
    says fixed-live
}
head -c 400 "$work/updateinfo.xml" >"$work/cut.xml"
sed 's/<references>/<references/' "$work/updateinfo.xml" >"$work/malformed.xml"
# short COMPRESSION BYTES: the stream ends too early, and its checksum is right.
short() {
    local folder=$work/repo/repodata file sum
    index repo "$1" "$work/updateinfo.xml"
    file=$(echo "$folder"/*updateinfo.xml.*)
    sum=$(sha256sum <"$file" | cut -d' ' -f1)
    truncate -s "$2" "$file"
    sed -i "s/>$sum</>$(sha256sum <"$file" | cut -d' ' -f1)</; s/<size>[0-9]*<\/size>//" "$folder/repomd.xml"
    publish repo
    still_told
}
for kind in gz xz zst bz2; do
    steps "a document, $kind, that is cut short" spoil "$work/cut.xml" "$kind"
    steps "one that is no XML, $kind" spoil "$work/malformed.xml" "$kind"
    for size in -1 -9 -200 40 7; do
        steps "one whose $kind was cut ($size)" short "$kind" "$size"
    done
done
sed 's/UTF-8/UTF-16/' "$work/updateinfo.xml" >"$work/utf16.xml"
steps "one in another encoding than it says" spoil "$work/utf16.xml"
TITLE=$'\xff\xfe' advisory T-1 CVE-2026-0303 Low "$n1/0/1/1/x86_64" | updates >"$work/latin.xml"
steps "one with bytes that are no UTF-8" spoil "$work/latin.xml"
{
    echo '<?xml version="1.0"?><!DOCTYPE updates [<!ENTITY a "ha">'
    for i in {a..j}; do
        n=$(printf %s "$i" | tr a-j b-k)
        printf '<!ENTITY %s "' "$n"; for _ in {1..10}; do printf '&%s;' "$i"; done; echo '">'
    done
    echo ']><updates>'
    TITLE='&k;' advisory T-1 CVE-2026-0303 Low "$n1/0/1/1/x86_64"
    echo '</updates>'
} >"$work/laughs.xml"
steps "one with a billion laughs" spoil "$work/laughs.xml"
printf '\xff\xfe' >"$work/wide.xml"
iconv -f UTF-8 -t UTF-16LE "$work/updateinfo.xml" >>"$work/wide.xml"
steps "one that is UTF-16" spoil "$work/wide.xml"
echo '</update></updates>' >"$work/unbegun.xml"
steps "one that ends what has not begun" spoil "$work/unbegun.xml"
: >"$work/empty.xml"
steps "one that is empty" spoil "$work/empty.xml"
{ cat "$work/updateinfo.xml"; head -c 100M /dev/zero | tr '\0' ' '; } >"$work/huge.xml"
steps "one that does not come to an end" spoil "$work/huge.xml"
try "and that is what is said" told "more than 64 MiB"
{ echo '<updates>'; yes '<update><id>x</id></update>' | head -c 600M || :; } >"$work/huge.xml"
steps "one that unpacks to more than it may" spoil "$work/huge.xml"
try "and that is said" told "larger than 512 MiB"
rm "$work/huge.xml"
index repo gz "$work/updateinfo.xml"
try "when it is well again, it counts again" verdict CVE-2026-0399 "$k1" fixed-live

# One name for two kernels.
tiny "$work/repo" "$n2" 1 9 "Requires: kernel-uname-r = $k1" -- "/usr/lib/kpatch/$k1/x.ko"
index repo gz "$work/updateinfo.xml"
try "a name that two kernels share proves nothing" verdict CVE-2026-0309 "$k2" unknown ''
try "and that is said" exits 0 CVE-2026-0309
try "with the name" told "packages called $n2 are for more than one kernel"

# One that is for a range of kernels, in which the newer one is.
rm "$work/repo/$n2"-*.rpm
tiny "$work/repo" kpatch-patch-range 1 1 "Requires: kernel-uname-r >= $k2" "Requires: kernel-uname-r <= $k2" \
    -- "/usr/lib/kpatch/$k2/range.ko"
{ sed '/<\/updates>/d' "$work/updateinfo.xml"; advisory T-20 CVE-2026-0316 Low kpatch-patch-range/0/1/1/x86_64
  echo '</updates>'; } >"$work/range.xml"
index repo gz "$work/range.xml"
try "a patch for a range of kernels can be had for one in it" \
    verdict CVE-2026-0316 "$k2" available kpatch-patch-range-1-1.x86_64
try "and says nothing of another" verdict CVE-2026-0316 "$k1" unknown ''

# Old metadata.
touch -d '40 days ago' "$root"/var/cache/dnf/*/repodata/*
rm -rf "$root/var/cache/kpatch-manager"
cve CVE-2026-0399
try "metadata that is out of date is told of" told "what is known of repository repo is out of date"
try "in JSON, too" bash -c "'$manager' --root '$root' cve --json | grep -q '\"stale\" : true'"
rm -f "$root/var/lib/rpm/rpmdb.sqlite"*
try "without a package database there is no verdict" exits 1 CVE-2026-0303
tap_end
