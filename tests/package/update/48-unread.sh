#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A folder that cannot be read is no empty one.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

# --- folders

# unread FOLDER COMMAND...: reading it ends with EIO, whoever opens it.
unread() {
    local folder=$1 rc=0
    shift
    strace -f --seccomp-bpf -o "$work/trace" -P "$folder" -e trace=getdents64 \
        -e inject=getdents64:error=EIO "$@" </dev/null || rc=$?
    grep -q INJECTED "$work/trace" || { echo "nobody reads $folder"; return 99; }
    return "$rc"
}

make_patches 1
tiny_install "$root" "$(patch_file 1)"
mkdir -p "$root/proc/sys/kernel" "$root/etc/yum.repos.d" "$root/etc/kpatch/manager.conf.d"
echo "$kver" >"$root/proc/sys/kernel/osrelease"
at_root=("$OUT/build/kpatch-manager" --root "$root")
ln -s "$OUT/build/kpatch-manager" "$work/kpatch"
for folder in "${corridor%/*}" "$corridor"; do
    for command in list status verify; do
        [ "$folder $command" != "${corridor%/*} status" ] || continue    # packages say which kernels there are
        try "$command: the folder ${folder#"$root"} cannot be read" \
            says 1 "$folder cannot be read: Input/output error" unread "$folder" "${at_root[@]}" "$command"
    done
    try "list --json: ${folder#"$root"}" json "'$folder cannot be read' in str(j['problems'])" \
        unread "$folder" "${at_root[@]}" list --json
    try "kpatch list: ${folder#"$root"}" says 1 "cannot be read" \
        unread "$folder" "$work/kpatch" --root "$root" list
    try "update: ${folder#"$root"}" says 1 "cannot be read" \
        unread "$folder" "${at_root[@]}" update --yes "$(patch_file 1)"
done
try "verify of a folder that is named" says 1 "cannot be read" \
    unread "$rpms" "${at_root[@]}" verify "$rpms"
try "repositories: no list of them is no answer" says 1 "yum.repos.d cannot be read" \
    unread "$root/etc/yum.repos.d" "${at_root[@]}" update --dry-run
try "drop-ins of the configuration" says 2 "manager.conf.d cannot be read" \
    unread "$root/etc/kpatch/manager.conf.d" "${at_root[@]}" status
try "the package database's own" says 1 "lib/rpm cannot be read" \
    unread "$root/var/lib/rpm" "${at_root[@]}" update --dry-run "$(patch_file 1)"
mkdir -p "$root/etc/pki/kpatch/trusted.d"
try "those whom the machine trusts" says 1 "trusted.d cannot be read" \
    unread "$root/etc/pki/kpatch/trusted.d" "${at_root[@]}" verify

mkdir "$work/source"
try "kpatch-patch-rpm: its source" says 1 "the folder '$work/source' cannot be read" unread "$work/source" \
    "$TOP/packaging/kpatch-patch-rpm" --kernel "$kver" --source "$work/source" --version 1

tap_end
