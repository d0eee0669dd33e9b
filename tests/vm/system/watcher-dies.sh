#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who watches a patch is killed, or could write nothing, and the machine reboots in order:
# nobody is blamed, and the patch is live again.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

watcher=kpatch-boot-good.service
dropin=/run/systemd/system/$watcher.d

# lonely: systemd does not start the watcher again, until the next boot.
lonely() {
    needs "let nobody start the watcher again" "mkdir -p $dropin && printf '[Service]\nRestart=no\n' >$dropin/no.conf && systemctl daemon-reload"
}
kill_watcher() { needs "kill the watcher" "systemctl kill -s KILL $watcher; sleep 3"; }
# state: what is noted of this boot, and who watches.
state() {
    guest "python3 -c 'import sqlite3
rows = sqlite3.connect(\"/var/lib/kpatch/state.db\").execute(\"select version from attempts where kver = ?\", (\"$KVER\",))
print(\"mark of\", [row[0] for row in rows])'
        echo \"watcher \$(systemctl is-active $watcher)\""
}
# nobody_is_blamed: after a reboot.
nobody_is_blamed() {
    guest "journalctl -b -o cat -u kpatch.service; kpatch-manager status; kpatch-manager status --check"
    check "nobody is blamed" rc=0 "hides died" "hides blocked" "shows up-to-date"
}
apply_again() { needs "make it live again" "kpatch-manager --quiet rollback none && kpatch-manager --quiet release && kpatch-manager apply"; }

needs "keep the configuration" "cp -n /etc/kpatch/manager.conf /root/manager.conf"
good_after 600
needs "install release 1-1" "yum -y install $package-1-1"
guest "systemctl is-active kpatch-boot-end.service"
check "systemd is going to tell of an orderly end" rc=0
kill_watcher
guest "systemctl is-active $watcher; systemctl show -P NRestarts $watcher"
check "a watcher that is killed is started again" rc=0 "shows active
1"
lonely
kill_watcher
state
check "one that is not leaves a mark" "shows mark of ['1-1']" "shows watcher failed"
guest "sleep 10; kpatch-manager status; sleep 2; systemctl is-active $watcher"
check "status says so and starts it" rc=0 "shows nobody watched any more" "shows started again"
kill_watcher
guest "kpatch-manager sync; sleep 2; systemctl is-active $watcher"
check "so does sync" rc=0 "shows nobody watched any more"
kill_watcher
try "$KVER: the machine reboots, and nobody has watched" "$machine" reboot "$MACHINE_NAME"
behaves 1-1 "release 1-1 is live"
nobody_is_blamed

# Between the mark and the hand-over: apply is killed by the systemctl that it calls.
needs "let apply be killed when it hands over" "
    kpatch-manager --quiet rollback none && kpatch-manager --quiet release || exit
    systemctl stop $watcher  # who watches since the boot would watch this, too
    mkdir -p /root/real && cp \"\$(command -v systemctl)\" /root/real/systemctl
    printf '#!/bin/sh\ncase \$* in *restart*boot-good*) kill -9 \$PPID ;; *) exec /root/real/systemctl \"\$@\" ;; esac\n' >/root/killer
    chmod +x /root/killer && mount --bind /root/killer \"\$(realpath \"\$(command -v systemctl)\")\""
guest "kpatch-manager apply"
check "apply is killed" rc=137
needs "let systemctl be as it was" "umount \"\$(realpath \"\$(command -v systemctl)\")\"; rm -r /root/real /root/killer"
state
check "there is a mark, and nobody watches" "shows mark of ['1-1']" "hides watcher active"
try "$KVER: the machine reboots after that" "$machine" reboot "$MACHINE_NAME"
behaves 1-1 "release 1-1 is live"
nobody_is_blamed

# At any other moment.
needs "let apply be killed at many moments" "for i in 0 1 2 3 4 5 6 7; do
        kpatch-manager --quiet rollback none; kpatch-manager --quiet release
        kpatch-manager apply & p=\$!
        for try in \$(seq 2000); do [ -L /var/lib/kpatch/.mark-$KVER ] && break; sleep 0.01; done
        sleep 0.0\$i; kill -9 \$p; wait \$p
    done 2>/dev/null; true"
try "$KVER: the machine reboots after the last of them" "$machine" reboot "$MACHINE_NAME"
behaves 1-1 "release 1-1 is live"
nobody_is_blamed

good_after 20
apply_again
guest "for size in 100M 10M 1M 100K 4K; do while fallocate -l \$size /fill.\$RANDOM\$RANDOM 2>/dev/null; do :; done; done
    dd if=/dev/zero of=/fill.last bs=4k 2>&1 | tail -n 1
    for i in \$(seq 60); do journalctl -b -o cat -u $watcher | grep 'tried again every' && break; sleep 1; done
    systemctl is-active $watcher; ls -l /var/lib/kpatch/.mark-$KVER" 180
check "on a full disk the watcher says what is wrong, and goes on" "shows it is tried again every 10 seconds" "shows active"
check "the machine lives, and that much is noted" "shows No such file"
lonely
kill_watcher
needs "make room" "rm -f /fill.*; sync"
state
check "who was killed then could not end the mark" "shows mark of ['1-1']" "hides watcher active"
try "$KVER: the machine reboots after that" "$machine" reboot "$MACHINE_NAME"
behaves 1-1 "release 1-1 is live"
nobody_is_blamed
apply_again
guest "for size in 100M 10M 1M 100K 4K; do while fallocate -l \$size /fill.\$RANDOM\$RANDOM 2>/dev/null; do :; done; done
    dd if=/dev/zero of=/fill.last bs=4k 2>/dev/null
    for i in \$(seq 60); do journalctl -b -o cat -u $watcher | grep 'tried again every' && break; sleep 1; done; rm -f /fill.*" 180
proven
guest "journalctl -b -o cat -u $watcher"
check "when there is room again it concludes" "shows 1-1) has proven to be good"

needs "clean up" "cp /root/manager.conf /etc/kpatch/manager.conf"
tap_end
