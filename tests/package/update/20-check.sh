#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check, with real packages, a real package database and real metadata.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/lib.sh"
. "$TOP/tests/package/tiny.sh"
. "$TOP/tests/lib/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KPATCH_MANAGER_PLUGINS=$OUT/build
root=$work/root
one=5.14.0-362.8.1.el9_3.x86_64
two=5.14.0-400.1.1.el9.x86_64
three=5.14.0-427.el9.x86_64
tag=5_14_0_362_8_1_el9_3

# One kernel with a stream, one whose patches need more, one without any.
tiny_kernel "$work/installed" "$one"
tiny_kernel "$work/installed" "$two"
tiny_kernel "$work/installed" "$three"
tiny "$work/installed" kpatch-manager 1 1 -- /usr/sbin/kpatch-manager
tiny "$work/installed" dash 5 1 -- /bin/sh
changelog() { printf '%%changelog\n* Mon Mar 02 2026 A <a@localhost> - 1\n'; printf -- '- fixes %s\n' "$@"; }
TINY_CHANGELOG=$(changelog CVE-2026-0001) tiny_patch "$work/installed" "$one" 1 1
mkdir "$work/repo"
tiny_patch "$work/repo" "$one" 1 1
TINY_CHANGELOG=$(changelog CVE-2026-0002 CVE-2026-0001) tiny_patch "$work/repo" "$one" 1 2 "Requires: /bin/sh"
signing_key
sign_rpms "$work/repo/kpatch-patch-$tag-1-2.x86_64.rpm" >/dev/null 2>&1
gpg --batch --armor --output "$work/key" --export "$GPG_NAME"
tiny_patch "$work/repo" "$two" 1 1 "Requires: kpatch-manager >= 2"
tiny "$work/repo" kpatch-manager 2 1 "Requires: libodd.so.1" -- /usr/sbin/kpatch-manager
tiny "$work/repo" oddly-named 3 1 "Provides: libodd.so.1" -- /usr/lib/odd
tiny "$work/repo" bystander 1 1 -- /usr/lib/bystander
tiny_kernel "$work/repo" 5.14.0-500.el9.x86_64
tiny_root "$root"
tiny_install "$root" "$work"/installed/*.rpm
rpmkeys --root "$root" --dbpath /var/lib/rpm --import "$work/key"
mkdir -p "$root/etc/yum.repos.d" "$root/proc/sys/kernel" "$root/etc/kpatch"
# not all of it is signed
printf '[packages]\nverify=warn\n' >"$root/etc/kpatch/manager.conf"
echo "$one" >"$root/proc/sys/kernel/osrelease"
printf '[site]\nname=site\nbaseurl=file://%s\ngpgcheck=0\n' "$work/repo" >"$root/etc/yum.repos.d/site.repo"

# index COMPRESSION: the metadata, fetched anew by whoever looks next
index() {
    rm -rf "$work/repo/repodata" "$root/var/cache/kpatch-manager"
    createrepo_c --quiet --general-compress-type=gz "$work/repo"
    gunzip -c "$work"/repo/repodata/*-primary.xml.gz >"$work/primary.xml"
    pack "$1"
}

# pack COMPRESSION: of $work/primary.xml. A repomd.xml by hand: createrepo_c here
# does not know zstd, and would not say that nonsense is metadata.
pack() {
    local folder=$work/repo/repodata file
    rm -rf "$folder"
    mkdir -p "$folder"
    file=$folder/primary.xml.${1/zstd/zst}
    "${1/gz/gzip}" -c <"$work/primary.xml" >"$file"
    seal "$file"
}

# seal FILE: a repomd.xml that says of it what is so.
seal() {
    local file=$1
    cat >"$work/repo/repodata/repomd.xml" <<END
<?xml version="1.0" encoding="UTF-8"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
  <revision>1</revision>
  <data type="primary">
    <checksum type="sha256">$(sha256sum <"$file" | cut -d' ' -f1)</checksum>
    <open-checksum type="sha256">$(sha256sum <"$work/primary.xml" | cut -d' ' -f1)</open-checksum>
    <location href="repodata/${file##*/}"/>
    <timestamp>1</timestamp>
    <size>$(stat -c %s "$file")</size>
    <open-size>$(stat -c %s "$work/primary.xml")</open-size>
  </data>
</repomd>
END
}

check() { "$OUT/build/kpatch-manager" --root "$root" check "$@"; }

# member EXPRESSION: of the JSON of check
member() { check --json | python3 -c "import json, sys; c = json.load(sys.stdin); print($1)"; }

