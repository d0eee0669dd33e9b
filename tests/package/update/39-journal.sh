#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What update did to packages is in the journal, and what it could not do.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/installing.sh"

# The journal of this machine is not for tests: in a mount namespace of our own
# nothing listens in /run but what we start.
if [ "$(id -u)" -ne 0 ] || ! unshare --mount true 2>/dev/null; then
    skip "entries in the journal" "a mount namespace of our own needs root"
    tap_end
    exit 0
fi
if [ -z "${KPATCH_TEST_APART:-}" ]; then
    KPATCH_TEST_APART=1 exec unshare --mount "${BASH_SOURCE[0]}"
fi
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal

# Each entry becomes one line, its fields between "|".
python3 - "$work/entries" <<'END' &
import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind("/run/systemd/journal/socket")
while True:
    # no value in here has a line end: libsystemd sends such in another form
    entry = listener.recv(65536).decode(errors="replace")
    with open(sys.argv[1], "a") as out:
        out.write("|" + "|".join(entry.splitlines()) + "|\n")
END
listener=$!
trap 'kill $listener; clean_up' EXIT
until [ -S /run/systemd/journal/socket ]; do sleep 0.05; done

# entry FIELD...: exactly one of the entries since the last call has these fields.
entry() {
    local lines field
    lines=$(cat "$work/last")
    for field in "$@"; do lines=$(grep -F "|$field|" <<<"$lines" || true); done
    [ "$(grep -c . <<<"$lines")" -eq 1 ] || { cat "$work/last"; return 1; }
}
# take COMMAND...: its entries become the last ones. Ours comes behind them.
take() {
    : >"$work/entries"
    "$@" >"$work/log" 2>&1 || true
    python3 -c 'import socket
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"END", "/run/systemd/journal/socket")'
    until grep -qx '|END|' "$work/entries"; do sleep 0.05; done
    grep -vx '|END|' "$work/entries" >"$work/last" || true
}
none() { [ ! -s "$work/last" ] || { cat "$work/last"; return 1; }; }

# the ids are published: they are written out here
changed=MESSAGE_ID=fc0eaac5b50a449197cdad08fc043b42
failed=MESSAGE_ID=7abfc5e336244436b881ee955a41fe59
repaired=MESSAGE_ID=cbd34faa41604f65a4ccc5b129a20ee8

make_patches 2 3
take update "$(patch_file 2)"
try "an installation is an entry, with package, kernel and step" \
    entry "$changed" "KPATCH_PACKAGE=$patch-1-2.x86_64" "KPATCH_KERNEL=$kver" KPATCH_STEP=install \
    KPATCH_ACTION=update KPATCH_RESULT=done
take update "$(patch_file 3)"
try "an upgrade too, with what was there before" \
    entry "$changed" "KPATCH_PACKAGE=$patch-1-3.x86_64" KPATCH_STEP=upgrade KPATCH_REPLACES=1-2 \
    "MESSAGE=$patch-1-3.x86_64 was upgraded from 1-2, for kernel $kver."
take update "$(patch_file 2)"
try "and a downgrade" entry "$changed" "KPATCH_PACKAGE=$patch-1-2.x86_64" KPATCH_STEP=downgrade
take update "$(patch_file 2)"
try "nothing to do is none" none
take manager update --dry-run "$(patch_file 3)"
try "nor is --dry-run" none
take update --kernel x "$(patch_file 3)"
try "nor a slip of the keyboard" none

hold_lock
limit 1
take update "$(patch_file 3)"
kill "$holder"
wait "$holder" 2>/dev/null || true
try "one that fails is an entry, with what was to be" \
    entry "$failed" "KPATCH_PACKAGE=$patch-1-3.x86_64" KPATCH_RESULT=busy KPATCH_ACTION=update PRIORITY=3
try "and no other" [ "$(wc -l <"$work/last")" -eq 1 ]
rpmsign --delsign "$(patch_file 3)" >/dev/null
take update "$(patch_file 3)"
try "one that is refused as well" entry "$failed" KPATCH_RESULT=refused

sign_rpms "$(patch_file 3)" >/dev/null 2>&1
KPATCH_MANAGER_FAULT=installed take update "$(patch_file 3)"
try "one that is killed has written nothing" none
take update "$(patch_file 2)"
try "but who puts in order what it left has" entry "$repaired" KPATCH_STEP=repair \
    "MESSAGE=Put in order: $corridor/$module-1-3.ko was left by an installation that was killed."
tap_end
