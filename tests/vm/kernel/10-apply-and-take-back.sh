# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A patch of one function of vmlinux goes live, is shown, taken back, made live
# again and removed.
. /scenarios/lib.sh

p=test_demo_1_1
before=$(cat /proc/cmdline)
like "unpatched, the secret is seen" 'secret=hunter2' "$before"
ok "the patch loads" load_again test-demo-1-1
like "patched, the secret is masked" 'secret=\*\*\* token=abc123' "$(cat /proc/cmdline)"
is "enabled says 1" 1 "$(enabled $p)"
like "the checksum is shown" '^[0-9a-f]{64}$' "$(cat "$sys"/$p/checksum)"
like "old_addr is the function's" "^0x$(awk '$3 == "cmdline_proc_show" { print $1 }' /proc/kallsyms)$" \
	"$(cat "$sys"/$p/vmlinux/cmdline_proc_show,1/old_addr)"
like "new_addr is in the patch module" "^0x$(awk '$3 == "masked_cmdline_proc_show" { print $1 }' /proc/kallsyms)$" \
	"$(cat "$sys"/$p/vmlinux/cmdline_proc_show,1/new_addr)"
taint=$(cat /proc/sys/kernel/tainted)
is "the kernel is tainted as live patched" 32768 $((taint & 32768))
like "the module is marked with K" "^$p .*\(.*K.*\)" "$(grep "^$p " /proc/modules)"
fails "a live patch cannot be removed" 'unavailable|in use|busy' rmmod $p
fails "ftrace cannot be switched off under it" '.' sysctl -w kernel.ftrace_enabled=0
ok "it is taken back" again set_enabled $p 0
is "taken back, the kernel is as before" "$before" "$(cat /proc/cmdline)"
is "enabled says 0" 0 "$(enabled $p)"
ok "it is made live again" again set_enabled $p 1
like "patched again" 'secret=\*\*\*' "$(cat /proc/cmdline)"
fails "nonsense in enabled is refused" '.' set_enabled $p maybe
ok "it is taken back again" again set_enabled $p 0
ok "the module can be removed" rmmod $p
is "nothing is left in sysfs" "" "$(ls "$sys")"
# The newest kernels have ftrace on for good.
if sysctl -w kernel.ftrace_enabled=0 2>&1 | grep -q 'not supported'; then
	echo "ok - $scenario: ftrace can be switched off now # SKIP it never can on this kernel"
	exit
fi
ok "ftrace can be switched off now" within sysctl -w kernel.ftrace_enabled=0
fails "without ftrace nothing is patched" '.' load test-demo-1-1
is "and the kernel is as before" "$before" "$(cat /proc/cmdline)"
sysctl -qw kernel.ftrace_enabled=1
