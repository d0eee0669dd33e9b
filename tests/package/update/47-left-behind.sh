#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# After a transaction the folder of modules is what the package database says, or it is told.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"
# librpm's words are looked at
export LC_ALL=C

make_patches 1 2
tiny_install "$root" "$(patch_file 2)"
cp -a "$root" "$work/before"
anew() { rm -rf "$root"; cp -a "$work/before" "$root"; }

# broken CALL WHICH COMMAND...: that call of those about the folder or the module ends with EIO.
old=$corridor/$module-1-2.ko
broken() {
    local call=$1 which=$2
    shift 2
    strace -f --seccomp-bpf -o "$work/trace" -P "$corridor" -P "$old" -e "trace=$call" \
        -e "inject=$call:error=EIO:when=$which" "$OUT/build/kpatch-manager" --root "$root" "$@" </dev/null
}

# librpm cannot remove the old module once, and only warns; newer ones say unlinkat
removals="unlink,unlinkat"
librpm_cannot() {
    broken unlinkat 1 "$@" || return
    grep -q INJECTED "$work/trace" || { anew; broken unlink 1 "$@"; }
}
try "librpm cannot remove the old module" \
    says 0 "which librpm has not removed with its package, is removed" \
    librpm_cannot update --yes "$(patch_file 1)"
try "a call failed for that" grep -q INJECTED "$work/trace"
try "we have" is "1-1 / 1-1.ko"

# nor can we: the disk is bad there
anew
try "if we cannot either, it is an error" says 1 "belongs to no package any more, and cannot be removed" \
    broken "$removals" 1+ update --yes "$(patch_file 1)"
try "the module is there" is "1-1 / 1-1.ko 1-2.ko"
try "a dry run tells of it" says 20 "repair: $old was left" manager update --dry-run "$(patch_file 1)"
try "any later update removes it" says 0 "is removed" update "$(patch_file 1)"
try "so that it is gone" is "1-1 / 1-1.ko"
try "and nothing is left" [ "$(ls -A "$corridor")" = "$module-1-1.ko" ]

# whatever else removed its package
anew
in_root -e --justdb --noscripts --notriggers "$patch"
try "a module that belongs to nobody is told" \
    says 0 "$old belongs to no package, and may be made live all the same" update "$(patch_file 1)"
try "and stays, for it may be an admin's" is "1-1 / 1-1.ko 1-2.ko"
try "it is told by each update" says 0 "belongs to no package" update "$(patch_file 1)"
try "by a dry run" says 20 "belongs to no package" manager update --dry-run "$(patch_file 2)"
try "and to programs" json "len([w for w in j['warnings'] if 'belongs to no package' in w]) == 1" \
    manager update --yes --json "$(patch_file 1)"
touch "$corridor/kpatch.ko"
quiet "the core module is no patch" grep -F kpatch.ko: <(manager update --yes "$(patch_file 1)" 2>&1)

# a folder that cannot be read is no empty one
each_read() {
    local n rc
    for n in $(seq 1 40); do
        anew
        rc=0
        broken openat "$n" update --yes "$(patch_file 1)" >"$work/log" 2>&1 || rc=$?
        grep -q INJECTED "$work/trace" || return 0
        # exit 0: all is as it should be
        if [ "$rc" -eq 0 ] && ! { is "1-1 / 1-1.ko" && [ "$(ls -A "$corridor")" = "$module-1-1.ko" ]; }; then
            echo "call $n:"; cat "$work/log"; return 1
        fi
        update "$(patch_file 1)" >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
        [ "$(ls -A "$corridor")" = "$module-1-1.ko" ] || { echo "call $n leaves:"; ls -A "$corridor"; return 1; }
    done
    echo "there is no end"
    return 1
}
try "whenever the folder cannot be opened, no success is a lie, and the next run puts it in order" each_read

# what a power cut has brought back, when all was done
anew
ln "$old" "$corridor/.$module-1-2.ko.kpatch-kept"
mkdir -p "$root/var/lib/kpatch"
echo "kpatch-manager arriving 1" >"$root/var/lib/kpatch/arriving"
try "a name and a list that nobody needs are no damage" says 0 "There is nothing to install" manager update --dry-run "$(patch_file 2)"
try "and are cleared away" says 0 "There is nothing to install" update "$(patch_file 2)"
quiet "without a word" grep -v '^There is nothing to install' <(update "$(patch_file 2)" 2>&1)
try "so that nothing is left" [ "$(ls -A "$corridor")" = "$module-1-2.ko" ]
try "and no list" [ ! -e "$root/var/lib/kpatch/arriving" ]
tap_end
