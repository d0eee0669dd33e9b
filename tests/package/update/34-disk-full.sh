#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No room, in the folder or in the database: the release that was there stays whole.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

if [ "$(id -u)" -ne 0 ]; then
    skip "disks that are full" "mounting them needs root"
    tap_end
    exit 0
fi

# small FOLDER SIZE: a file system of its own there, with what was in it.
small() {
    cp -a "$1" "$work/kept"
    mount -t tmpfs -o "size=$2" tmpfs "$1"
    mounted+=("$1")
    cp -a "$work/kept/." "$1/"
    rm -rf "$work/kept"
}

# fill FOLDER: no byte is free any more.
fill() { dd if=/dev/zero of="$1/fill" bs=4k status=none 2>/dev/null || true; }

# filled_at POINT FOLDER COMMAND...: it stops at POINT, FOLDER is filled, it goes on.
filled_at() {
    local point=$1 folder=$2 pid
    shift 2
    rm -f "$work/log"
    # exec: the process that is stopped is the one we know
    KPATCH_MANAGER_FAULT=$point:stop "$OUT/build/kpatch-manager" --root "$root" "$@" \
        </dev/null >"$work/log" 2>&1 &
    pid=$!
    until grep -q '^State:.T' "/proc/$pid/status"; do sleep 0.05; done
    "${spoil:-fill}" "$folder"
    kill -CONT "$pid"
    rc=0
    wait "$pid" || rc=$?
    cat "$work/log"
    [ ! -d "$folder" ] || rm -f "$folder/fill"
    return "$rc"
}

make_patches 2 3
tiny_install "$root" "$(patch_file 2)"

small "$corridor" 64k
fill "$corridor"
try "no room for the files: it says so, before anything is done" \
    says 1 "needs" update "$(patch_file 3)"
rm "$corridor/fill"
try "what was there stays" is "1-2 / 1-2.ko"
try "the disk fills while files are written: it says so" \
    says 1 "No space left" filled_at unpack "$corridor" update --yes "$(patch_file 3)"
try "what was there stays, whole" in_root -V "$patch"
try "and nothing else" is "1-2 / 1-2.ko"
try "with room it goes on" says 0 "is installed" update "$(patch_file 3)"
try "as if nothing had been" is "1-3 / 1-3.ko"
umount "$corridor"
mounted=()
new_root
tiny_install "$root" "$(patch_file 2)"

small "$root/var/lib/rpm" 16m
try "the database has no room: it says so" \
    says 1 "disk is full" filled_at unpacked "$root/var/lib/rpm" update --yes "$(patch_file 3)"
try "what was there stays, whole" in_root -V "$patch"
try "and nothing else, so that sync cannot make it live" is "1-2 / 1-2.ko"
try "with room it goes on" says 0 "is installed" update "$(patch_file 3)"
try "as if nothing had been" is "1-3 / 1-3.ko"

# librpm counts as done what its database could not keep
update "$(patch_file 2)" >/dev/null 2>&1
try "the database has no room for the removal of the old one: it says what is there" \
    says 1 "the package database has now: $patch-1-2.x86_64, $patch-1-3.x86_64" \
    filled_at erase "$root/var/lib/rpm" update --yes "$(patch_file 3)"
try "both, with their files" is "1-2 1-3 / 1-2.ko 1-3.ko"
try "a repair that has no room is no success" \
    says 1 "/var/lib/rpm has 0 bytes left: make room there" filled_at erased "$root/var/lib/rpm" \
    update --yes "$(patch_file 3)"
try "with room it goes on" says 0 "is in order" update "$(patch_file 3)"
try "as if nothing had been" is "1-3 / 1-3.ko"

# what is to be installed is written down first
umount "$root/var/lib/rpm"
mounted=()
new_root
tiny_install "$root" "$(patch_file 2)"
mkdir -p "$root/var/lib/kpatch"
small "$root/var/lib/kpatch" 16k
fill "$root/var/lib/kpatch"
try "no room to write that down: it says so" says 1 "nothing was changed" update "$(patch_file 3)"
try "and nothing is" [ "$(ls -A "$corridor")" = "$module-1-2.ko" ]
rm "$root/var/lib/kpatch/fill"
try "with room it goes on" says 0 "is installed" update "$(patch_file 3)"
umount "$root/var/lib/kpatch"
mounted=()

# what lay there before is not the transaction's
new_root
tiny_install "$root" "$(patch_file 2)"
echo "of an admin" >"$corridor/$module-1-3.ko"
small "$corridor" 64k
try "a transaction fails that would replace an admin's file" \
    says 1 "No space left" filled_at unpack "$corridor" update --yes "$(patch_file 3)"
try "which stays" is "1-2 / 1-2.ko 1-3.ko"
try "as it was" grep -q "of an admin" "$corridor/$module-1-3.ko"
umount "$corridor"
mounted=()

# what librpm says is not believed: the file is looked at
lose() { rm "$1"; }
new_root
tiny_install "$root" "$(patch_file 2)"
spoil=lose
try "a file that is not there in the end is missed" says 1 "is not on the disk as it should be" \
    filled_at installed-all "$corridor/$module-1-3.ko" update --yes "$(patch_file 3)"
try "which the next run puts in order" says 0 "reinstall" update "$(patch_file 3)"
try "as it was packaged" is "1-3 / 1-3.ko"
tap_end
