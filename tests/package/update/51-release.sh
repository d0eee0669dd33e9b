#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kpatch-release: one release for many kernels, from a manifest to a repository that is
# read. In place of kpatch-patch-rpm stands what makes small packages, or refuses: the part
# build has the real one.
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
k3=5.14.0-120.el9.x86_64

# stand-in ARGUMENT...: refuses what a diff says it is to, for its kernel.
cat >"$work/stand-in" <<END
#!/bin/bash
set -euo pipefail
. "$TOP/tests/package/tiny.sh"
declare -A of
echo "\$*" >>"$work/calls"
while [ \$# -gt 0 ] && [ "\$1" != -- ]; do of[\$1]=\$2; [ "\$1" != --diff ] || diffs+=("\$2"); shift 2; done
kernel=\${of[--kernel]}
if grep -qx "refuse \$kernel" "\${diffs[@]}"; then echo "refused: fs/namei.c: it is \$kernel"; exit 4; fi
if grep -qx "nothing \$kernel" "\${diffs[@]}"; then echo "the diffs change nothing that runs"; exit 5; fi
if grep -qx "break \$kernel" "\${diffs[@]}"; then echo "make: *** error: no rule"; exit 1; fi
[ ! -e "$work/slow" ] || sleep 60
tiny_patch "\${of[--output]}" "\$kernel" "\${of[--version]}" "\${of[--release]}"
END
chmod +x "$work/stand-in"
export KPATCH_PATCH_RPM=$work/stand-in

release() { timeout 120 "$OUT/build/kpatch-release" --output "$work/made" "$@" >"$work/out" 2>"$work/err"; }
exits() { # STATUS ARGUMENT...
    local wanted=$1 rc=0
    shift
    release "$@" || rc=$?
    [ "$rc" -eq "$wanted" ] || { cat "$work/out" "$work/err"; echo "it ended with $rc"; return 1; }
}
says() { tr -s ' ' <"$work/out" | grep -qxF -- "$1" || { cat "$work/out" "$work/err"; return 1; }; }
calls() { [ "$(wc -l <"$work/calls")" -eq "$1" ] || { cat "$work/calls"; return 1; }; }

mkdir -p "$work/a folder"
cd "$work/a folder"
printf 'a diff\n' >one.diff
printf 'refuse %s\n' "$k2" >two.diff
manifest() { # RELEASE [LINE...]
    printf '[release]\nversion = 1\nrelease = %s\nid = SITE-%s\ndiffs = one.diff;two.diff\ncves = CVE-2026-000%s\n' "$1" "$1" "$1"
    printf '%s\n' "${@:2}"
    printf '[kernel %s]\nsource-tree = tree-1\n' "$k1"
    printf '[kernel %s]\nsource-tree = tree-2\nkdir = headers\nconfig = config\n' "$k2"
    printf '[kernel %s]\nsource-tree = tree-3\ncves = CVE-2026-0009\n' "$k3"
} >"$work/a folder/manifest"

one_refused() {
    manifest 1
    : >"$work/calls"
    exits 1 manifest
    says "$k1 made kpatch-patch-5_14_0_100_el9-1-1.x86_64.rpm"
    says "$k2 refused fs/namei.c: it is $k2"
    says "$k2: all of it is in $work/made/logs/$k2.log"
    says "$k3 made kpatch-patch-5_14_0_120_el9-1-1.x86_64.rpm"
    calls 3
}
handed_on() {
    grep -qF -- "--kernel $k2 --version 1 --release 1 --source-tree $PWD/tree-2 --kdir $PWD/headers" "$work/calls"
    grep -qF -- "--diff $PWD/one.diff --diff $PWD/two.diff --cve CVE-2026-0001 -- --config $PWD/config --jobs" "$work/calls"
}
kept() {
    printf 'harmless now\n' >two.diff
    : >"$work/calls"
    exits 0 manifest -- --fuzz 1
    calls 3
    : >"$work/calls"
    exits 0 manifest -- --fuzz 1
    says "$k1 kept kpatch-patch-5_14_0_100_el9-1-1.x86_64.rpm"
    calls 0
}
same_metadata() {
    local before
    before=$(cd "$work/made" && sha256sum advisories/*)
    sleep 1.1
    exits 0 manifest -- --fuzz 1
    [ "$(cd "$work/made" && sha256sum advisories/*)" = "$before" ]
}
one_alone() {
    printf 'again\n' >two.diff
    : >"$work/calls"
    exits 0 --kernel "$k1" manifest
    calls 1
    says "$k2 not asked"
    exits 2 --kernel 6.99.0-1 manifest
}
changed_nothing() {
    printf 'nothing %s\nbreak %s\n' "$k1" "$k2" >two.diff
    exits 1 manifest
    says "$k1 unchanged the diffs change nothing that runs"
    says "$k2 failed no rule"
}

# A machine that runs k1, and reads the repository.
machine() {
    tiny_root "$root"
    tiny_kernel "$work/kernels" "$k1"
    tiny_install "$root" "$work"/kernels/*.rpm
    mkdir -p "$root"/{proc/sys/kernel/random,run,etc/kpatch,etc/yum.repos.d}
    printf '[verify]\nmodules=off\n[packages]\nverify=warn\n' >"$root/etc/kpatch/manager.conf"
    echo "$k1" >"$root/proc/sys/kernel/osrelease"
    echo boot-1 >"$root/proc/sys/kernel/random/boot_id"
    printf '[site]\nname=site\nbaseurl=file://%s/made/repo\ngpgcheck=0\n' "$work" >"$root/etc/yum.repos.d/site.repo"
}
asks() { timeout 60 "$manager" --root "$root" "$@" >"$work/out" 2>"$work/err" || [ $? -lt 20 ]; }
read_by_manager() {
    printf 'harmless\n' >two.diff
    exits 0 manifest
    manifest 2
    exits 0 manifest
    asks check --json
    grep -q '"1-2' "$work/out"
    for cve in CVE-2026-0001 CVE-2026-0002; do
        asks cve "$cve" --kernel "$k1"
        cat "$work/out" "$work/err"
        grep -q 'kpatch-patch-5_14_0_100_el9-1-2' "$work/out"
    done
}
own_cves() {
    # k3 fixes another one, and not these
    grep -q 'id="CVE-2026-0009"' "$work/made/advisories/SITE-2.xml"
    [ "$(grep -c '<package ' "$work/made/advisories/SITE-2.xml")" -eq 3 ]
}
as_json() {
    exits 0 manifest --json
    python3 - "$work/out" <<'END'
import json, sys
said = json.load(open(sys.argv[1]))
assert said["schema"] == 1 and said["release"] == "2" and said["advisory"] == "SITE-2"
assert [k["result"] for k in said["kernels"]] == ["kept"] * 3
END
}

killed() {
    local pid
    manifest 3
    touch "$work/slow"
    "$OUT/build/kpatch-release" --output "$work/made" manifest >/dev/null 2>&1 &
    pid=$!
    sleep 1
    exits 3 manifest
    kill -KILL "$pid"
    wait "$pid" || true
    pkill -f "$work/stand-in" || true
    rm "$work/slow"
    touch "$work/made/built/$k1/left.rpm"
    exits 0 manifest
    says "$k1 made kpatch-patch-5_14_0_100_el9-1-3.x86_64.rpm"
    [ ! -e "$work/made/built/$k1/left.rpm" ]
    [ ! -e "$work/made/repo/left.rpm" ]
}

# refused MANIFEST WORDS: ends with 2, and names them.
refused() {
    printf '%b' "$1" >bad
    exits 2 bad
    grep -qF -- "$2" "$work/err" || { cat "$work/err"; return 1; }
}

steps "a kernel that is refused keeps no other" one_refused
steps "kpatch-patch-rpm and kpatch-build are told what the manifest says" handed_on
steps "what was made of the same is kept" kept
steps "and then nothing in the repository changes" same_metadata
steps "one kernel alone" one_alone
steps "what changes nothing, and what fails, is told apart" changed_nothing
steps "a machine" machine
steps "check and cve read the repository, also of the release before" read_by_manager
steps "a kernel has CVEs of its own" own_cves
steps "one object for programs" as_json
steps "a run that is killed goes on; two at once do not" killed
while IFS='|' read -r text words; do
    steps "a manifest that is wrong: $words" refused "$text" "$words"
done <<END
no group|Key file
[release]\nrelease=1\n|version is missing
[release]\nversion=1\n|no kernel is named
[release]\nversion=1\ncve=CVE-1\n|there is no setting 'cve'
[release]\nversion=1\nid=../x\n|id: a name without
[release]\nversion=1\nmodule-key=k\n|module-key and module-cert go together
[release]\nversion=1\n[kernel $k1]\nsource-tree=t\n|it has no diffs
[release]\nversion=1\ndiffs=one.diff\n[kernel $k1]\n|source-tree is missing
[release]\nversion=1\ndiffs=none.diff\n[kernel $k1]\nsource-tree=t\n|there is no diff
[release]\nversion=1\ncves=2026-1\ndiffs=one.diff\n[kernel $k1]\nsource-tree=t\n|is no CVE
[release]\nversion=1\ndiffs=one.diff\n[kernel ../x]\nsource-tree=t\n|there is no uname -r
[release]\nversion=1\ndiffs=one.diff\n[kernels]\n|a group is
END
try "no manifest" exits 2
try "one that is not there" exits 2 absent
try "two" exits 2 manifest manifest
tap_end
