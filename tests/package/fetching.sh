# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of repositories and downloads have in common: a root whose only
# repository is "r", servers on loopback, and the program that fetches. Source after
# common.sh; $WORK_BELOW is where the folder of the test goes.
. "$TOP/tests/lib/tap.sh"
. "$TOP/tests/package/lib.sh"
. "$TOP/tests/package/tiny.sh"
. "$TOP/tests/package/server/lib.sh"

# shellcheck disable=SC2034  # used by those who source this
URL_main='' URL_other=''
run_logged "$OUT/log/package-fetch" make -C "$OUT/build" tests/package/fetch
export KPATCH_MANAGER_PLUGINS=$OUT/build
FETCH=$OUT/build/tests/package/fetch
export LC_ALL=C # messages are looked at
work=$(mktemp -d "${WORK_BELOW:-${TMPDIR:-/tmp}}/fetching.XXXXXX")
trap 'serve_end; rm -rf "$work"' EXIT
chmod 0755 "$work"
root=$work/root
# shellcheck disable=SC2034
cache=$root/var/cache/kpatch-manager
mkdir -p "$root/etc/yum.repos.d" "$root/etc/dnf" "$work/www/r" "$work/other/r"

# configured LINE...: of the repository.
configured() { { echo "[r]"; printf '%s\n' "$@"; } >"$root/etc/yum.repos.d/r.repo"; }

# said VERB...: what fetch.c prints is in $work/said, and its errors in $work/error.
said() { "$FETCH" "$root" "$@" >"$work/said" 2>"$work/error"; }

# field NAME: of what was said.
field() { sed -n "s/^$1 //p" "$work/said"; }

# refused WORDS VERB...: with an error of one line that names the repository.
refused() {
    local words=$1
    shift
    fails said "$@"
    grep -F -- "$words" "$work/error"
    grep '^error: repository r: ' "$work/error"
    fails grep -P '[^\x20-\x7e]' "$work/error"
    [ ! -s "$work/said" ]
}

# stops VERB...: what hangs ends in order, and soon, when it is told to.
stops() {
    local pid rc=0 start=$SECONDS
    "$FETCH" "$root" "$@" >"$work/said" 2>"$work/error" &
    pid=$!
    sleep 1
    kill -TERM "$pid"
    wait "$pid" || rc=$?
    [ "$rc" -eq 3 ]
    [ $((SECONDS - start)) -lt 6 ]
    grep 'stopped while fetching; what was there before is unchanged' "$work/error"
}

# words that name FILE as a package of "r"
sum() { sha256sum <"$1" | cut -d' ' -f1; }
size() { stat -c %s "$1"; }
of() { echo r "$(basename "$1")" "$(sum "$1")" "$(size "$1")"; }
