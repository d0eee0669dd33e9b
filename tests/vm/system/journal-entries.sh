#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each change and each refusal is one entry in the journal, with fields for
# programs and an explanation for people.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

# entries COMMAND: runs it, then shows the entries it made, one a line:
# result action name version digest-length priority id
entries() {
    guest "journalctl --quiet --no-pager -n 1 -o export | sed -n 's/^__CURSOR=//p' >/root/cursor
        $1
        journalctl --sync
        # no -t: with a filter systemd 252 skips the first entry that passes it
        journalctl --quiet --no-pager -o json --after-cursor=\"\$(cat /root/cursor)\" |
        python3 -c '
import json, sys
for line in sys.stdin:
    e = json.loads(line)
    if e.get(\"SYSLOG_IDENTIFIER\") != \"kpatch-manager\" or \"MESSAGE_ID\" not in e: continue
    g = lambda k: e.get(\"KPATCH_\" + k, \"-\")
    # journald cannot name a sender that has ended before it looks
    assert e.get(\"_COMM\", \"kpatch\") in (\"kpatch-manager\", \"kpatch\"), e
    print(\"entry\", g(\"RESULT\"), g(\"ACTION\"), g(\"NAME\"), g(\"VERSION\"), len(g(\"SHA256\")), g(\"KERNEL\"), e[\"PRIORITY\"], e[\"MESSAGE_ID\"])
'" 240
}

demo=kpatch_demo_1_1
entries "kpatch-manager apply /payload/$KVER/kpatch-demo-1-1.ko"
check "apply is an entry" rc=0 "shows entry done apply $demo 1-1 64 $KVER 5 d0bb309b900e46d48a9a7d281b9b2dc8"
entries "kpatch-manager apply; kpatch-manager sync; kpatch-manager status; kpatch-manager rollback --dry-run"
check "what changes nothing is none" rc=0 "hides entry"
entries "kpatch-manager rollback"
check "rollback to none is one, and the hold another" rc=0 \
    "shows entry done rollback $demo 1-1 1 $KVER 5 8ff72f5463b6449e873b409be7d9300e" \
    "shows entry done rollback $demo 1-1 64 $KVER 5 5aa1726578c545308209119b84364f45"
entries "kpatch-manager apply /payload/$KVER/kpatch-demo-1-1.ko"
check "a refusal is an entry, once" rc=0 \
    "shows entry refused apply $demo 1-1 64 $KVER 4 624e04f9901848608eaf4afaa877189c"
if [ "$(grep -c '^entry' <<<"$out")" -eq 1 ]; then ok "$KVER: and no other"; else not_ok "$KVER: and no other" "$out"; fi
entries "kpatch-manager apply /payload/$OTHER_KVER/kpatch-demo-1-1.ko; echo x >/root/x.ko; kpatch-manager apply /root/x.ko"
check "another kernel's patch and a damaged file too" rc=0 \
    "shows entry refused apply $demo 1-1 64 $OTHER_KVER 4" "shows entry refused apply - - 1 - 4"
entries "kpatch-manager release"
check "a release is an entry" rc=0 "shows entry done release $demo 1-1 64 $KVER 5 9aa26f9eb4ca4e13a629aff5eca4f730"
entries "kpatch-manager hold 1-1"
check "a hold is an entry" rc=0 "shows entry done hold $demo 1-1 64 $KVER 5 5aa1726578c545308209119b84364f45"
entries "kpatch-manager release"
entries "(flock 9; exec sleep 60) 9>>/run/kpatch-manager.lock >/dev/null 2>&1 & sleep 1; cp /etc/kpatch/manager.conf /root/
    printf '[apply]\nlock-limit=1\n' >/etc/kpatch/manager.conf
    kpatch-manager apply; cp /root/manager.conf /etc/kpatch/; kill \$!"
check "so is being busy" rc=0 "shows entry busy apply - - 1 - 4 f4ce19432aae40819e307dbd1ed6eb88"
entries "printf '[apply]\nnonsense=1\n' >/etc/kpatch/manager.conf; systemctl restart kpatch.service
    cp /root/manager.conf /etc/kpatch/; systemctl reset-failed kpatch.service"
check "and a configuration that keeps the service from working" rc=0 \
    "shows entry configuration boot - - 1 - 3 deeb181e61ff481d9d1b19c196bfb5e5"
entries "kpatch install /payload/$KVER/kpatch-demo-1-1.ko; systemctl restart kpatch.service"
check "kpatch install and the service's work are entries" rc=0 \
    "shows entry done install $demo 1-1 64 $KVER 6 166ddbf26c194db5a522a8c107daef6d" \
    "shows entry done boot $demo 1-1 64 $KVER 5 d0bb309b900e46d48a9a7d281b9b2dc8"
entries "kpatch uninstall kpatch-demo-1-1"
check "kpatch uninstall too" rc=0 "shows entry done uninstall $demo - 1 $KVER 6 f8004ec293ab4c2d8acf059aced85c69"

guest "journalctl --no-pager -x -t kpatch-manager MESSAGE_ID=d0bb309b900e46d48a9a7d281b9b2dc8"
check "journalctl -x explains an entry, with its fields" rc=0 \
    "shows Subject: Kernel patch $demo is live" "shows man:kpatch-manager(8)"
guest "journalctl --no-pager --dump-catalog | grep -c '^Defined-By: kpatch-manager\$'"
check "the catalog has all $(grep -c '^-- ' "$TOP/conf/kpatch-manager.catalog") kinds" rc=0 \
    "shows $(grep -c '^-- ' "$TOP/conf/kpatch-manager.catalog")"
guest "mv /run/systemd/journal/socket /run/systemd/journal/away
    kpatch-manager rollback none; status=\$?
    mv /run/systemd/journal/away /run/systemd/journal/socket; exit \$status"
check "without a journal the work is done all the same" rc=0 "hides journal"
behaves unpatched
tap_end
