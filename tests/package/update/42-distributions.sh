#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What differs from distribution to distribution: $releasever, where the package
# database is, and repositories that have nothing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

fresh() {
    new_root
    mkdir -p "$root/etc/yum.repos.d" "$root/proc/sys/kernel"
    echo "$kver" >"$root/proc/sys/kernel/osrelease"
}

make_patches 1 2

# releasever WANTED PACKAGE VERSION PROVIDES OS-RELEASE-LINE...
releasever() {
    local wanted=$1 package=$2 version=$3 provides=$4
    shift 4
    fresh
    rm -rf "$work/release"
    tiny "$work/release" "$package" "$version" 1 "BuildArch: noarch" "Provides: $provides" -- "/etc/$package" || return
    tiny_install "$root" "$work"/release/*.rpm 2>/dev/null
    printf '%s\n' "$@" >"$root/etc/os-release"
    # shellcheck disable=SC2016  # dnf's variable
    printf '[r]\nname=r\nbaseurl=file:///nowhere/$releasever/x\n' >"$root/etc/yum.repos.d/r.repo"
    says 16 "file:///nowhere/$wanted/x/" manager check --refresh
}
try "Amazon Linux: \$releasever is the version of the package" releasever 2023.1.20230906 \
    system-release 2023.1.20230906 "system-release(releasever)" VERSION_ID=2023 PLATFORM_ID=platform:al2023
try "Alibaba Cloud Linux: what the package provides" releasever 3 \
    alinux-release 3.2104 "system-release(releasever) = 3" VERSION_ID=3 PLATFORM_ID=platform:al8
try "Azure Linux: of system-release" releasever 2.0 mariner-release 2.0 system-release VERSION_ID=2.0.20240112
try "openEuler" releasever 22.03LTS_SP1 openEuler-release 22.03LTS_SP1 system-release VERSION_ID=22.03
try "Rocky" releasever 9 rocky-release 9.4 "system-release(releasever) = 9" VERSION_ID=9.4 PLATFORM_ID=platform:el9
try "without such a package, os-release" releasever 9 other 1 other VERSION_ID=9.4 PLATFORM_ID=platform:el9
mkdir -p "$root/etc/dnf/vars"
echo 9.2 >"$root/etc/dnf/vars/releasever"
try "a file of dnf's comes first" says 16 "file:///nowhere/9.2/x/" manager check --refresh

# A repository of nothing, in several spellings; what is commented out is not there either.
# empty DESCRIPTION PRIMARY UPDATEINFO
mkdir "$work/www" "$work/empty"
cp "$(patch_file 2)" "$work/www/"
createrepo_c -q "$work/www"
createrepo_c -q "$work/empty"
empty() {
    fresh
    python3 - "$work/empty/repodata" "$work/www/repodata" "$2" "$3" <<'END'
import glob, gzip, hashlib, re, sys
folder, full, primary, updateinfo = sys.argv[1:]
packages = gzip.open(glob.glob(full + "/*primary.xml.gz")[0], "rt").read()
package = re.search(r"<package .*</package>", packages, re.S).group(0)
text = "<repomd xmlns='http://linux.duke.edu/metadata/repo'><revision>1</revision>"
for kind, said in (("primary", primary), ("updateinfo", updateinfo)):
    data = said.replace("PACKAGE", package.replace("-1-2", "-1-3")).encode()
    open("%s/%s.xml" % (folder, kind), "wb").write(data)
    text += ('<data type="%s"><checksum type="sha256"><![CDATA[%s]]></checksum><location href="repodata/%s.xml"/>'
             '<timestamp>1</timestamp><size>%d</size></data>' % (kind, hashlib.sha256(data).hexdigest(), kind, len(data)))
open(folder + "/repomd.xml", "w").write(text + "</repomd>")
END
    printf '[good]\nname=good\nbaseurl=file://%s\n[empty]\nname=empty\nbaseurl=file://%s\n' "$work/www" \
        "$work/empty" >"$root/etc/yum.repos.d/r.repo"
    try "an empty repository is none that is damaged: $1" says 0 "1-2 " manager check
    quiet "and nothing is said of it" bash -c '"$@" 2>&1 >/dev/null' - "$OUT/build/kpatch-manager" --root "$root" check
    quiet "nor of its advisories" bash -c '"$@" 2>&1 >/dev/null' - "$OUT/build/kpatch-manager" --root "$root" cve
}
empty 'one tag' '<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" packages="0"/>' '<updates />'
empty prefixes '<m:metadata xmlns:m="http://linux.duke.edu/metadata/common" packages="0"></m:metadata>' '<updates xmlns="urn:x"/>'
empty comments '<metadata><!-- PACKAGE --></metadata>' '<updates><!-- <update></update> --></updates>'
empty 'quoted text' '<metadata><![CDATA[PACKAGE]]></metadata >' '<updates><![CDATA[]]></updates>'
try "update takes what others have" says 0 "$patch-1-2.x86_64 is installed" update

# Where the package database is, and in which format.
sysimage=$root/usr/lib/sysimage/rpm
usual=$root/var/lib/rpm

# place DESCRIPTION STEP: after that step, check finds the database and update writes in it.
place() {
    fresh
    printf '[r]\nname=r\nbaseurl=file://%s\n' "$work/www" >"$root/etc/yum.repos.d/r.repo"
    mkdir -p "$root"/usr/{lib/sysimage,share}
    "$2"
    try "package database: $1" says 0 "1-2 " manager check
    try "and update writes in it" says 0 "$patch-1-2.x86_64 is installed" update
}
begun() { mkdir "$sysimage"; : >"$sysimage/rpmdb.sqlite"; }
begun_as_ndb() { mkdir "$sysimage"; : >"$sysimage/Packages.db"; }
beside_bdb() { : >"$usual/Packages"; }
moved() { mv "$usual" "$sysimage"; }
moved_with_link() { mv "$usual" "$sysimage"; ln -s ../../usr/lib/sysimage/rpm "$usual"; }
linked() { ln -s ../../../var/lib/rpm "$sysimage"; }
shared() { mv "$usual" "$root/usr/share/rpm"; ln -s "$1" "$usual"; }
shared_relative() { shared ../../usr/share/rpm; }
shared_absolute() { shared /usr/share/rpm; }
place "an empty file in the newer place is none" begun
place "nor is one of another format" begun_as_ndb
place "what an older format left beside it is passed by" beside_bdb
place "moved, as Fedora has it" moved_with_link
place "moved, without a link" moved
place "a link in the newer place" linked
place "rpm-ostree's, behind a relative link" shared_relative
place "rpm-ostree's, behind an absolute link" shared_absolute

fresh
mv "$usual" "$work/away"
for command in check update; do
    try "without a database $command names all places" says 1 \
        "no package database in /usr/lib/sysimage/rpm, /var/lib/rpm or /usr/share/rpm" manager "$command"
done
# A librpm that reads ndb finds nothing in it, and another does not read it.
mkdir -p "$sysimage"
echo 'no database' >"$sysimage/Packages.db"
mv "$work/away" "$usual"
try "SUSE's comes before what is left in the older place" says 1 "the package database" manager check
rm -r "$sysimage"
truncate -s 5000 "$usual/rpmdb.sqlite"
rm -f "$usual"/rpmdb.sqlite-*
try "one that was cut is an error that says how to mend it" says 1 "'rpm --rebuilddb' may repair it" manager check
try "status says so, and goes on" says 0 "the package database cannot be read" manager status

tap_end
