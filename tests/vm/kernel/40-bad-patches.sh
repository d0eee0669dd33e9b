# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# Patches that do not fit this kernel are refused as a whole, with a reason.
. /scenarios/lib.sh

version=$(cat /proc/version)
refused() { # refused MODULE PATTERN
	fails "$1 is refused" '.' load "test-$1"
	like "$1: the log says why" "$2" "$(log)"
	is "$1: the module is gone" "" "$(grep "^test_" /proc/modules | grep -v "forced\|cover")"
	is "$1: nothing is patched" "$version" "$(cat /proc/version)"
}
refused missing "symbol 'no_such_function_anywhere' does not exist in vmlinux"
refused ambiguous "symbol 'name_show' is ambiguous in vmlinux"
refused ambiguous-use "symbol 'name_show' is ambiguous in vmlinux"
# Kernels that cannot be asked which names are ambiguous are older than 6.2.
if grep -q ' kallsyms_on_each_match_symbol$' /proc/kallsyms; then
	refused ambiguous-use-klp "symbol 'name_show' is ambiguous in vmlinux"
fi
refused wrong-size 'version_proc_show has size .*, the patch was made for 1'

fails "a replacement that reaches out of its module is refused" '.' load kpatch_raw_api new_size=0x7fffffff
like "the log says why" 'the replacement of vmlinux:version_proc_show is no function of the patch module' "$(log)"
fails "one of a size that wraps around, too" '.' load kpatch_raw_api new_size=0xffffffffffffffff
fails "one for a function that lies elsewhere, too" '.' load kpatch_raw_api old_addr=0xffffffff81234567
like "the log says so, and no address" 'vmlinux:version_proc_show does not lie where the patch was made for$' "$(log)"
fails "a patch that names a function twice is refused" '.' load kpatch_raw_api twice=1
like "the log says so" 'vmlinux:version_proc_show is replaced twice' "$(log)"
is "none of them is live" "$version" "$(cat /proc/version)"

# Objects that can never come: what has a folder in /sys/module and no initstate is
# built in; "kernel", for one, has the parameters of the kernel itself.
stranger() { # stranger NAME PATTERN
	fails "a patch of $1 is refused" '.' load kpatch_raw_api "called=$1"
	like "the log says why" "$2" "$(log)"
	is "nothing is shown of it" "" "$(cat /sys/kernel/kpatch/kpatch_raw_api/enabled 2> /dev/null)"
}
stranger kernel 'kernel is built into this kernel'
stranger printk 'printk is built into this kernel'
stranger 'vm"linux"' 'is called .vm"linux"., and no module can be'
stranger no-such 'is called .no-such., and no module can be'
ok "one of a module that may come is not" load kpatch_raw_api called=no_such
is "and is told to wait" 0 "$(cat /sys/kernel/kpatch/kpatch_raw_api/no_such/patched)"
again set_enabled kpatch_raw_api 0
rmmod kpatch_raw_api
