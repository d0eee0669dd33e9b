#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# update with package files that need more than they bring: from a repository, from
# what is known of it already, from another file, or not at all.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/site.sh"

newer=5.14.0-500.el9.x86_64
own() { tiny "$1" kpatch-manager "$2" 1 "${@:3}" -- /usr/sbin/kpatch-manager; }
make_patches 2
own "$work/one" 1
own "$work/two" 2 "Requires: libodd.so.1"
tiny "$work/odd" oddly-named 3 1 "Provides: libodd.so.1" -- /usr/lib/odd
tiny_kernel "$work/kernel" "$newer"
tiny_patch "$work/needs" "$kver" 1 5 "Requires: kpatch-manager >= 2"
tiny_patch "$work/kernel" "$kver" 1 6 "Requires: kernel-core >= 5.14.0-500"
sign_rpms "$work"/*/*.rpm >/dev/null 2>&1
needs=$work/needs/$patch-1-5.x86_64.rpm
mkdir -p "$work/www"
serve main "$work/www"

# machine: with one kernel, kpatch-manager 1 and the repository.
machine() {
    new_root
    tiny_install "$root" "$work"/one/*.rpm
    mkdir -p "$root/etc/yum.repos.d" "$root/proc/sys/kernel" "$root/var/lib/kpatch"
    echo "$kver" >"$root/proc/sys/kernel/osrelease"
    # shellcheck disable=SC2154  # serve sets URL_main
    printf '[site]\nname=site\nbaseurl=%s\ngpgcheck=0\n' "$URL_main" >"$root/etc/yum.repos.d/site.repo"
    forget main
}

# publish FILE...: the repository has these packages, and no others.
publish() {
    rm -rf "$work/www"/*
    cp "$@" "$work/www/"
    createrepo_c --quiet "$work/www"
}
all=("$work"/two/*.rpm "$work"/odd/*.rpm "$work"/kernel/kernel-core*.rpm "$(patch_file 2)")

# owner VERSION: that of kpatch-manager is installed, and alone.
owner() { [ "$(in_root -q --qf '%{VERSION}\n' kpatch-manager)" = "$1" ]; }
asked() { requests main "${1:-.}"; }
nothing_happened() {
    is "none /"
    owner 1
}
# expired: what is known of the repository is out of date from now on.
expired() {
    echo metadata_expire=1 >>"$root/etc/yum.repos.d/site.repo"
    sleep 2
}

# not_needed: the repository is there, and nobody looks at it.
not_needed() {
    machine
    publish "${all[@]}"
    says 0 "is installed" update "$(patch_file 2)"
    is "1-2 / 1-2.ko"
    [ "$(asked)" -eq 0 ]
    [ ! -e "$root/var/cache/kpatch-manager" ]
}
steps "a file that needs nothing: no repository is asked" not_needed

# without_any: no repository is configured, and nothing answers.
without_any() {
    machine
    rm -r "$root/etc/yum.repos.d"
    says 0 "is installed" update "$(patch_file 2)"
    is "1-2 / 1-2.ko"
}
steps "nor does a machine have to have one" without_any

step_list='[(s["step"], s["name"], s["evr"], s["replaces"], s["repository"], s["kernel"]) for s in j["steps"]]'
# shown: what it brings is a step of its own, for people and for programs.
shown() {
    machine
    publish "${all[@]}"
    json "$step_list == [('install', 'oddly-named', '3-1', None, 'site', None),
        ('upgrade', 'kpatch-manager', '2-1', '1-1', 'site', None),
        ('install', '$patch', '1-5', None, None, '$kver')]
        and j['result'] == 'would-change' and j['problems'] == []" manager update --dry-run --json "$needs"
    says 20 "upgrade kpatch-manager-2-1.x86_64 in place of 1-1, from site" manager update --dry-run "$needs"
    says 1 "install oddly-named-3-1.x86_64, from site" on_terminal n "$needs"
    nothing_happened
}
steps "what a file needs is shown, each a step, before somebody says yes" shown

brought() {
    machine
    publish "${all[@]}"
    says 0 "kpatch-manager-2-1.x86_64 is installed" update "$needs"
    is "1-5 / 1-5.ko"
    owner 2
    in_root -q oddly-named
    [ "$(in_root -q kernel-core | wc -l)" -eq 1 ]
}
steps "it is brought from the repository, and no kernel comes with it" brought

# known_is_enough: also when it is out of date.
known_is_enough() {
    machine
    publish "${all[@]}"
    manager check >/dev/null
    expired
    forget main
    says 0 "is installed" update "$needs"
    is "1-5 / 1-5.ko"
    [ "$(asked repodata)" -eq 0 ]
    [ "$(asked kpatch-manager-2-1)" -ge 1 ]
}
steps "what is known of a repository is used, and not asked for again" known_is_enough

known_is_not_enough() {
    machine
    publish "$(patch_file 2)"
    manager check >/dev/null
    publish "${all[@]}"
    says 4 "needs kpatch-manager >= 2" update "$needs"
    expired
    says 0 "is installed" update "$needs"
    owner 2
}
steps "unless it is out of date and does not help" known_is_not_enough

refreshed() {
    machine
    publish "$(patch_file 2)"
    manager check >/dev/null
    publish "${all[@]}"
    says 0 "is installed" update --refresh "$needs"
    owner 2
}
steps "--refresh asks at once" refreshed

nobody_has_it() {
    local text
    machine
    publish "$work"/one/*.rpm "$(patch_file 2)"
    says 4 "$patch-1-5.x86_64 needs kpatch-manager >= 2; 1-1 is installed; site has 1-1" update "$needs"
    text=$(update "$needs" 2>&1) || :
    [[ $text == *"name a file of the package that is missing or too old as well, or enable a repository"* ]]
    json "j['result'] == 'refused' and j['steps'] == [] and 'kpatch-manager >= 2' in j['problems'][0]" \
        manager update --yes --json "$needs"
    nothing_happened
}
steps "what no repository has is named, and what to do" nobody_has_it

network_is_gone() {
    machine
    publish "${all[@]}"
    faults main '* status 503'
    says 4 "$patch-1-5.x86_64 needs kpatch-manager >= 2; 1-1 is installed" update "$needs"
    says 4 "503" update "$needs"
    nothing_happened
    faults main
}
steps "a network that is gone is named too" network_is_gone

no_repository() {
    machine
    rm -r "$root/etc/yum.repos.d"
    says 4 "$patch-1-5.x86_64 needs kpatch-manager >= 2; 1-1 is installed" update "$needs"
    says 4 "no repository is enabled" update "$needs"
    nothing_happened
}
steps "so is that there is no repository" no_repository

no_kernel() {
    machine
    publish "$work"/kernel/kernel-core*.rpm
    says 4 "a kernel is for dnf to install" update "$work/kernel/$patch-1-6.x86_64.rpm"
    nothing_happened
    [ "$(in_root -q kernel-core)" = "kernel-core-5.14.0-362.8.1.el9_3.x86_64" ]
}
steps "a file that wants a newer kernel does not get one" no_kernel

two_files() {
    machine
    rm -r "$root/etc/yum.repos.d"
    says 4 "needs libodd.so.1" update "$needs" "$work"/two/*.rpm
    nothing_happened
    says 0 "is installed" update "$needs" "$work"/two/*.rpm "$work"/odd/*.rpm
    is "1-5 / 1-5.ko"
    owner 2
    says 0 "nothing to install" update "$needs" "$work"/two/*.rpm
    # and back again, which is one more that needs another
    says 4 "needs kpatch-manager >= 2" update "$work"/one/*.rpm
    owner 2
    says 0 "downgrade kpatch-manager-1-1.x86_64 in place of 2-1" update "$work"/one/*.rpm "$(patch_file 2)"
    is "1-2 / 1-2.ko"
    owner 1
}
steps "files that need each other are installed together" two_files

another_machine() {
    machine
    # rpmbuild makes none for another one: this is another one
    says 4 "it is for x86_64 machines" \
        setarch i686 "$OUT/build/kpatch-manager" --root "$root" update --yes "$(patch_file 2)"
    nothing_happened
    [ "$(asked)" -eq 0 ]
}
steps "a file for another architecture is refused" another_machine

# unsigned: what is brought is not trusted more than what was named.
unsigned() {
    machine
    publish "${all[@]}"
    rpmsign --delsign "$work/www/oddly-named-3-1.x86_64.rpm" >/dev/null
    createrepo_c --quiet "$work/www"
    says 4 "oddly-named-3-1.x86_64 is refused: it is not signed" update "$needs"
    nothing_happened
}
steps "what it brings must be signed as well" unsigned
tap_end
