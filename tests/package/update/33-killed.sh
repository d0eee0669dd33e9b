#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kill -9 at every stage of a transaction: the next run puts in order what is left.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

points=(locked verify verified begin prepared unpack unpacking unpacked closed installed
    erase erased installed-all sync)

# killed_at POINT COMMAND...: it died there, of nothing else.
killed_at() {
    local point=$1 rc=0
    shift
    KPATCH_MANAGER_FAULT=$point "$@" >"$work/log" 2>&1 || rc=$?
    [ "$rc" -eq 137 ] || { echo "status $rc:"; cat "$work/log"; return 1; }
}

# in_order: no temporary file, one release, its file as packaged, and nothing to repair.
in_order() {
    is "1-3 / 1-3.ko" && in_root -V "$patch" && says 0 "nothing to install" update "$(patch_file 3)"
}

make_patches 2 3
tiny_install "$root" "$(patch_file 2)"
cp -a "$root" "$work/before"

for point in "${points[@]}"; do
    rm -rf "$root"
    cp -a "$work/before" "$root"
    try "$point: an upgrade is killed there" killed_at "$point" update "$(patch_file 3)"
    left=$(releases)
    try "$point: the same upgrade, said again, leaves all in order (there was: $left)" \
        says 0 "" update "$(patch_file 3)"
    try "$point: nothing is left over" in_order
done

# the module's name is its own by then, and the database knows nothing of it
quiet_status() {
    local text
    text=$(manager status) && [[ $text == *"$kver"* && $text != *"was killed"* ]]
}
for point in "${points[@]}"; do
    rm -rf "$root"
    cp -a "$work/before" "$root"
    killed_at "$point" update "$(patch_file 3)"
    left=$(releases)
    case $point in
        locked | sync) try "$point: nothing is left, and status says nothing" quiet_status ;;
        *) try "$point: status says that an installation was killed, and what to do" \
            says 0 "was killed before its end; 'kpatch-manager update' puts in order" manager status ;;
    esac
    try "$point: an update to the release that was there leaves all in order (there was: $left)" \
        says 0 "" update "$(patch_file 2)"
    try "$point: with that release" is "1-2 / 1-2.ko"
    try "$point: status has nothing more to say" quiet_status
done

rm -rf "$root"; cp -a "$work/before" "$root"
killed_at installed update "$(patch_file 3)"
cp -a "$root" "$work/unowned"
try "a module that nobody owns is left" [ "$(releases)" = "1-2 / 1-2.ko 1-3.ko" ]
try "--dry-run names it" says 20 "repair: $corridor/$module-1-3.ko was left" manager update --dry-run "$(patch_file 2)"
try "check says that an installation was killed" says 16 "was killed before its end" manager check
echo "of an admin" >"$corridor/$module-9-9.ko"
try "update with nothing else to do takes it away" says 0 "is in order" update "$(patch_file 2)"
try "and leaves what an admin put there" is "1-2 / 1-2.ko 9-9.ko"

rm -rf "$root"; cp -a "$work/unowned" "$root"
echo "of an admin" >"$corridor/$module-1-3.ko"
try "a file that an admin put in its place is told" says 0 "belongs to no package" update "$(patch_file 2)"
try "and stays" is "1-2 / 1-2.ko 1-3.ko"
try "update says so once" quiet_status

# what lay there before is not the transaction's
rm -rf "$root"; cp -a "$work/before" "$root"
rpm2cpio "$(patch_file 3)" | (cd "$root" && cpio --quiet -idu)
killed_at verified update "$(patch_file 3)"
try "the same module, put there by an admin before" is "1-2 / 1-2.ko 1-3.ko"
try "an update with nothing else to do tells of it" says 0 "belongs to no package" update "$(patch_file 2)"
try "does not take it away" is "1-2 / 1-2.ko 1-3.ko"

rm -rf "$root"; cp -a "$work/before" "$root"
KPATCH_MANAGER_FAULT=unpack:stop "$OUT/build/kpatch-manager" --root "$root" update --yes \
    "$(patch_file 3)" </dev/null >"$work/log" 2>&1 &
ours=$!
until grep -q '^State:.T' "/proc/$ours/status"; do sleep 0.05; done
try "while one goes on, status does not call it killed" quiet_status
kill -CONT "$ours"
wait "$ours"
try "which ends well" is "1-3 / 1-3.ko"

# what is left is repaired by any update, not only by the same one
for point in unpacked closed; do
    rm -rf "$root"
    cp -a "$work/before" "$root"
    killed_at "$point" update "$(patch_file 3)"
    cp -a "$root" "$work/$point"
done
rm -rf "$root"; cp -a "$work/unpacked" "$root"
try "a killed upgrade left a temporary file" grep -q ';[0-9a-f]\{8\}$' <(ls "$corridor")
try "--dry-run tells of it" says 20 "repair: " manager update --dry-run "$(patch_file 2)"
try "another update takes it away" says 0 "is in order" update "$(patch_file 2)"
try "and the release that was there stays" is "1-2 / 1-2.ko"

rm -rf "$root"; cp -a "$work/closed" "$root"
try "a killed upgrade left both releases in the database" grep -q "1-2.*1-3 */" <(releases)
try "JSON tells of it" json "len(j['repairs']) == 1 and '1-2' in j['repairs'][0]" \
    manager update --dry-run --json "$(patch_file 3)"
try "the later one stays" says 0 "is in order" update "$(patch_file 3)"
try "alone" is "1-3 / 1-3.ko"

# a downgrade that was killed: what was installed last stays, though it is older
rm -rf "$root"; cp -a "$work/before" "$root"
update "$(patch_file 3)" >/dev/null 2>&1
try "a downgrade is killed" killed_at closed update "$(patch_file 2)"
try "the repair keeps the older one, which was asked for" says 0 "" update "$(patch_file 2)"
try "alone" is "1-2 / 1-2.ko"
tap_end
