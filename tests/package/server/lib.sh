# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A repository server on loopback for a test. Source after common.sh; ends with
# the shell.

# serve NAME FOLDER [CERTIFICATE KEY [AUTHORITY]]: serves FOLDER, and sets URL_NAME to its
# address. Faults and log are $SERVE/NAME.faults and $SERVE/NAME.log. With a certificate
# it speaks TLS, and with an authority it wants a certificate of it from clients.
SERVE=${SERVE:-$(mktemp -d "${TMPDIR:-/tmp}/serve.XXXXXX")}
SERVERS=()
serve() {
    local name=$1 folder=$2 tries=0 scheme=http
    shift 2
    [ $# -eq 0 ] || scheme=https
    : >"$SERVE/$name.faults"
    : >"$SERVE/$name.log"
    "$TOP/tests/package/server/serve.py" "$folder" "$SERVE/$name.faults" "$SERVE/$name.log" \
        "$SERVE/$name.port" "$@" &
    SERVERS+=($!)
    until [ -s "$SERVE/$name.port" ]; do
        [ $((++tries)) -le 100 ] || die "the server $name does not start"
        sleep 0.1
    done
    printf -v "URL_$name" "$scheme://127.0.0.1:%s" "$(cat "$SERVE/$name.port")"
}

serve_end() {
    [ ${#SERVERS[@]} -eq 0 ] || kill "${SERVERS[@]}" 2>/dev/null || true
    rm -rf "$SERVE"
}

# faults NAME LINE...: what it does wrong from now on; nothing without lines.
faults() {
    local name=$1
    shift
    printf '%s\n' "$@" >"$SERVE/$name.faults"
}

# requests NAME [PATTERN]: how many there were since the last call of forget.
requests() { grep -c -- "${2:-.}" "$SERVE/$1.log" || true; }
forget() { : >"$SERVE/$1.log"; }

# make_repomd FOLDER PRIMARY [UPDATEINFO]: FOLDER/repodata/repomd.xml for these files of
# that folder, as they are; of what is in them nobody knows anything.
make_repomd() {
    local folder=$1/repodata type file
    {
        echo '<?xml version="1.0" encoding="UTF-8"?>'
        echo '<repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">'
        echo "<revision>$(date +%s)</revision>"
        for type in primary updateinfo; do
            file=${2:-}
            [ -n "$file" ] || continue
            echo "<data type=\"$type\"><checksum type=\"sha256\">$(sha256sum <"$folder/$file" | cut -d' ' -f1)</checksum>"
            echo "<location href=\"repodata/$file\"/><size>$(stat -c %s "$folder/$file")</size></data>"
            shift
        done
        echo '</repomd>'
    } >"$folder/repomd.xml"
}
