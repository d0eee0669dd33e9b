# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of updates over HTTP have in common: a machine whose only repository,
# "site", is the server "main". Source after common.sh.
. "$TOP/tests/package/installing.sh"
. "$TOP/tests/package/server/lib.sh"

# shellcheck disable=SC2034  # serve sets it
URL_main=''
trap 'serve_end; clean_up' EXIT

# site GPGKEY [LINE...]: that repository, and $kver is the running kernel.
site() {
    local key=$1
    shift
    mkdir -p "$root/etc/yum.repos.d" "$root/proc/sys/kernel"
    echo "$kver" >"$root/proc/sys/kernel/osrelease"
    printf '%s\n' '[site]' name=site "baseurl=$URL_main" gpgcheck=1 "gpgkey=$key" "$@" \
        >"$root/etc/yum.repos.d/site.repo"
}
