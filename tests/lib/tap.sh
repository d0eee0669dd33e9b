# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests that speak TAP. Source it, call the functions, end with tap_end.

TAP_COUNT=0

# ok DESCRIPTION, not_ok DESCRIPTION [WHY], skip DESCRIPTION REASON.
ok() { printf 'ok %d - %s\n' "$((++TAP_COUNT))" "$1"; }

not_ok() {
    printf 'not ok %d - %s\n' "$((++TAP_COUNT))" "$1"
    if [ -n "${2:-}" ]; then sed 's/^/#   /' <<<"$2"; fi
}

skip() { printf 'ok %d - %s # SKIP %s\n' "$((++TAP_COUNT))" "$1" "$2"; }

# try DESCRIPTION COMMAND...: ok if the command succeeds; else its output says why.
try() {
    local text description=$1
    shift
    if text=$("$@" 2>&1); then
        ok "$description"
    else
        not_ok "$description" "$(tail -n 60 <<<"$text")"
        return 0
    fi
}

# steps DESCRIPTION COMMAND...: as try, for a function of several steps, of which the
# first that fails ends it. try cannot do that: bash forgets "set -e" behind "if".
steps() {
    local text rc description=$1
    shift
    set +e
    text=$(set -e; "$@" 2>&1)
    rc=$?
    set -e
    if [ "$rc" -eq 0 ]; then ok "$description"; else not_ok "$description" "$(tail -n 60 <<<"$text")"; fi
}

# fails COMMAND...: for a step that is to fail ("set -e" passes by "! COMMAND").
fails() {
    if "$@"; then
        echo "this should have failed: $*"
        return 1
    fi
}

# quiet DESCRIPTION COMMAND...: ok if the command prints nothing.
quiet() {
    local text description=$1
    shift
    text=$("$@" 2>&1) || true
    if [ -z "$text" ]; then ok "$description"; else not_ok "$description" "$text"; fi
}

# joined: TAP of several programs, on stdin, with one plan.
joined() {
    awk '/^1\.\./ { next } /^(not )?ok / { n++ } { print } END { print "1.." n + 0 }'
}

tap_end() { printf '1..%d\n' "$TAP_COUNT"; }
