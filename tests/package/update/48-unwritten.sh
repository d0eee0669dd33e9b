#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An output that is cut off is no answer: every command that prints says so, on a disk that is
# full and when its reader has gone; and who changes something does it nevertheless.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

run_logged "$OUT/log/make-tree" make -C "$OUT/build" tests/unit/make-tree
make_patches 1 2
tree() { "$OUT/build/tests/unit/make-tree" "$root" "$@"; }
mkdir -p "$root"/{proc/sys/kernel/random,sys/kernel/kpatch,sys/module,run,etc/yum.repos.d,etc/kpatch}
printf '[verify]\nmodules=off\n' >"$root/etc/kpatch/manager.conf"
echo "$kver" >"$root/proc/sys/kernel/osrelease"
echo boot-1 >"$root/proc/sys/kernel/random/boot_id"
echo 1 >"$root/proc/sys/kernel/ftrace_enabled"
tree package "$kver" 1-2
tree package "$kver" 1-3
tree held "$kver" 1-3
tree "done" "$kver" 1-1
mkdir -p "$work/repo"
cp "$(patch_file 2)" "$work/repo"
createrepo_c -q "$work/repo"
printf '[r]\nname=r\nbaseurl=file://%s\n' "$work/repo" >"$root/etc/yum.repos.d/r.repo"
manager check >/dev/null
at_root=("$OUT/build/kpatch-manager" --root "$root")
ln -s "$OUT/build/kpatch-manager" "$work/kpatch"
old=("$work/kpatch" --root "$root")
sign=$OUT/build/kpatch-sign
file=$(find "$root/usr/lib/kpatch" -name '*.ko' | sort | head -n 1)
module_key
sign_modules --output "$work/signed.ko" "$file"
install -D -m 0644 "$MODULE_KEY.pem" "$root/etc/pki/kpatch/trusted.d/site.pem"

unwritten="not all of the output could be written"

# full CODE COMMAND...: it says so, and ends with that.
full() {
    local wanted=$1 rc=0 text
    shift
    text=$("$@" 2>&1 >/dev/full </dev/null) || rc=$?
    printf 'status %d, output: %s\n' "$rc" "$text"
    [ "$rc" -eq "$wanted" ] && grep -q "$unwritten\|No space left on device" <<<"$text"
}

# gone HOW COMMAND...: into a pipe that nobody reads. HOW is "ends" where SIGPIPE may end it
# as it ends cat, or "says" where it ends with 1 and says why. With SIGPIPE ignored, as by
# systemd, each says it.
gone() {
    /usr/bin/python3 - "$unwritten" "$@" <<'END'
import os, signal, subprocess, sys
unwritten, how, command = sys.argv[1], sys.argv[2], sys.argv[3:]
for ignored in (False, True):
    reader, writer = os.pipe()
    os.close(reader)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN if ignored else signal.SIG_DFL)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE,
                          restore_signals=not ignored, encoding="utf-8", check=False)
    os.close(writer)
    print(done.returncode, done.stderr)
    told = done.returncode in (1, 2) and (unwritten in done.stderr or "Broken pipe" in done.stderr)
    ended = how == "ends" and not ignored and done.returncode in (-signal.SIGPIPE, 128 + signal.SIGPIPE)
    if not told and not ended:
        sys.exit(1)
END
}

# prints CODE COMMAND...: it prints, so that the other two mean something.
prints() {
    local wanted=$1 rc=0 text
    shift
    text=$("$@" 2>/dev/null </dev/null) || rc=$?
    printf 'status %d, output: %s\n' "$rc" "$text"
    [ "$rc" -eq "$wanted" ] && [ -n "$text" ]
}

# lost NAME CODE FULL-CODE HOW COMMAND...
lost() {
    try "$1: it prints" prints "$2" "${@:5}"
    try "$1: no room for its output" full "$3" "${@:5}"
    try "$1: nobody reads its output" gone "$4" "${@:5}"
}

