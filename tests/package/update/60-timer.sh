#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kpatch-manager-check.service and its timer: systemd takes them, nobody gets them
# unasked, and what the unit calls does its work where the unit lets it write.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
. "$TOP/tests/package/site.sh"

unit=kpatch-manager-check
# setting NAME: its values in the service, in a line each.
setting() { sed -n "s/^$1=//p" "$TOP/conf/$unit.service" | tr ' ' '\n'; }

# installed: the units, as a package would bring them; the program is ours.
units=$work/system
mkdir -p "$units"/usr/lib/systemd/{system,system-preset} "$units/etc"
cp "$TOP"/conf/*.service "$TOP"/conf/*.timer "$units/usr/lib/systemd/system/"
cp "$TOP"/conf/*.preset "$units/usr/lib/systemd/system-preset/"
for target in multi-user timers; do
    printf '[Unit]\nDescription=for a test\n' >"$units/usr/lib/systemd/system/$target.target"
done
sed -i "s,^ExecStart=/usr/sbin/kpatch-manager,ExecStart=$OUT/build/kpatch-manager," \
    "$units"/usr/lib/systemd/system/*.service

# quietly COMMAND...: it succeeds and has nothing to say.
quietly() {
    local text
    if text=$("$@" 2>&1) && [ -z "$text" ]; then return 0; fi
    echo "$text"
    return 1
}
try "systemd finds nothing wrong in the units" quietly systemd-analyze verify --man=no \
    "$units/usr/lib/systemd/system/$unit".{service,timer}
try "the service is exposed by at most 3.0 of 10" systemd-analyze security --offline=yes \
    --threshold=30 "$units/usr/lib/systemd/system/$unit.service"
fence_calls() { [ "$(setting SystemCallFilter | grep -c '^landlock_')" -eq 3 ] && [ "$(setting SystemCallErrorNumber)" = EPERM ]; }
try "what asks the network may close itself in further" fence_calls
wanted() { [ -L "$units/etc/systemd/system/$1" ]; }
by_preset() {
    systemctl --root="$units" preset kpatch.service "$unit.timer" || return 1
    wanted multi-user.target.wants/kpatch.service || return 1
    ! wanted "timers.target.wants/$unit.timer"
}
try "the timer is off until somebody asks for it" by_preset
asked_for() { systemctl --root="$units" enable "$unit.timer" && wanted "timers.target.wants/$unit.timer"; }
try "then it is on" asked_for

if [ "$(id -u)" -ne 0 ]; then
    skip "what the service calls" "only root can ask repositories"
    tap_end
    exit 0
fi

make_patches 1 2
tiny_install "$root" "$(patch_file 1)" 2>/dev/null
mkdir -p "$root/etc/yum.repos.d" "$root/etc/kpatch" "$root/proc/sys/kernel/random" "$root/run" \
    "$root/sys/kernel/livepatch" "$root/sys/module" "$work/www"
echo "$kver" >"$root/proc/sys/kernel/osrelease"
echo boot-1 >"$root/proc/sys/kernel/random/boot_id"
cp "$(patch_file 1)" "$work/www/"
createrepo_c --quiet "$work/www"
serve main "$work/www"
# shellcheck disable=SC2154  # serve sets URL_main
printf '[site]\nname=site\nbaseurl=%s\ngpgcheck=0\n' "$URL_main" >"$root/etc/yum.repos.d/site.repo"

# run_unit: the command of the unit, with the rights and the folders that it leaves.
run_unit() {
    local -a command folders
    mapfile -t folders < <(setting ReadWritePaths | tr -d -- -; setting CacheDirectory | sed 's,^,/var/cache/,')
    mapfile -t command < <(setting ExecStart)
    mkdir -p "$root/var/cache/kpatch-manager"
    # shellcheck disable=SC2016  # the other shell expands it
    unshare --mount bash -euc '
        root=$1 capabilities=$2 folders=$3
        shift 3
        mount --bind "$root" "$root"
        for folder in $folders; do
            [ ! -d "$root$folder" ] || mount --bind "$root$folder" "$root$folder"
        done
        mount -o remount,bind,ro "$root"
        exec setpriv --no-new-privs --inh-caps=-all --bounding-set="-all,$capabilities" "$@"' - \
        "$root" "+$(setting CapabilityBoundingSet | sed 's/^CAP_//' | tr 'A-Z\n' 'a-z,' | sed 's/,$//; s/,/,+/g')" \
        "${folders[*]}" "$OUT/build/kpatch-manager" --root "$root" "${command[@]:1}"
}
note=$root/var/cache/kpatch-manager/available
left_a_note() { grep -q "^fetched=" "$note"; }
names() { grep -q "^package=$patch-1-$1.x86_64" "$note"; }

try "nothing newer is there: it succeeds without a word" quietly run_unit
try "and leaves a note that somebody looked" left_a_note
try "of nothing" fails names 2
cp "$(patch_file 2)" "$work/www/"
createrepo_c --quiet "$work/www"
# as the last who had it open leaves it
rm -f "$root"/var/lib/rpm/rpmdb.sqlite-*
try "something newer is there: that is no failure" quietly run_unit
try "the note has it" names 2
try "status tells of it" says 0 "Repository site has $patch-1-2.x86_64" manager status
rm -r "$work/www/repodata"
try "a repository that does not answer is no failure" says 0 "repository site: " run_unit
try "and what was known of it stays" names 2
rm -r "$root/var/lib/rpm"
try "without a package database it fails" says 1 "no package database" run_unit
tap_end
