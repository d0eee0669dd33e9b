#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# verify, for packages: whole, and signed by a key that the package database has,
# or refused with a reason.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/lib.sh"
. "$TOP/tests/package/tiny.sh"
. "$TOP/tests/lib/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KPATCH_MANAGER_PLUGINS=$OUT/build LC_ALL=C
kver=5.14.0-362.8.1.el9_3.x86_64

# verify CODE PATTERN FILE...: that exit code, and one line of the output matches.
verify() {
    local wanted=$1 pattern=$2 code=0
    shift 2
    "$OUT/build/kpatch-manager" --root "$work/root" verify "$@" >"$work/said" 2>&1 || code=$?
    cat "$work/said"
    [ "$code" -eq "$wanted" ] && grep -Eq -- "$pattern" "$work/said"
}

# changed NAME PART OFFSET: a copy of the good package with one byte changed: OFFSET
# bytes into its header (the second with a header's magic number: the first has the
# signatures) or into the package.
changed() {
    cp "$work/good.rpm" "$work/$1.rpm"
    python3 - "$work/$1.rpm" "$2" "$3" <<'END'
import sys
path, part, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
data = bytearray(open(path, "rb").read())
magic = b"\x8e\xad\xe8\x01"
data[(data.index(magic, data.index(magic) + 1) if part == "header" else 0) + at] ^= 0x55
open(path, "wb").write(data)
END
}

signing_key
tiny_root "$work/root"
tiny_patch "$work" "$kver" 1 1
mv "$work"/kpatch-patch-*.rpm "$work/unsigned.rpm"
cp "$work/unsigned.rpm" "$work/good.rpm"
sign_rpms "$work/good.rpm" >/dev/null 2>&1
gpg --batch --armor --output "$work/key" --export "$GPG_NAME"
key_id=$(gpg --batch --with-colons --list-keys "$GPG_NAME" | awk -F: '$1 == "pub" { print tolower($5); exit }')

try "a package is refused while nobody knows its key" verify 4 'good\.rpm: .*NOKEY' "$work/good.rpm"
rpmkeys --root "$work/root" --dbpath /var/lib/rpm --import "$work/key"
# Its messages may be in the language of whoever asks; what we look for in them is not.
translated() {
    mkdir -p "$work/locale/xx/LC_MESSAGES"
    python3 - "$work/locale/xx/LC_MESSAGES/rpm.mo" <<'END'
import struct, sys
texts = {b"": b"Content-Type: text/plain; charset=UTF-8\n", b"Signature": b"Zeichen",
         b"Header ": b"Kopf ", b"V%d %s/%s %s, key ID %s": b"V%d %s/%s %s, Schl %s", b"OK": b"GUT"}
names, values = b"", b""
rows = []
for name in sorted(texts):
    rows.append((len(name), len(names), len(texts[name]), len(values)))
    names += name + b"\0"
    values += texts[name] + b"\0"
at = 28 + 16 * len(rows)
out = struct.pack("<7I", 0x950412de, 0, len(rows), 28, 28 + 8 * len(rows), 0, 0)
out += b"".join(struct.pack("<2I", r[0], at + r[1]) for r in rows)
out += b"".join(struct.pack("<2I", r[2], at + len(names) + r[3]) for r in rows)
open(sys.argv[1], "wb").write(out + names + values)
END
    # shellcheck disable=SC2016  # the shell inside expands it
    unshare --mount sh -c 'mount --bind "$1" /usr/share/locale && shift && exec "$@"' sh "$work/locale" \
        env LC_ALL=C.UTF-8 LANGUAGE=xx "$@"
}
in_another_language() {
    # the translation works at all
    translated rpmkeys --root "$work/root" --dbpath /var/lib/rpm -Kv "$work/good.rpm" | grep Schl
    translated "$OUT/build/kpatch-manager" --root "$work/root" verify "$work/good.rpm" >"$work/said" 2>&1
    grep -E 'good\.rpm: good, .*key ID' "$work/said"
}
if [ "$(id -u)" -eq 0 ] && unshare --mount true 2>/dev/null; then
    steps "also where librpm speaks another language" in_another_language
else
    skip "also where librpm speaks another language" "its translations cannot be replaced here"
fi
try "with the key it is good, and the key is named" \
    verify 0 "good\.rpm: good, .*[Kk]ey (ID|fingerprint).*${key_id: -8}" "$work/good.rpm"
try "one that nobody signed is refused" verify 4 'unsigned\.rpm: .*(no signature|NOTFOUND)' "$work/unsigned.rpm"
changed payload package -20
try "one whose payload was changed is refused" verify 4 'payload\.rpm: .*BAD' "$work/payload.rpm"
changed header header 1500
try "one whose header was changed is refused" verify 4 'header\.rpm: .*BAD' "$work/header.rpm"
head -c 2000 "$work/good.rpm" >"$work/cut.rpm"
try "one that was cut in its header is refused" verify 4 'cut\.rpm: ' "$work/cut.rpm"
head -c -100 "$work/good.rpm" >"$work/short.rpm"
try "one that was cut at its end is refused" verify 4 'short\.rpm: .*BAD' "$work/short.rpm"
head -c 5000 /dev/urandom >"$work/noise.rpm"
try "what is no package is refused" verify 4 'noise\.rpm: ' "$work/noise.rpm"
try "in a folder each is judged by itself" verify 4 '^1 of 7 files are good\.$' "$work"
mkfifo "$work/pipe.rpm"
try "a FIFO stops nobody" verify 1 'pipe\.rpm: not a regular file' "$work/pipe.rpm"
tap_end
