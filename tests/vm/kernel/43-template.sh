# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A patch as older tools make them: with a tree of its own in sysfs, by which
# it registers and unregisters itself, and an exit that frees what it had
# registered without asking. kpatch(7) promises that those go on working.
. /scenarios/lib.sh

name=kpatch_template
version=$(cat /proc/version)
message() { cat /sys/module/kpatch_target/parameters/message; }
value() { cat /sys/module/$name/parameters/"$1"; }
address() { awk -v s="$1" -v m="$2" '$3 == s && $4 == m { print $1 }' /proc/kallsyms; }

# distance SYMBOL: bytes from there to the next symbol of vmlinux
distance() {
	# shellcheck disable=SC2046 # two words
	set -- $(awk -v s="$1" 'at && $1 != at { print at, $1; exit } $3 == s { at = $1 }' /proc/kallsyms)
	echo $((0x$2 - 0x$1))
}

load kpatch_target
load kpatch_exports
size=$(distance version_proc_show)
like "the function has a size" '^[1-9][0-9]+$' "$size"
for wrong in 1 $((size + 1)) $((size * 2)); do
	fails "a size of $wrong instead of $size is refused" '.' load $name "old_size=$wrong"
	like "the log says so" "version_proc_show has size $size, the patch was made for $wrong\$" "$(log)"
done
fails "an external symbol that nobody has is refused" '.' load $name external=no_such_symbol_anywhere
like "the log says so" "symbol 'no_such_symbol_anywhere' does not exist" "$(log)"
is "nothing is left of either in sysfs" "" "$(find "$sys" -name "kpatch_template*" -o -name "test_demo*")"

elf_size=$(cat /sys/module/kpatch_target/parameters/size)
like "the ELF symbol of the module's function has a size" '^[1-9][0-9]*$' "$elf_size"
ok "it loads with that, which may end before the next symbol starts" load_again $name target_size="$elf_size"
ok "it takes itself back" again set_enabled $name 0
ok "it is removed" rmmod $name
ok "it loads with external symbols" \
	load_again $name external=kpatch_exports_plain,kpatch_exports_gpl,name_show,init_task
is "they are what vmlinux or any module exports, though static ones go by the name, too" \
	"$(address kpatch_exports_plain '[kpatch_exports]') $(address kpatch_exports_gpl '[kpatch_exports]') $(address name_show '[kpatch_exports]') $(address init_task '')" \
	"$(value found)"
again set_enabled $name 0
rmmod $name

ok "it loads" load_again $name
is "it is on, and says so itself" 1 "$(enabled $name)"
like "its function is live" 'by the template' "$(cat /proc/version)"
is "that of a module, too" "from the template" "$(message)"
is "its own files are those in its tree" "$(printf 'enabled\nkpatch_target\nvmlinux')" "$(ls $sys/$name)"
is "an embedded kobject leads to its function" "0x$(address new_version "[$name]")" \
	"$(cat "$sys/$name/vmlinux/version_proc_show,1/new_addr")"

fails "to register it while it is on is an invalid argument" 'Invalid argument' set_enabled $name 1
is "it is still on" 1 "$(enabled $name)"
ok "it takes itself back" again set_enabled $name 0
is "the original runs" "$version" "$(cat /proc/version)"
is "that of the module, too" original "$(message)"
fails "to unregister it while it is off is an invalid argument" 'Invalid argument' set_enabled $name 0
ok "it switches itself on again" again set_enabled $name 1
like "its function is live again" 'by the template' "$(cat /proc/version)"
is "its hooks ran each time" pPuUpP "$(value hooks)"
rmmod kpatch_target
load kpatch_target
is "the module is patched when it comes back" "from the template" "$(message)"

ok "a patch of the kit replaces it" load_again test-demo-1-2 replace=1
like "that one is live" 'kpatched' "$(cat /proc/version)"
is "it is off" 0 "$(enabled $name)"
is "nothing of it is left" original "$(message)"
ok "it switches itself on, on top of the other" again set_enabled $name 1
like "it is live" 'by the template' "$(cat /proc/version)"
is "the other is on, too" 1 "$(enabled test_demo_1_2)"
ok "it takes itself back" again set_enabled $name 0
like "the other one decides again" 'kpatched' "$(cat /proc/version)"
echo -5 > /sys/module/$name/parameters/refuse
fails "its hook can refuse" '(I/O|Input/output) error' set_enabled $name 1
is "it is off" 0 "$(enabled $name)"
like "the other one decides" 'kpatched' "$(cat /proc/version)"
echo 0 > /sys/module/$name/parameters/refuse
ok "when the hook does not, it switches itself on" again set_enabled $name 1
again set_enabled test_demo_1_2 0
rmmod test_demo_1_2
ok "it is replaced again" load_again test-demo-1-2 replace=1

# Its exit frees the lists, then lingers: nobody may look at them.
echo 1 > /sys/module/$name/parameters/linger
rmmod $name &
for _ in $(seq 50); do
	! grep -q "^$name .*Unloading" /proc/modules || break
	sleep 0.1
done
like "it is on its way out" Unloading "$(grep "^$name " /proc/modules)"
fails "to register it now fails" 'No such device|Invalid argument' set_enabled $name 1
fails "to unregister it, too" 'Invalid argument' set_enabled $name 0
for round in 1 2 3; do
	ok "another one is taken back, round $round" again set_enabled test_demo_1_2 0
	ok "and switched on, round $round" again set_enabled test_demo_1_2 1
	rmmod kpatch_target
	ok "a module that it had patched comes back, round $round" load kpatch_target
done
echo 0 > /sys/module/$name/parameters/linger
wait
is "it is gone" "" "$(grep "^$name " /proc/modules)"

ok "with replace=1 it replaces the other one" load_again $name replace=1
is "which is off" 0 "$(enabled test_demo_1_2)"
rmmod test_demo_1_2
ok "the other one replaces it in turn" load_again test-demo-1-2 replace=1
fails "to unregister it when it is replaced is an invalid argument" 'Invalid argument' set_enabled $name 0
ok "it switches itself on" again set_enabled $name 1
is "which replaces the other one again" 0 "$(enabled test_demo_1_2)"
ok "it takes itself back" again set_enabled $name 0
ok "it is removed" rmmod $name

(
	while [ ! -e /tmp/stop ]; do
		set_enabled test_demo_1_2 1
		set_enabled test_demo_1_2 0
	done 2> /tmp/switched
	touch /tmp/stopped
) &
rounds=0
while [ $rounds -lt 10 ]; do
	load_again $name || break
	again set_enabled $name 0 || break
	rmmod $name || break
	rounds=$((rounds + 1))
done
is "it comes and goes while another patch is switched on and off" 10 $rounds
touch /tmp/stop
while [ ! -e /tmp/stopped ]; do sleep 0.1; done
rm -f /tmp/stop /tmp/stopped /tmp/switched
again set_enabled test_demo_1_2 0
ok "all are removed" rmmod test_demo_1_2 kpatch_target kpatch_exports
is "the original runs" "$version" "$(cat /proc/version)"
