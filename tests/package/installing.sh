# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of installing have in common: a root with a kernel and a key, and
# signed patches for it. Source after common.sh.
# shellcheck disable=SC2034  # used by those who source this
. "$TOP/tests/lib/tap.sh"
. "$TOP/tests/package/lib.sh"
. "$TOP/tests/package/tiny.sh"

kver=5.14.0-362.8.1.el9_3.x86_64
patch=kpatch-patch-5_14_0_362_8_1_el9_3
module=kpatch-5_14_0_362_8_1_el9_3
work=$(mktemp -d)
root=$work/root
rpms=$work/rpms
corridor=$root/usr/lib/kpatch/$kver
trap 'clean_up' EXIT
export KPATCH_MANAGER_PLUGINS=$OUT/build

clean_up() {
    local place
    for place in "${mounted[@]}"; do umount "$place"; done
    rm -rf "$work"
}
mounted=()

manager() { "$OUT/build/kpatch-manager" --root "$root" "$@" </dev/null; }
update() { manager update --yes "$@"; }
in_root() { rpm --root "$root" --dbpath /var/lib/rpm "$@"; }

# patch_file RELEASE: the package of that release of 1.
patch_file() { printf '%s\n' "$rpms/$patch-1-$1.x86_64.rpm"; }

# new_root: kernel and key, no patch.
new_root() {
    rm -rf "$root"
    tiny_root "$root"
    tiny_install "$root" "$rpms"/kernel-core-*.rpm 2>/dev/null
    in_root --import "$work/key" 2>/dev/null
}

# make_patches RELEASE...: the kernel, and these, signed.
make_patches() {
    local release
    signing_key
    gpg --armor --export "$GPG_NAME" >"$work/key"
    tiny_kernel "$rpms" "$kver"
    for release in "$@"; do tiny_patch "$rpms" "$kver" 1 "$release"; done
    sign_rpms "$rpms"/*.rpm >/dev/null 2>&1
    new_root
}

# releases: of the patch, as database and folder have them: "1-2 / module-1-2.ko".
releases() {
    local text
    text=$(in_root -q --qf '%{VERSION}-%{RELEASE} ' "$patch" | sort || true)
    case $text in *'not installed'*) text="none " ;; esac
    printf '%s/%s\n' "$text" "$( (ls "$corridor" 2>/dev/null || true) | sed "s/^$module-/ /" | tr -d '\n')"
}

# is RELEASES: they are these, and the file is what was packaged.
is() {
    local found
    found=$(releases)
    [ "$found" = "$1" ] || { echo "there is '$found' and not '$1'"; return 1; }
}

# says CODE TEXT COMMAND...: its exit status, and part of what it prints.
says() {
    local wanted_rc=$1 wanted=$2 rc=0 text
    shift 2
    text=$("$@" 2>&1) || rc=$?
    printf 'status %d, output: %s\n' "$rc" "$text"
    [ "$rc" -eq "$wanted_rc" ] && [[ $text == *"$wanted"* ]]
}

# json EXPRESSION COMMAND...: a python expression about what it prints, as j.
json() {
    local expression=$1 text
    shift
    text=$("$@") || true
    echo "$text"
    python3 -c 'import json, sys; j = json.loads(sys.argv[1]); sys.exit(not eval("(" + sys.argv[2] + ")"))' "$text" "$expression"
}

# hold_lock: a second process, $holder, has librpm's lock.
hold_lock() {
    rm -f "$work/held"
    python3 - "$root/var/lib/rpm/.rpm.lock" "$work/held" <<'END' &
import fcntl, sys, time
with open(sys.argv[1], "r+") as lock:
    fcntl.lockf(lock, fcntl.LOCK_EX)
    open(sys.argv[2], "w").close()
    time.sleep(600)
END
    holder=$!
    until [ -e "$work/held" ]; do sleep 0.05; done
}

# limit SECONDS: so long update waits for that lock.
limit() {
    mkdir -p "$root/etc/kpatch"
    printf '[packages]\nlock-limit=%d\n' "$1" >"$root/etc/kpatch/manager.conf"
}

# on_terminal ANSWER ARGUMENT...: update with a terminal, where somebody says ANSWER (lines). A
# key such as ctrl-C is a line, too, and is pressed when that question is there.
on_terminal() {
    local answer=$1 rc=0
    shift
    python3 - "$answer" "$OUT/build/kpatch-manager" --root "$root" update "$@" <<'END' || rc=$?
import os, pty, signal, sys
signal.alarm(60)    # what waits for ever fails
answer, command = sys.argv[1], sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(command[0], command)
answers = answer.split("\n")
key = len(answers[-1]) == 1 and ord(answers[-1]) < 32 and answers.pop()
os.write(fd, "".join(answer + "\n" for answer in answers).encode())
said = b""
try:
    while data := os.read(fd, 4096):
        sys.stdout.write(data.decode())
        said += data
        if key and said.count(b"[y/N]") > len(answers):
            os.write(fd, key.encode())
            key = None
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
    return "$rc"
}
