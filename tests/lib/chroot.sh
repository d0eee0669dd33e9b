# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Chroots of Debian's suites in the cache. Sourced after common.sh.

# archive_uri LABEL: the archive of this label that this machine installs from, as
# the start of a line for apt.
archive_uri() {
    local found
    # shellcheck disable=SC2016  # the $(…) is apt's
    found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
        'Origin: Debian' "Label: $1" | sort -u | sed -n 1p)
    [ -n "$found" ] || die "apt on this machine has no archive with the label $1: look at its sources"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $found"
}

# sid_source: Debian's unstable, as a line for apt. Its packages change all the time, and
# what a mirror has of it was signed for a week: older ones do as well, and whose they
# are is still checked.
sid_source() {
    local archive
    archive=$(archive_uri Debian)
    echo "${archive/\[/[check-valid-until=no } sid main"
}

# inside ROOT COMMAND...: run it in the chroot, which sees this checkout and the
# folder $KPATCH_WORK, if set. The mounts are in a namespace that ends with the
# command, however it ends.
inside() {
    local root=$1 shared=$TOP:${KPATCH_WORK:-}
    shift
    # shellcheck disable=SC2016  # for the inner shell
    as_root unshare --mount --propagation private sh -euc '
        root=$1 user=$2 shared=$3
        shift 3
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        [ ! -e /etc/resolv.conf ] || { touch "$root/etc/resolv.conf"; mount --bind /etc/resolv.conf "$root/etc/resolv.conf"; }
        IFS=:
        for path in $shared; do
            mkdir -p "$root$path"
            mount --bind "$path" "$root$path"
        done
        unset IFS
        exec chroot --userspec="$user" "$root" "$@"' \
        sh "$root" "$(id -u):$(id -g)" "$shared" "$@"
}
