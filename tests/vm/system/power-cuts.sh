#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The plug is pulled at random moments of what changes patches, and of boots. After each
# cut the best patch is live, or one that died once waits for the next boot while an older
# one is live; no record is lost; and in the end the machine is as if nothing had been.
# KPATCH_CUTS: how many; KPATCH_SEED: repeats a run.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

cuts=${KPATCH_CUTS:-100}
seed=${KPATCH_SEED:-$((RANDOM + 1))}
RANDOM=$seed

# What is done: its name, how long it may take (seconds), where it can be done (the release
# that is installed, or *), and the command.
table() {
    cat <<END
install	20	none	yum -y install $package-1-1
install-newest	20	none	yum -y install $package
yum-update	20	1-1	yum -y update $package
update	12	1-1	kpatch-manager update --yes
yum-downgrade	20	1-2	yum -y downgrade $package-1-1
downgrade	12	1-2	kpatch-manager update --yes 1-1
rollback	5	1-2	kpatch-manager rollback
apply	5	*	kpatch-manager --quiet rollback none; kpatch-manager --quiet release; kpatch-manager apply
boot	25	*
END
}

# choose INSTALLED: one line of the table
choose() {
    local -a lines
    mapfile -t lines < <(table | awk -F '\t' -v here="$1" '$3 == here || $3 == "*" && here != "none"')
    printf '%s\n' "${lines[RANDOM % ${#lines[@]}]}"
}

# what the machine says of itself, for tests/vm/after-cut and for whoever reads the log
look() {
    guest "ls /usr/lib/kpatch/$KVER | sed 's/^/file /'; ls /var/lib/kpatch /var/lib/kpatch/$KVER | sed 's/^/kept /'
        grep -q hunter2 /proc/cmdline && echo 'runs -' || { grep -q kpatched /proc/version && echo 'runs 1-2' || echo 'runs 1-1'; }
        rpm -qa --qf 'package %{version}-%{release}\n' 'kpatch-patch-*'
        rpmdb --verifydb || echo 'damage the package database'
        kpatch-manager history >/dev/null || echo 'damage the history'
        dmesg | grep -E 'EXT4-fs error|BUG:|Oops|WARNING:' | sed 's/^/damage /'
        kpatch-manager status --json" 180
}

# wait_for_watcher: most rounds begin when the last boot has been proven good, and some before.
wait_for_watcher() {
    guest "for i in \$(seq 60); do [ -e /run/kpatch-attempt ] || break; sleep 1; done
        kpatch-manager --quiet release; kpatch-manager --quiet apply" 180
}

one() {
    local number=$1 name span command after installed verdict description
    installed=$(guest "rpm -qa --qf '%{version}-%{release}\n' 'kpatch-patch-*' | sort | tail -n 1"; echo "${out:-none}")
    IFS=$'\t' read -r name span _ command < <(choose "$installed")
    after=$(awk -v span="$span" -v r="$RANDOM" 'BEGIN { printf "%.2f", span * r / 32767 }')
    description="$number: cut $after s into $name"
    if ! "$machine" cut "$MACHINE_NAME" --after "$after" ${command:+-- "$command"}; then
        not_ok "$KVER: $description, and it boots"
        return 1
    fi
    look
    if verdict=$("$TOP/tests/vm/after-cut" <<<"$out" 2>&1); then ok "$KVER: $description: $verdict"; else
        not_ok "$KVER: $description" "$verdict
$out"
    fi
    [ $((RANDOM % 4)) -eq 0 ] || wait_for_watcher
}

note "KPATCH_SEED=$seed repeats these $cuts cuts"
needs "keep the configuration" "cp -n /etc/kpatch/manager.conf /root/manager.conf"
good_after 3
for number in $(seq "$cuts"); do one "$number" || break; done
wait_for_watcher
guest "kpatch-manager update --yes && rpm -V \$(rpm -qa 'kpatch-patch-*') && ls /usr/lib/kpatch/$KVER/"
check "in the end an update leaves what it should, and nothing else" rc=0 "shows $series-1-2.ko" "hides $series-1-1.ko"
proven
behaves 1-2 "and it is live"
guest "kpatch-manager status --check"
check "status finds nothing" rc=0
needs "clean up" "cp /root/manager.conf /etc/kpatch/manager.conf"
tap_end
