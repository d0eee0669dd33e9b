# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What every test script agrees on: where things are, how it fails, how it
# asks for root. Source it; it runs nothing.

# depmod, modprobe and mke2fs are not on every user's path.
PATH=$PATH:/usr/sbin:/sbin

# A failure inside $(...) ends the script too.
shopt -s inherit_errexit

# shellcheck disable=SC2034  # used by those who source this
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Survives clean-ups and is shared by checkouts: only what can be made again.
# shellcheck disable=SC2034
CACHE=${KPATCH_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kpatch-manager}

# Everything made from this checkout.
# shellcheck disable=SC2034
OUT=${KPATCH_TEST_OUT:-$TOP/tests/out}

# note TEXT...: one line of progress, on stderr so that output stays data.
note() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# die TEXT...: say what is wrong and what to do next, and end.
die() {
    printf '%s: error: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# as_root COMMAND...: run it as root, through sudo when we are someone else.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        die "'$1' needs root and there is no sudo: run this as root"
    fi
}

# run_logged LOG COMMAND...: keep its output in LOG, show it only if it fails.
run_logged() {
    local log=$1 rc=0
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 || rc=$?
    if [ "$rc" -ne 0 ]; then
        printf '%s: error: %s ended with status %d; the end of %s:\n' "${0##*/}" "$1" "$rc" "$log" >&2
        tail -n 40 "$log" >&2
    fi
    return "$rc"
}

# hash_of PATH...: one digest of names, modes and contents under these paths.
hash_of() {
    find "$@" -type f -printf '%m %p\0' | LC_ALL=C sort -z |
        while IFS=' ' read -r -d '' mode file; do
            printf '%s %s\n' "$mode" "$(sha256sum <"$file") $file"
        done | sha256sum | cut -c1-32
}

# locked FILE COMMAND...: run it while nobody else holds FILE.
locked() {
    local lock=$1 fd
    shift
    mkdir -p "$(dirname "$lock")"
    exec {fd}>"$lock"
    flock "$fd"
    "$@" {fd}>&-
    exec {fd}>&-
}

# series_of KVER: what all modules of its demo packages are called, but for the release.
series_of() {
    echo "kpatch-$(rpm --load="$TOP/packaging/macros.kpatch" --eval "%{kpatch_module_tag $1}")"
}

# take_core: wait until one of the machine's cores is ours, and keep it until
# this shell ends. Whoever keeps a core busy for long asks first, so that a
# virtual machine's time limits mean the same however many tests run. The
# seconds it took go to the file $WAITED, if that is set.
take_core() {
    local core cores fd began=$SECONDS
    cores=$(nproc)
    mkdir -p "$OUT/cores"
    while :; do
        for ((core = 0; core < cores; core++)); do
            exec {fd}>"$OUT/cores/$core"
            if flock -n "$fd"; then
                [ -z "${WAITED:-}" ] || echo "$((SECONDS - began))" >"$WAITED"
                return 0
            fi
            exec {fd}>&-
        done
        # each look is two processes, and many wait
        sleep 2
    done
}
