# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A pristine copy of the sources and builds of it, so that what lies around in
# the checkout (an in-tree configure, old objects) has no say. Source after
# common.sh.

SRC=$OUT/src

# Files that belong to the project: what git has and what it would take.
source_files() {
    if git -c safe.directory='*' -C "$TOP" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        (cd "$TOP" && git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
            while IFS= read -r -d '' file; do
                if [ -e "$file" ]; then printf '%s\0' "$file"; fi
            done)
    else
        (cd "$TOP" && find . -path ./tests/out -prune -o -type f -printf '%P\0')
    fi | LC_ALL=C sort -z
}

# One digest of names, modes and contents of the project's files.
source_hash() {
    (cd "$TOP" && source_files | xargs -0 stat -c '%a %n' && source_files | xargs -0 sha256sum) |
        sha256sum | cut -c1-32
}

# Bring $SRC up to date, with configure made.
copy_source() {
    local hash
    hash=$(source_hash)
    [ "$(cat "$OUT/src.stamp" 2>/dev/null)" != "$hash" ] || return 0
    rm -rf "$SRC" "$OUT/src.stamp"
    mkdir -p "$SRC"
    (cd "$TOP" && source_files | tar --null -T - -cf -) | tar -C "$SRC" -xf -
    run_logged "$OUT/log/autoreconf" autoreconf -fi "$SRC"
    echo "$hash" >"$OUT/src.stamp"
}

# build_in FOLDER CONFIGURE-OPTION...: configure and make there, warnings are errors.
build_in() {
    local folder=$1 log
    log=$OUT/log/$(basename "$folder")
    shift
    if [ "$(cat "$folder.stamp" 2>/dev/null)" != "$(cat "$OUT/src.stamp") $*" ]; then
        rm -rf "$folder" "$folder.stamp"
        mkdir -p "$folder"
        (cd "$folder" && run_logged "$log.configure" "$SRC/configure" --quiet --enable-werror "$@")
        run_logged "$log.make" make -C "$folder" -j2
        echo "$(cat "$OUT/src.stamp") $*" >"$folder.stamp"
    fi
}

# The tarball that packages are made from; prints the version.
make_tarball() {
    local version
    copy_source
    build_in "$OUT/build"
    version=$(sed -nE 's/^AC_INIT\(\[[^]]*\], \[([^]]*)\].*/\1/p' "$TOP/configure.ac")
    if [ "$(cat "$OUT/dist.stamp" 2>/dev/null)" != "$(cat "$OUT/src.stamp")" ]; then
        rm -rf "$OUT/dist"
        run_logged "$OUT/log/dist" make -C "$OUT/build" dist distdir="kpatch-manager-$version"
        mkdir -p "$OUT/dist"
        mv "$OUT/build/kpatch-manager-$version.tar.gz" "$OUT/dist/"
        cp "$OUT/src.stamp" "$OUT/dist.stamp"
    fi
    echo "$version"
}
