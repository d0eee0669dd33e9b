#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Patch packages as vendors ship them, whose scriptlets call /usr/sbin/kpatch,
# go through their whole life; readers of kpatch list understand it throughout.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
reset

tag=$(rpm --load="$TOP/packaging/macros.kpatch" --eval "%{kpatch_module_tag $KVER}")
old=kpatch-$tag-1-7 new=kpatch-$tag-1-8
old_name=${old//-/_} new_name=${new//-/_}
store=/var/lib/kpatch/$KVER

# list_says LOADED INSTALLED: what a reader makes of kpatch list that takes
# exactly two words a line: "name=state..." and "name=kernel...".
list_says() {
    local line section="" loaded="" installed="" odd="" first second rest
    guest "kpatch list"
    while IFS= read -r line; do
        read -r first second rest <<<"$line"
        case $line in
            "Loaded patch modules:") section=loaded ;;
            "Installed patch modules:") section=installed ;;
            "") ;;
            *)
                if [ -z "$second" ] || [ -n "$rest" ]; then odd+="[$line]"; fi
                second=${second#[[(]}
                second=${second%[])]}
                if [ "$section" = loaded ]; then loaded+="$first=$second "; else installed+="$first=$second "; fi
                ;;
        esac
    done <<<"$out"
    if [ "$rc" -eq 0 ] && [ -z "$odd" ] && [ "${loaded% }" = "$1" ] && [ "${installed% }" = "$2" ] &&
        [[ $out == "Loaded patch modules:"$'\n'* && $out == *$'\n\n'"Installed patch modules:"* ]]; then
        ok "$KVER: kpatch list: loaded '$1', installed '$2'"
    else
        not_ok "$KVER: kpatch list: loaded '$1', installed '$2'" "status $rc, odd lines '$odd', output:
$out"
    fi
}

classic_is() {
    guest "cat /proc/cmdline"
    check "the kernel behaves as release $1" "shows classic release $1"
}

list_says "" ""
guest "rpm -q --provides kpatch-manager; rpm -q --whatprovides 'kpatch >= 0.6.1-1'; kpatch version"
check "kpatch-manager provides kpatch" rc=0 "shows kpatch = 0.9.11" "shows 0.9.11"
guest "systemctl --quiet disable kpatch.service; dnf -y install /payload/$KVER/classic-1-7.rpm" 240
check "dnf installs the package, its scriptlets are content" rc=0 "shows installing /usr/lib/kpatch/$KVER/$old.ko ($KVER)" \
    "shows loading patch module" "hides POST:" "hides scriptlet failed" "hides kpatch:"
classic_is 1-7
list_says "$old_name=enabled" "$old_name=$KVER"
guest "systemctl is-enabled kpatch.service; ls $store"
check "the service is enabled, and the copy has the module's own file name" rc=0 "shows enabled" "shows $old.ko" "hides $old_name.ko"
live_is 1-7
guest "kpatch load $old.ko; kpatch load $old_name; kpatch load --all; kpatch install $store/$old.ko"
check "to load or install it again is fine" rc=0 "shows module named $old_name already loaded and enabled" \
    "shows already installed" "hides kpatch:"
guest "touch $store/notes.txt '$store/two words.ko'; mkdir $store/folder.ko"
list_says "$old_name=enabled" "$old_name=$KVER"
guest "rm -r $store/notes.txt '$store/two words.ko' $store/folder.ko; kpatch info $old_name"
check "kpatch info shows the module" rc=0 "shows Patch information for $old_name:" "shows vermagic: " "shows $KVER "

guest "dnf -y install /payload/$KVER/classic-1-8.rpm" 240
check "the next release replaces it" rc=0 "shows uninstalling $old.ko ($KVER)" "hides POST:" "hides scriptlet failed"
classic_is 1-8
list_says "$new_name=enabled" "$new_name=$KVER"
guest "dnf -y downgrade /payload/$KVER/classic-1-7.rpm" 240
check "a downgrade leaves the newer one live" rc=0 "shows POST: ${new_name%_1_8}_1_8 is loaded and newer"
classic_is 1-8
guest "kpatch load --all"
check "kpatch load --all is content with it" rc=0
list_says "$new_name=enabled" "$old_name=$KVER"
guest "kpatch-manager status"
check "status says what the next boot brings" rc=0 "shows The package manager went back to $old_name (1-7)"
try "$KVER: the machine reboots after a downgrade" "$machine" reboot "$MACHINE_NAME"
classic_is 1-7
live_is 1-7
guest "systemctl is-active kpatch.service; journalctl -b -u kpatch.service"
check "kpatch.service is content, and says why it is the older one" "shows active" \
    "shows is older than 1-8, which was live last: the package manager went back to it"
needs "update again" "dnf -y install /payload/$KVER/classic-1-8.rpm"
classic_is 1-8

try "$KVER: the machine reboots" "$machine" reboot "$MACHINE_NAME"
classic_is 1-8
list_says "$new_name=enabled" "$new_name=$KVER"
guest "dnf -y remove $package" 240
check "dnf removes the package, its scriptlet is content" rc=0 "shows uninstalling $new.ko" "hides scriptlet failed" "hides kpatch:"
classic_is 1-8
list_says "$new_name=enabled" ""
guest "kpatch unload $new.ko"
check "kpatch unload takes it out" rc=0 "shows disabling patch module: $new_name" "shows unloading patch module: $new_name"
behaves unpatched
list_says "" ""
guest "kpatch unload $new_name"
check "what is not loaded cannot be unloaded" rc=1 "shows patch module $new_name is not loaded"
guest "kpatch unload --all && kpatch load --all && kpatch signal"
check "nothing to do is fine" rc=0

guest "kpatch install -k $KVER /payload/$OTHER_KVER/kpatch-demo-1-1.ko"
check "a module of another kernel is not installed" rc=1 "shows invalid module version $OTHER_KVER for kernel $KVER"
guest "kpatch install -k $OTHER_KVER /payload/$OTHER_KVER/kpatch-demo-1-1.ko && kpatch load --all"
check "for its own kernel it is, and does not touch this one" rc=0
behaves unpatched
guest "kpatch uninstall kpatch_demo_1_1; kpatch uninstall -k $OTHER_KVER kpatch_demo_1_1"
check "uninstall means one kernel" rc=0 "shows kpatch_demo_1_1 is not installed for kernel $KVER" \
    "shows uninstalling kpatch_demo_1_1 ($OTHER_KVER)"
guest "kpatch load /payload/$KVER/kpatch-demo-1-1.ko"
check "kpatch load of a file makes it live" rc=0 "shows loading patch module: /payload/$KVER/kpatch-demo-1-1.ko"
behaves 1-1
list_says "kpatch_demo_1_1=enabled" ""
guest "kpatch unload --all; insmod /payload/$KVER/kpatch-demo-lp-1-1.ko
    kpatch load /payload/$KVER/kpatch-demo-lp-1-1.ko && echo \"transition=\$(cat /sys/kernel/livepatch/*/transition)\""
check "kpatch load awaits a transition that is under way" rc=0 "hides kpatch:" "shows transition=0"
behaves 1-1
guest "kpatch unload --all; mkdir -p /etc/kpatch/health.d; check=/etc/kpatch/health.d/50-no
    printf '#!/bin/sh\nexit 7\n' >\$check; chmod 0755 \$check
    kpatch load /payload/$KVER/kpatch-demo-1-1.ko; status=\$?; rm \$check; exit \$status"
check "what kpatch load makes live is on trial like any other" rc=1 "shows failed to load module" "shows 50-no"
behaves unpatched
tap_end