expected=$(
    cat <<END
$one 1-1 kpatch-patch-$tag-1-2.x86_64 1-1 update-available
$three None None None uncovered
$two None kpatch-patch-5_14_0_400_1_1_el9-1-1.x86_64 None update-available
install kpatch-patch-5_14_0_400_1_1_el9-1-1.x86_64
install oddly-named-3-1.x86_64
upgrade kpatch-manager-2-1.x86_64
upgrade kpatch-patch-$tag-1-2.x86_64
END
)
# answer: in a few lines, what check says
answer() {
    check --json | python3 -c '
import json, sys
c = json.load(sys.stdin)
for k in c["kernels"]:
    a = k["available"] or {}
    print(k["kernel"], k["installed"], a.get("nevra"), a.get("replaces"), k["state"])
for line in sorted(s["action"] + " " + s["nevra"] for s in c["steps"]):
    print(line)
assert not c["problems"], c["problems"]'
}
answers() { diff <(echo "$expected") <(answer); }

for compression in gz xz zstd; do
    index "$compression"
    try "metadata in $compression: each kernel's patch, what it needs, and no kernel" answers
    try "and again from the cache" answers
done

# details: who signed what there is, and what it adds
details() {
    [ "$(member '[(k["available"]["signer"], k["available"]["cves"]) for k in c["kernels"] if k["available"]]')" = \
        "[('$(gpg --batch --with-colons --list-keys "$GPG_NAME" | awk -F: '$1 == "uid" { print $10; exit }')', ['CVE-2026-0002']), ('nobody', [])]" ]
}
try "who signed each, and the CVEs that its changelog adds" details
mkdir "$work/plugins"
cp "$OUT"/build/kpatch-{json,solve}.so "$work/plugins/"
offline() { KPATCH_MANAGER_PLUGINS=$work/plugins "$@"; }
try "and again without anything that fetches or reads packages" offline details

as_nobody() {
    chmod 0755 "$work"
    setpriv --reuid 65534 --clear-groups "$OUT/build/kpatch-manager" --root "$root" check "$@" 2>&1
}
# others_look: the same answer; it changes nothing, and says what it could not do
others_look() {
    find "$root/var/cache" | sort >"$work/before"
    as_nobody | grep -q "$one.*1-2.*update-available"
    as_nobody --refresh | grep -q 'only root can ask'
    find "$root/var/cache" | sort | cmp - "$work/before"
    mv "$root/var/cache/kpatch-manager" "$work/away"
    { as_nobody || [ $? -eq 16 ]; } | grep 'nothing is known of repository site; root can ask it'
    mv "$work/away" "$root/var/cache/kpatch-manager"
}
if [ "$(id -u)" -eq 0 ]; then
    steps "who is not root sees what is known" others_look
else
    skip "who is not root sees what is known" "only root can be somebody else"
fi

solv() { find "$root/var/cache/kpatch-manager/solv" -name '*.solv'; }
try "what was kept of the metadata does not name a bystander" \
    bash -c "[ $(solv | wc -l) -ge 1 ] && ! grep -q bystander $(solv | tr '\n' ' ')"

# Any damage to what was kept: the metadata is read again, and it is put right.
spoil() {
    local file at size
    answers
    for file in $(solv); do
        cp "$file" "$work/good"
        size=$(stat -c %s "$file")
        for at in 0 8 100 $((size / 2)) $((size - 9)) $((size - 1)); do
            cp "$work/good" "$file"
            printf '\377\376\375' | dd of="$file" bs=1 seek="$at" conv=notrunc status=none
            answers
            cmp "$work/good" "$file"
        done
        for at in 0 1 15 100 $((size / 2)) $((size - 1)); do
            head -c "$at" "$work/good" >"$file"
            answers
            cmp "$work/good" "$file"
        done
    done
}
steps "a damaged cache is put right, and nobody notices" spoil

outdated() {
    cp "$(solv | head -n 1)" "$work/old"
    tiny_patch "$work/repo" "$one" 1 3
    createrepo_c --quiet --general-compress-type=xz "$work/repo"
    check --refresh --quiet
    [ "$(member 'c["kernels"][0]["available"]["evr"]')" = 1-3 ]
    # nothing of the older metadata is left
    [ "$(solv | wc -l)" -le 2 ]
}
steps "new metadata: the new release, and what was kept of the old has gone" outdated

excluded() {
    echo "excludepkgs=kpatch-patch-$tag-1-3*" >>"$root/etc/yum.repos.d/site.repo"
    [ "$(member 'c["kernels"][0]["available"]["evr"]')" = 1-2 ]
    check | grep "not taken: .*1-3.*excludepkgs= of repository site"
}
steps "what is excluded is not taken, without reading the metadata again" excluded

