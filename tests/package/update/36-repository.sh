#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# update without files: planned, fetched over HTTP, verified and installed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/site.sh"

other=5.14.0-400.1.1.el9.x86_64
make_tree() { make -s -C "$OUT/build" tests/unit/make-tree && "$OUT/build/tests/unit/make-tree" "$root" "$@"; }

# machine: a new root whose running kernel is $kver, with a second one, and the repository.
machine() {
    new_root
    tiny_install "$root" "$work"/other/kernel-core-*.rpm 2>/dev/null
    mkdir -p "$root/var/lib/kpatch"
    site "$URL_main/key"
}

# publish FILE...: the repository has these packages, and no others.
publish() {
    rm -rf "$work/www"/*
    mkdir -p "$work/www"
    cp "$@" "$work/key" "$work/www/"
    createrepo_c --quiet "$work/www"
    rm -rf "$root/var/cache/kpatch-manager"
}

TINY_CHANGELOG=$'%changelog\n* Mon Jan 06 2025 A <a@localhost> - 1-2\n- CVE-2024-12345'
make_patches 2 3 4
tiny_kernel "$work/other" "$other"
tiny_patch "$work/other" "$other" 1 1
tiny_patch "$work/other" "$kver" 1 5 "Requires: helper"
tiny "$work/other" helper 1 1 -- /usr/lib/helper
sign_rpms "$work"/other/*.rpm >/dev/null 2>&1
mkdir -p "$work/www"
serve main "$work/www"
machine
publish "$(patch_file 2)" "$(patch_file 3)" "$work"/other/kpatch-patch-5_14_0_400*.rpm

try "--dry-run says which patch is the best" says 20 "$patch-1-3.x86_64, for kernel $kver" manager update --dry-run
try "and installs nothing" is "none /"
try "it is fetched and installed" says 0 "is installed" update
try "it alone" is "1-3 / 1-3.ko"
try "the other kernel got nothing" says 1 "not installed" in_root -q kpatch-patch-5_14_0_400_1_1_el9
try "once more: nothing to do" says 0 "nothing to install" update
try "--kernel takes another kernel" says 0 "for kernel $other" update --kernel "$other"
try "a release that is named takes the place of a newer one" says 0 "downgrade" update 1-2
try "it alone" is "1-2 / 1-2.ko"
try "a release that is nowhere: it says which there are" says 4 "1-3" update 1-9
try "--refresh sees what is new" bash -c "cp '$(patch_file 4)' '$work/www/' && createrepo_c --quiet '$work/www'"
try "with it the newest is taken" says 0 "1-4" update --refresh
try "it alone" is "1-4 / 1-4.ko"

machine
publish "$(patch_file 2)" "$(patch_file 3)" "$work"/other/kpatch-patch-5_14_0_400*.rpm
try "--all-kernels takes all" json "j['result'] == 'done' and len(j['steps']) == 2 and
    {s['kernel'] for s in j['steps']} == {'$kver', '$other'}" manager update --yes --all-kernels --json
try "and has all" in_root -q "$patch-1-3" kpatch-patch-5_14_0_400_1_1_el9-1-1

machine
make_tree held "$kver" 1-3
try "a release that is held is not chosen" says 0 "1-2" update
try "the one before it is there" is "1-2 / 1-2.ko"
try "not even by name" says 4 "held" update 1-3

machine
publish "$work/other/$patch-1-5.x86_64.rpm" "$work"/other/helper*.rpm
try "what a patch needs comes with it" says 0 "helper" update
try "both are there" in_root -q "$patch-1-5" helper
machine
publish "$work/other/$patch-1-5.x86_64.rpm"
try "what needs what nobody has is not installed" says 4 "needs helper" update
try "there is none" is "none /"

machine
publish "$(patch_file 2)" "$(patch_file 3)"
try "--download-only fetches" says 0 "is in /var/cache/kpatch-manager/packages" update --download-only
try "and installs nothing" is "none /"
try "what was fetched can be installed" says 0 "is installed" \
    update "$root/var/cache/kpatch-manager/packages/$patch-1-3.x86_64.rpm"

machine
publish "$(patch_file 2)" "$(patch_file 3)"
manager check >/dev/null
cp "$(patch_file 2)" "$work/www/$patch-1-3.x86_64.rpm"
try "a file that is another one than the metadata say is refused" says 1 "$patch-1-3" update
try "nothing is installed of it" is "none /"

machine
publish "$(patch_file 2)" "$(patch_file 3)"
manager check >/dev/null
faults main '*.rpm cut 2000'
try "the network goes away in the middle: it says so" says 1 "$patch-1-3" update
try "nothing is installed of it" is "none /"
faults main '*.rpm status 503'
try "the server has a bad day: it says so" says 1 "503" update
faults main
try "later it goes on" says 0 "is installed" update
try "and has it" is "1-3 / 1-3.ko"

# told SIGNAL CODE COMMAND...: with that code it ends, and soon, when it gets the signal
# while a server says nothing; and so does the child that asks.
told() {
    local signal=$1 code=$2 pid rc=0 tries=0 start=$SECONDS
    shift 2
    faults main '*/repomd.xml hang 30'
    "$OUT/build/kpatch-manager" --root "$root" "$@" </dev/null >"$work/said" 2>&1 &
    pid=$!
    sleep 1.5
    kill "-$signal" "$pid"
    wait "$pid" || rc=$?
    while pgrep -f -- "--root $root" && [ $((++tries)) -lt 30 ]; do sleep 0.2; done
    faults main
    cat "$work/said"
    echo "status $rc after $((SECONDS - start)) seconds, $tries looks"
    [ "$rc" -eq "$code" ]
    [ $((SECONDS - start)) -lt 10 ]
    [ "$tries" -lt 30 ]
}
stopped_in_order() {
    told TERM 3 "$@"
    grep 'stopped while asking the repositories' "$work/said"
    is "none /"
}
machine
publish "$(patch_file 2)"
manager check >/dev/null
for command in "check --refresh" "cve --refresh" "update --yes --refresh"; do
    # shellcheck disable=SC2086  # words
    steps "$command ends when it is told to, though a server says nothing" stopped_in_order $command
