#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where dnf5 is, its own files say which repositories there are and what may come from
# them: overrides, drop-ins, repositories and variables of the distribution, versionlock
# and its cache. Each file is asked of us, and of dnf5 too where that is installed; where
# dnf 4 is, both take no notice of them.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"
export TZ=UTC LC_ALL=C

run_logged "$OUT/log/package-fetch" make -C "$OUT/build" tests/package/fetch
make_patches 1 2 3
tiny_patch "$rpms" "$kver" 1 4 "Requires: helper"
tiny "$rpms" helper 1 1 -- /usr/lib/helper
sign_rpms "$rpms"/*-1-4.x86_64.rpm "$rpms"/helper-*.rpm >/dev/null 2>&1
mkdir -p "$work/one" "$work/two" "$root/proc/sys/kernel"
cp "$(patch_file 1)" "$(patch_file 2)" "$work/one"
cp "$(patch_file 3)" "$work/two"
createrepo_c --quiet "$work/one"
createrepo_c --quiet "$work/two"
echo "$kver" >"$root/proc/sys/kernel/osrelease"

one='[one]\nname=one\nbaseurl=file://'$work'/one\n'
two='[two]\nname=two\nbaseurl=file://'$work'/two\n'
repo=/etc/yum.repos.d/one.repo
both=("$repo" "$one" /etc/yum.repos.d/two.repo "$two")
override=/etc/dnf/repos.override.d
drop_in=/etc/dnf/libdnf5.conf.d
lock=/etc/dnf/versionlock.toml
cache=$root/var/cache/libdnf5

has() { command -v "$1" >/dev/null; }
real5() { dnf5 --installroot="$root" --setopt=logdir="$work/log" "$@"; }
real4() { dnf --installroot="$root" --releasever=9 --setopt=reposdir="$root/etc/yum.repos.d" "$@"; }

# configured [FILE TEXT]...: nothing else is, and nothing is known of any repository.
configured() {
    rm -rf "$root"/etc/{dnf,yum,yum.repos.d,yum.conf,distro.repos.d} "$root"/{srv,usr/share/dnf5,var/cache}
    mkdir -p "$root"/etc/{dnf,yum.repos.d}
    while [ $# -gt 0 ]; do
        mkdir -p "$(dirname "$root$1")"
        printf %b "$2" >"$root$1"
        shift 2
    done
}

# What we see: ids of repositories, and the release that would be installed.
our_ids() { "$OUT/build/tests/package/fetch" "$root" repos 2>/dev/null | cut -d'|' -f1 | sort | paste -sd' '; }
our_release() {
    manager check --json | python3 -c '
import json, sys
said = json.load(sys.stdin)
with open(sys.argv[1], "w") as file:
    print(*said["warnings"], sep="\n", file=file)
best = said["kernels"][0]["available"]
print(best["evr"] if best else "none")' "$work/warnings"
}

# What dnf5 sees; in its table an epoch of 0 is told.
dnf5_ids() { real5 -q repo list --enabled 2>"$work/dnf5.error" | awk 'NR > 1 { print $1 }' | sort | paste -sd' '; }
dnf5_release() {
    real5 install --assumeno "$patch" >"$work/dnf5.out" 2>&1 || true
    awk -v name="$patch" '$1 == name { sub(/^0:/, "", $3); print $3; found = 1; exit }
        END { if (!found) print "none" }' "$work/dnf5.out"
}

same() { [ "$1" = "$2" ] || { echo "$3: '$1' and not '$2'"; cat "$work/warnings" "$work/dnf5.out" 2>/dev/null; return 1; }; }
ours_is() {
    same "$(our_ids)" "$1" "repositories"
    same "$(our_release)" "$2" "release"
}
theirs_is() {
    same "$(dnf5_ids)" "$1" "dnf5's repositories"
    same "$(dnf5_release)" "$2" "dnf5's release"
}

# compare DESCRIPTION COMMAND...: where dnf5 is.
compare() {
    if has dnf5; then steps "$@"; else skip "$1" "there is no dnf5"; fi
}

# seen DESCRIPTION IDS RELEASE [FILE TEXT]...: with these files.
seen() {
    local what=$1 ids=$2 release=$3
    shift 3
    configured /usr/share/dnf5/libdnf.conf.d/00-none.conf '' "$@"
    steps "$what" ours_is "$ids" "$release"
    compare "$what, and so it is for dnf5" theirs_is "$ids" "$release"
}

# unseen DESCRIPTION [FILE TEXT]...: without dnf5's folder they change nothing.
unseen() {
    local what=$1
    shift
    configured "$repo" "$one" "$@"
    steps "without dnf5 $what is not heeded" ours_is one 1-2
    if has dnf && ! dnf --version | grep -qi dnf5; then
        steps "without dnf5 $what is not heeded, nor by dnf 4" only_one_in_dnf4
    else
        skip "without dnf5 $what is not heeded, nor by dnf 4" "there is no dnf 4"
    fi
}
only_one_in_dnf4() {
    same "$(real4 -q repolist 2>/dev/null | awk 'NR > 1 { print $1 }' | paste -sd' ')" one "dnf's repositories"
    same "$(real4 -q repoquery "$patch" --latest-limit=1 --qf '%{version}-%{release}' 2>/dev/null)" 1-2 "dnf's release"
}

# locks TEXT...: a lock file with these entries, for printf %b.
locks() { printf '%s' 'version = "1.0"\n'; [ $# -eq 0 ] || printf '%s' "$@"; }
# entry NAME [KEY COMPARATOR VALUE]...
entry() {
    printf '%s' '[[packages]]\nname = "'"$1"'"\n'
    shift
    while [ $# -gt 0 ]; do
        printf '%s' '[[packages.conditions]]\nkey = "'"$1"'"\ncomparator = "'"$2"'"\nvalue = "'"$3"'"\n'
        shift 3
    done
}

seen "repositories are what they are" 'one two' 1-3 "${both[@]}"

# overrides
seen "an override disables a repository" one 1-2 "${both[@]}" $override/99-config_manager.repo '[two]\nenabled=0\n'
seen "an override enables a repository" 'one two' 1-3 "$repo" "$one" \
    /etc/yum.repos.d/two.repo "${two}enabled=0\n" $override/1.repo '[two]\nenabled=1\n'
seen "an override's name is a pattern" '' none "${both[@]}" $override/1.repo '[*]\nenabled=0\n'
seen "an override of the distribution counts" one 1-2 "${both[@]}" \
    /usr/share/dnf5/repos.override.d/50.repo '[two]\nenabled=0\n'
seen "an override of that name masks it" 'one two' 1-3 "${both[@]}" \
    /usr/share/dnf5/repos.override.d/50.repo '[two]\nenabled=0\n' $override/50.repo ''
seen "of overrides the last by name counts" one 1-2 "${both[@]}" \
    /usr/share/dnf5/repos.override.d/50.repo '[two]\nenabled=0\n' $override/40.repo '[two]\nenabled=1\n'
seen "an override makes no repository" one 1-2 "$repo" "$one" $override/1.repo "$two"
seen "an override excludes, beside what the repository does" 'one two' 1-1 "$repo" "${one}excludepkgs=*-1-2.*\n" \
    /etc/yum.repos.d/two.repo "$two" $override/1.repo '[*]\nexcludepkgs=*-1-3.*\n'
seen "an override forgets what a repository excludes" one 1-2 "$repo" "${one}excludepkgs=*-1-2.*\n" \
    $override/1.repo '[one]\nexcludepkgs=,*-1-3.*\n'

# drop-ins
seen "a drop-in excludes" 'one two' none "${both[@]}" $drop_in/50-x.conf '[main]\nexcludepkgs=kpatch-patch*\n'
seen "a drop-in of the distribution excludes" 'one two' 1-2 "${both[@]}" \
    /usr/share/dnf5/libdnf.conf.d/50.conf '[main]\nexcludepkgs=*-1-3.*\n'
seen "a drop-in of that name masks it" 'one two' 1-3 "${both[@]}" $drop_in/50.conf '' \
    /usr/share/dnf5/libdnf.conf.d/50.conf '[main]\nexcludepkgs=*-1-3.*\n'
seen "drop-ins exclude beside dnf.conf" 'one two' 1-1 "${both[@]}" $drop_in/9.conf '[main]\nexcludepkgs=*-1-3.*\n' \
    /etc/dnf/dnf.conf '[main]\nexcludepkgs=*-1-2.*\n'
seen "dnf.conf forgets what drop-ins exclude" 'one two' 1-3 "${both[@]}" $drop_in/9.conf '[main]\nexcludepkgs=*-1-3.*\n' \
    /etc/dnf/dnf.conf '[main]\nexcludepkgs=,*-1-2.*\n'
seen "dnf.conf counts more than drop-ins" two 1-3 /srv/t/two.repo "$two" /srv/o/one.repo "$one" \
    $drop_in/9.conf '[main]\nreposdir=/srv/o\n' /etc/dnf/dnf.conf '[main]\nreposdir=/srv/t\n'
seen "of drop-ins the last by name counts" two 1-3 /srv/t/two.repo "$two" /srv/o/one.repo "$one" \
    $drop_in/1.conf '[main]\nreposdir=/srv/o\n' /usr/share/dnf5/libdnf.conf.d/2.conf '[main]\nreposdir=/srv/t\n'
seen "a drop-in has no repositories" one 1-2 "$repo" "$one" $drop_in/9.conf "$two"
seen "disable_excludes=all is a word of dnf 4" 'one two' 1-2 "${both[@]}" \
    /etc/dnf/dnf.conf '[main]\nexcludepkgs=*-1-3.*\ndisable_excludes=all\n'
seen "disable_excludes=* is dnf5's" 'one two' 1-3 "${both[@]}" \
    /etc/dnf/dnf.conf '[main]\nexcludepkgs=*-1-3.*\ndisable_excludes=*\n'
seen "disable_excludes= has patterns" 'one two' 1-3 "$repo" "$one" /etc/yum.repos.d/two.repo "${two}excludepkgs=*\n" \
    /etc/dnf/dnf.conf '[main]\ndisable_excludes=t*\n'

# folders and variables
at_site='[two]\nname=two\nbaseurl=file://'"\$site\n"
seen "the distribution has repositories" 'one two' 1-3 "$repo" "$one" /usr/share/dnf5/repos.d/two.repo "$two"
seen "of two with one name that of /etc counts" one 1-2 "$repo" "$one" \
    /usr/share/dnf5/repos.d/a.repo '[one]\nname=other\nbaseurl=file://'"$work"'/two\n'
seen "in a folder the first by name counts" one 1-2 /etc/yum.repos.d/a-b.repo "$one" \
    /etc/yum.repos.d/a.repo '[one]\nname=other\nbaseurl=file://'"$work"'/two\n'
seen "yum's places are not dnf5's" one 1-2 "$repo" "$one" /etc/yum/repos.d/two.repo "$two" /etc/yum.conf "$two"
seen "a file that begins with a dot counts" 'one two' 1-3 "$repo" "$one" /etc/yum.repos.d/.two.repo "$two"
seen "the distribution has variables" two 1-3 /usr/share/dnf5/vars.d/site "$work/two" \
    "$repo" "$at_site"
seen "those of /etc count more" two 1-3 /usr/share/dnf5/vars.d/site /nowhere /etc/dnf/vars/site "$work/two" \
    "$repo" "$at_site"
seen "yum's variables are not dnf5's" two 1-3 /usr/share/dnf5/vars.d/site "$work/two" /etc/yum/vars/site /nowhere \
    "$repo" "$at_site"
export DNF_VAR_site=two
seen "those of the environment count more than files" two 1-3 /etc/dnf/vars/site one \
    "$repo" "[\$site]\nname=two\nbaseurl=file://$work/\$site\n"
unset DNF_VAR_site
seen "a backslash takes the meaning from what follows" one 1-2 \
    "$repo" '[\\one]\nname=one\nbaseurl=file://'"$work"'/one\n'

# versionlock
seen "a lock to a release" 'one two' 1-2 "${both[@]}" $lock "$(locks "$(entry "$patch" evr = 1-2)")"
seen "a lock with an epoch of 0 is the same" 'one two' 1-2 "${both[@]}" $lock "$(locks "$(entry "$patch" evr = 0:1-2)")"
seen "a lock to a version without its release" 'one two' none "${both[@]}" $lock "$(locks "$(entry "$patch" evr = 1)")"
seen "a release that is excluded" 'one two' 1-2 "${both[@]}" $lock "$(locks "$(entry "$patch" evr '!=' 1-3)")"
seen "a range" 'one two' 1-2 "${both[@]}" $lock "$(locks "$(entry "$patch" evr '>=' 1-1 evr '<' 1-3)")"
seen "either of two locks" 'one two' 1-2 "${both[@]}" $lock \
    "$(locks "$(entry "$patch" evr = 1-1)" "$(entry 'kpatch-*' evr '<=' 1-2)")"
seen "a lock by epoch" 'one two' none "${both[@]}" $lock "$(locks "$(entry "$patch" epoch '>' 0)")"
seen "a lock by architecture" 'one two' none "${both[@]}" $lock "$(locks "$(entry "$patch" arch '<>' x86_64)")"
seen "a pattern of names" 'one two' 1-1 "${both[@]}" $lock "$(locks "$(entry 'kpatch-patch-*' evr '==' 1-1)")"
seen "another spelling of a name" 'one two' 1-3 "${both[@]}" $lock "$(locks "$(entry "${patch^^}" evr = 1-1)")"
seen "a lock of another package" 'one two' 1-3 "${both[@]}" $lock "$(locks "$(entry bash evr = 1-1)")"
seen "a lock without conditions" 'one two' 1-3 "${both[@]}" $lock "$(locks "$(entry "$patch")")"
seen "a lock file without locks" 'one two' 1-3 "${both[@]}" $lock "$(locks)"
seen "an empty lock file" 'one two' 1-3 "${both[@]}" $lock ''
seen "a lock file without its version" 'one two' 1-3 "${both[@]}" $lock "$(entry "$patch" evr = 1-1)"

# What dnf5 writes is what we read.
writes_locks() {
    configured "${both[@]}" /usr/share/dnf5/libdnf.conf.d/00-none.conf ''
    real5 versionlock add "$patch-1-2" >/dev/null 2>&1
    real5 versionlock exclude helper >/dev/null 2>&1 || true
    cat "$root$lock"
    ours_is 'one two' 1-2
    theirs_is 'one two' 1-2
    rm "$root$lock"
    real5 versionlock exclude "$patch-1-3" >/dev/null 2>&1
    ours_is 'one two' 1-2
    configured "${both[@]}" /usr/share/dnf5/libdnf.conf.d/00-none.conf ''
    real5 config-manager setopt --create-missing-dir two.enabled=0 one.priority=7
    ours_is one 1-2
    theirs_is one 1-2
    grep -q '^one|.*|7|' <("$OUT/build/tests/package/fetch" "$root" repos)
}
compare "what dnf5's own commands write is read" writes_locks

# What is not dnf5's to say: nothing is taken, and it is told where to look.
not_guessed() {
    configured /usr/share/dnf5/libdnf.conf.d/00-none.conf '' "${both[@]}" "$@"
    ours_is 'one two' none
    grep -q "$root$lock: line [0-9]*: " "$work/warnings"
    says 4 "is not understood, may keep it away" update 1-3
    update >"$work/out" 2>&1
    is 'none /'
}
steps "a lock file that is damaged lets nothing in" not_guessed $lock "$(locks "$(entry bash evr = 1-1)")[[packages\n"
steps "a lock file in another form of TOML lets nothing in" not_guessed $lock "$(locks)packages = [{ name = \"bash\" }]\n"
lets_others_in() {
    configured /usr/share/dnf5/libdnf.conf.d/00-none.conf '' "${both[@]}" $lock "$(locks "$(entry "$1" vendor = us)")"
    ours_is 'one two' "$2"
    grep -q "$root$lock: line 4: this condition is not known; nothing that is called " "$work/warnings"
}
steps "a condition that is not known lets nothing of that name in" lets_others_in 'kpatch-*' none
steps "and others it does" lets_others_in bash 1-3

refuses_locked() {
    configured /usr/share/dnf5/libdnf.conf.d/00-none.conf '' "${both[@]}" $lock "$(locks "$(entry "$patch" evr = 1-2)")"
    says 4 "$root$lock, line 2, keeps it away" update 1-3
    says 4 "$root$lock, line 2, keeps it away" update "$(patch_file 3)"
    is 'none /'
    update "$(patch_file 2)"
    is '1-2 / 1-2.ko'
}
steps "what is locked is refused by name and as a file" refuses_locked
new_root
mkdir -p "$root/proc/sys/kernel"
echo "$kver" >"$root/proc/sys/kernel/osrelease"

refuses_helper() {
    mkdir -p "$work/three"
    cp "$(patch_file 4)" "$rpms"/helper-*.rpm "$work/three"
    createrepo_c --quiet "$work/three"
    configured /usr/share/dnf5/libdnf.conf.d/00-none.conf '' "${both[@]}" \
        /etc/yum.repos.d/three.repo '[three]\nname=three\nbaseurl=file://'"$work"'/three\n'
    ours_is 'one three two' 1-4
    printf %b "$(locks "$(entry helper evr = 2-1)")" >"$root$lock"
    ours_is 'one three two' 1-3
}
steps "what is needed may be locked as well" refuses_helper

# cve: what is locked cannot be had, whether or not an answer was kept from before.
locked_in_cve() {
    local verdict
    configured /usr/share/dnf5/libdnf.conf.d/00-none.conf '' "${both[@]}"
    cat >"$work/updateinfo.xml" <<END
<?xml version="1.0" encoding="UTF-8"?>
<updates><update from="us" status="final" type="security" version="1"><id>T-1</id><title>t</title>
<issued date="2026-01-01 00:00:00"/><references><reference href="https://localhost/" id="CVE-2026-0001"
type="cve" title="t"/></references><pkglist><collection short="c"><name>c</name><package name="$patch"
epoch="0" version="1" release="3" arch="x86_64"><filename>x.rpm</filename></package></collection></pkglist>
</update></updates>
END
    modifyrepo_c --compress-type=gz "$work/updateinfo.xml" "$work/two/repodata" >/dev/null
    manager check --refresh >/dev/null 2>&1
    says 0 available manager cve CVE-2026-0001
    printf %b "$(locks "$(entry "$patch" evr = 1-2)")" >"$root$lock"
    verdict=$(manager cve CVE-2026-0001 --json | python3 -c '
import json, sys
row = json.load(sys.stdin)["cves"][0]["kernels"][0]
print(row["verdict"])')
    same "$verdict" not-fixed "verdict of what is locked"
    rm "$root$lock"
    says 0 available manager cve CVE-2026-0001
}
steps "cve does not count what is locked" locked_in_cve

# A configuration that dnf5 stops at stops us: else what is disabled would be used.
stops() {
    configured /usr/share/dnf5/libdnf.conf.d/00-none.conf '' "${both[@]}" "$1" 'no section\n'
    says 1 "$root$1: line 1: comes before the first [section]; mend it, dnf does not read it either" update
    is 'none /'
}
for file in $override/1.repo $drop_in/1.conf /usr/share/dnf5/repos.override.d/1.repo; do
    steps "nothing is installed when $file cannot be read" stops "$file"
done
also_stops() {
    configured "${both[@]}" /usr/share/dnf5/libdnf.conf.d/00-none.conf '' $override/1.repo 'no section\n'
    same "$(dnf5_release)" none "dnf5's release"
    configured "${both[@]}" $drop_in/1.conf 'no section\n' /usr/share/dnf5/libdnf.conf.d/00-none.conf ''
    same "$(dnf5_release)" none "dnf5's release"
    configured "${both[@]}" $lock '[[packages\n' /usr/share/dnf5/libdnf.conf.d/00-none.conf ''
    same "$(dnf5_release)" none "dnf5's release"
}
compare "dnf5 stops there as well" also_stops

# The whole way, with the one repository disabled.
disabled_to_the_end() {
    configured /usr/share/dnf5/libdnf.conf.d/00-none.conf '' "$repo" "$one" \
        $override/99-config_manager.repo '[one]\nenabled=0\n'
    says 1 "no repository is enabled" update
    is 'none /'
    rm "$root$override/99-config_manager.repo"
    update
    is '1-2 / 1-2.ko'
}
steps "update takes nothing from a repository that an override disables" disabled_to_the_end

# found STATE: what is known of "one" is what dnf5 fetched, and it is fresh or stale.
found() {
    "$OUT/build/tests/package/fetch" "$root" find one >"$work/said"
    cat "$work/said"
    grep -q "^primary $2/one-[0-9a-f]\{16\}/repodata/.*primary" "$work/said"
    grep -q "^$1" "$work/said"
}
cached() {
    local folder
    folder=$cache/one-$(printf %s "file://$work/one" | sha256sum | cut -c1-16)
    configured /usr/share/dnf5/libdnf.conf.d/00-none.conf '' "$repo" "$one"
    mkdir -p "$folder/attrs"
    cp -r "$work/one/repodata" "$folder/"
    found fresh "$cache"
    touch "$folder/attrs/expired"
    found stale "$cache"
}
steps "dnf5's cache is used, and what it has marked as expired is stale" cached
cached_by_dnf5() {
    configured "$repo" "$one" /usr/share/dnf5/libdnf.conf.d/00-none.conf ''
    real5 -q makecache
    found fresh "$cache"
    real5 clean expire-cache
    found stale "$cache"
    real5 -q makecache
    found fresh "$cache"
    configured "$repo" "$one" /etc/dnf/dnf.conf '[main]\nsystem_cachedir=/srv/cache\ncachedir=/srv/no\n' \
        /usr/share/dnf5/libdnf.conf.d/00-none.conf ''
    real5 -q makecache
    found fresh "$root/srv/cache"
}
compare "dnf5's own cache is used, and its marks are read" cached_by_dnf5

# signed_metadata WANTED [FILE TEXT]...: must they be?
signed_metadata() {
    local wanted=$1
    shift
    configured /usr/share/dnf5/libdnf.conf.d/00-none.conf '' "$@"
    same "$("$OUT/build/tests/package/fetch" "$root" repos | cut -d'|' -f7)" "$wanted" repo_gpgcheck
    ! has dnf5 || same "$(real5 --dump-repo-config=one 2>/dev/null | sed -n 's/^repo_gpgcheck = //p')" "$wanted" "dnf5's"
}
steps "gpgcheck_policy=full is about metadata" signed_metadata 1 "$repo" "${one}gpgcheck=1\n" \
    /etc/dnf/dnf.conf '[main]\ngpgcheck_policy=full\n'
steps "unless repo_gpgcheck= is said as well" signed_metadata 0 "$repo" "${one}gpgcheck=1\nrepo_gpgcheck=0\n" \
    /etc/dnf/dnf.conf '[main]\ngpgcheck_policy=full\n'

in_root -e --nodeps --noscripts "$patch" 2>/dev/null || true
unseen "an override" $override/99-config_manager.repo '[one]\nenabled=0\n'
unseen "a drop-in" $drop_in/1.conf '[main]\nexcludepkgs=kpatch-patch*\n'
unseen "a lock" $lock "$(locks "$(entry "$patch" evr = 1-1)")"
tap_end