# no_answer: an error in one line that names the repository, never a plan.
no_answer() {
    fails check >"$work/said" 2>&1
    cat "$work/said"
    grep -q 'repository site' "$work/said"
    [ "$(wc -l <"$work/said")" -eq 1 ]
}

# broken WHAT COMPRESSION: metadata that is no metadata.
broken() {
    index gz
    python3 - "$work/primary.xml" "$1" <<'END'
import sys
path, what = sys.argv[1:]
text = open(path).read()
if what == "cut":
    text = text[:len(text) // 2]
elif what == "laughs":
    text = text.replace("<metadata", "<!DOCTYPE m [<!ENTITY a \"ha\">" + "".join(
        f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in zip("abcdefgh", "bcdefghi")) + "]>\n<metadata", 1)
    text = text.replace("<summary>", "<summary>&i;")
elif what == "unclosed":
    text = text.replace("</version>", "").replace("<rpm:requires>", "<rpm:requires", 1)
elif what == "huge":
    text = text.replace("<description>", "<description>" + "x" * (17 << 20), 1)
open(path, "w").write(text)
END
    pack "$2"
    no_answer
}
# short COMPRESSION BYTES: a stream that ends too early, and whose checksum is right.
short() {
    index "$1"
    truncate -s "$2" "$work"/repo/repodata/primary.xml.*
    seal "$work"/repo/repodata/primary.xml.*
    no_answer
}
for compression in gz xz zstd; do
    for what in cut laughs unclosed huge; do
        steps "a primary.xml, $compression, that is $what: an error that names the repository" \
            broken "$what" "$compression"
    done
    for size in -1 -9 -200 40 7; do
        steps "one whose $compression was cut ($size)" short "$compression" "$size"
    done
done

# older_is_used: a repository that breaks does not take away what it had.
older_is_used() {
    index gz
    answer >"$work/before"
    sed -i 's/<version /<version</' "$work/primary.xml"
    pack gz
    check --refresh >"$work/said" 2>&1
    grep 'what repository site has now is damaged' "$work/said"
    answer | cmp - "$work/before"
}
steps "a repository that breaks: what it had before is used, and said to be" older_is_used

# failing CALL ERROR WHEN: check, while that call on the list of packages fails.
failing() {
    local primary
    primary=$(find "$root/var/cache/kpatch-manager" -path '*/md-*' -name 'primary.xml*')
    rm -rf "$root/var/cache/kpatch-manager/solv"
    strace -f -o "$work/strace" -P "$primary" -e trace="$1" -e inject="$1:error=$2:when=$3" \
        "$OUT/build/kpatch-manager" --root "$root" check --json >"$work/said" 2>&1 || true
    grep INJECTED "$work/strace"
    [ -z "$(find "$root/var/cache/kpatch-manager" -name rejected)" ]
}

# disk_fails: once, and it is read again; for longer, and nothing is blamed on the mirror.
disk_fails() {
    local call
    index gz
    answer >"$work/before"
    for call in "openat EMFILE" "openat EIO" "read EIO" "read ENOMEM"; do
        # shellcheck disable=SC2086  # two words
        failing $call 1
        grep '"evr" : "1-2"' "$work/said"
        # shellcheck disable=SC2086
        failing $call 1+
        check --refresh >"$work/said" 2>&1
        fails grep damaged "$work/said"
        answer | cmp - "$work/before"
    done
}
steps "a disk that fails to give what came is no fault of the mirror" disk_fails

# unknown: who has heard of no repository does not say that nothing is newer.
unknown() {
    local rc=0 known=$root/var/cache/kpatch-manager/available
    cp "$known" "$work/known"
    find "$root/var/cache/kpatch-manager" -mindepth 1 -maxdepth 1 -type d -exec rm -r {} +
    mv "$work/repo" "$work/away"
    check >"$work/said" 2>&1 || rc=$?
    mv "$work/away" "$work/repo"
    cmp "$known" "$work/known" # which is what status shows
    cat "$work/said"
    [ "$rc" -eq 16 ]
    grep -E "$one .* unknown" "$work/said"
    fails grep -E 'up-to-date|uncovered' "$work/said"
    index gz
    check >"$work/said" 2>&1
    fails grep -w unknown "$work/said"
}
steps "what no repository was heard of is unknown" unknown

rm -rf "$root/var/lib/rpm"
mkdir -p "$root/var/lib/rpm"
rpm --root "$root" --dbpath /var/lib/rpm --initdb
index gz
no_packages() {
    fails check >"$work/said" 2>&1
    cat "$work/said"
    grep 'no packages at all' "$work/said"
    fails grep -v 'no packages at all' "$work/said"
}
steps "a package database without packages is an error" no_packages
tap_end