done
steps "and nothing of it stays when it is killed" told KILL 137 check --refresh

# killed between download and transaction
machine
publish "$(patch_file 2)" "$(patch_file 3)"
rc=0
KPATCH_MANAGER_FAULT=fetched manager update --yes >/dev/null 2>&1 || rc=$?
try "it is killed when all is fetched" [ "$rc" -eq 137 ]
try "nothing is installed then" is "none /"
try "the next one goes on" says 0 "is installed" update
try "and has it" is "1-3 / 1-3.ko"

machine
publish "$work/other/$patch-1-5.x86_64.rpm" "$work"/other/helper*.rpm
rpmsign --delsign "$work/www/$patch-1-5.x86_64.rpm" >/dev/null
createrepo_c --quiet "$work/www"
sed -i 's/gpgcheck=1/gpgcheck=0/' "$root/etc/yum.repos.d/site.repo"
try "gpgcheck=0 of a repository lets nothing in that is not signed" says 4 "not signed" update
try "nothing is installed of it" is "none /"

# A repository that is always asked, and beside it one that takes longer to answer than what
# was asked before stays new.
asked_in_this_run() {
    local rc=0
    machine
    publish "$(patch_file 2)"
    mkdir "$work/www/slow"
    cp -r "$work/www/repodata" "$work/www/slow/"
    site "$URL_main/key" metadata_expire=0
    sed "s|^\\[.*\\]|[zslow]|; s|^baseurl=.*|baseurl=$URL_main/slow|" "$root/etc/yum.repos.d/site.repo" \
        >"$root/etc/yum.repos.d/zslow.repo"
    faults main '/slow/*/repomd.xml hang 3'
    manager check >"$work/said" 2>&1 || rc=$?
    faults main
    cat "$work/said"
    [ "$rc" -ne 16 ]
    fails grep 'out of date' "$work/said"
}
steps "what was asked in this run is not out of date" asked_in_this_run
tap_end
