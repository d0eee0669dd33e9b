# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# Several functions of vmlinux have the same name: sympos says which is meant.
. /scenarios/lib.sh

fails "without sympos the patch is refused" '.' load test-ambiguous
like "the log names the symbol" "symbol 'name_show' is ambiguous in vmlinux" "$(log)"
ok "with sympos 2 it loads" load_again test-sympos-2
second=$(awk '$3 == "name_show" && NF == 3 { print $1 }' /proc/kallsyms | sed -n 2p)
is "it is the second one" "0x$second" "$(cat "$sys"/test_sympos_2/vmlinux/name_show,2/old_addr)"
again set_enabled test_sympos_2 0
rmmod test_sympos_2
fails "a sympos beyond the last is refused" '.' load test-sympos-9999
like "the log says so" "symbol 'name_show' has no position 9999 in vmlinux, only [0-9]+" "$(log)"
is "nothing is left" "" "$(find "$sys" -name "test_sympos*")"

# The shell's name is what the refusal tells of it, and is not ours to choose.
wait_in_twin() {
	printf 'him\npid 1' > /proc/self/comm
	read -r _ < /proc/kpatch_twins
}
cold_halves() {
	twins=/sys/module/kpatch_twins/parameters/inside
	ok "a module with two cold halves of one name loads" load kpatch_twins
	is "there are two of one name" 2 "$(grep -c ' twin.cold.*kpatch_twins' /proc/kallsyms)"
	wait_in_twin &
	until [ "$(cat $twins)" = Y ]; do sleep 0.1; done
	fails "a task in the second one's cold half is seen" 'busy' load test-patch-twins
	like "and named, in one line" '^task him.npid 1$' "$(cat /sys/module/kpatch/refusal)"
	echo 0 > $twins
	wait
	ok "when it has left, the patch loads" load_again test-patch-twins
	again set_enabled test_patch_twins 0
	rmmod test_patch_twins kpatch_twins
}
if by_clang; then
	echo "ok - $scenario: cold halves # SKIP clang makes none"
else
	cold_halves
fi