# Every command, with its exit status when it prints, and what becomes of it in a pipe.
table="
status 0
status --json 0
status --check 14
list 0
list --json 0
check 0
check --json 0
history 0
history --json 0
cve 0
cve --json 0
preflight 1-2 0
preflight --json 1-2 0
update --dry-run 20
update --dry-run --json 20
apply --dry-run 20
apply --dry-run --json 20
rollback --dry-run 1-2 20
rollback --dry-run --json 1-2 20
hold --dry-run 1-2 20
release --dry-run 1-3 20
release --dry-run --json 1-3 20
sync --dry-run 20
verify $work/signed.ko 0
help 0
help status 0
boot-good --help 0
boot-end --help 0
"
while read -ra row; do
    [ ${#row[@]} -gt 0 ] || continue
    words=("${row[@]:0:${#row[@]}-1}")
    lost "kpatch-manager ${words[*]}" "${row[-1]}" 1 ends "${at_root[@]}" "${words[@]}"
done <<<"$table"
# each name CODE: the names of a program's help that are in no row
all_named() {
    local name
    "$1" help | sed -nE "/^  kpatch /d; s/$2/\1/p" >"$work/names"
    [ "$(wc -l <"$work/names")" -ge "$4" ]
    while read -r name; do
        grep -qE "^$name( |$)" <<<"$3" || { echo "$name is in no row"; return 1; }
    done <"$work/names"
}
steps "no command of kpatch-manager is left out" all_named "$OUT/build/kpatch-manager" '^  ([a-z][a-z-]*)  +[a-z].*' "$table" 16

# What the old command prints: "ends" for who only looks.
old_table="
list 0 ends
info $file 0 says
version 0 ends
help 0 ends
"
while read -ra row; do
    [ ${#row[@]} -gt 0 ] || continue
    words=("${row[@]:0:${#row[@]}-2}")
    lost "kpatch ${words[*]}" "${row[-2]}" 1 "${row[-1]}" "${old[@]}" "${words[@]}"
done <<<"$old_table"
quiet_ones="install
uninstall
load
unload
signal"
steps "no verb of kpatch is left out" all_named "$work/kpatch" '^  ([a-z][a-z]*) ?.*' "$old_table$quiet_ones" 9

lost "kpatch-manager --version" 0 1 ends "${at_root[@]}" --version
lost "kpatch-sign --help" 0 1 ends "$sign" --help
lost "kpatch-sign --version" 0 1 ends "$sign" --version
lost "kpatch-sign show" 0 1 ends "$sign" show "$work/signed.ko"
lost "kpatch-sign verify" 0 1 ends "$sign" verify --cert "$MODULE_KEY.pem" "$work/signed.ko"
lost "kpatch-reach --help" 0 2 ends "$OUT/build/kpatch-reach" --help
lost "kpatch-patch-rpm --help" 0 1 ends "$TOP/packaging/kpatch-patch-rpm" --help

# --- who changes something does not stop halfway, and says that its answer is lost

installs_all() {
    gone says "${at_root[@]}" update --yes "$(patch_file "$1")"
    is "1-$1 / 1-$1.ko 1-2.ko 1-3.ko" || is "1-$1 / 1-$1.ko"
}
rm -r "$root/usr/lib/kpatch"
steps "update: whose reader has gone, is done" installs_all 1
on_full_disk() {
    full 1 "${at_root[@]}" update --yes "$(patch_file 2)"
    is "1-2 / 1-2.ko"
}
steps "update: whose answer has no room, is done" on_full_disk
warns() { "${at_root[@]}" update --yes "$(patch_file 2)"; }
echo "of an admin" >"$corridor/$module-9-9.ko"
try "update: warnings behind it change nothing of that" full 1 warns
rm -r "$root/etc/pki"
try "an error stays the error it was" full 2 "${at_root[@]}" verify --json
try "a wrong command line stays one" says 2 "" "${at_root[@]}" nonsense
try "who has closed his standard output, and needs none, misses nothing" \
    bash -c '"$@" update --yes --quiet '"$(patch_file 2)"' >&-' bash "${at_root[@]}"
tap_end
