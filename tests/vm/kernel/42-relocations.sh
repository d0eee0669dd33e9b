# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A patch written without the kit: every type of relocation, in data and in
# read-only text, against a symbol that is not exported.
. /scenarios/lib.sh

value() { cat /sys/module/kpatch_raw_api/parameters/"$1"; }

fails "a relocation that writes outside the module is refused" '.' load kpatch_raw_api outside=1
like "the log says so" 'writes outside the patch module' "$(log)"
fails "an external symbol of which there are several is refused" '.' load kpatch_raw_api external=name_show
like "the log says so" "symbol 'name_show' is ambiguous in vmlinux" "$(log)"
ok "an external symbol may be one of the patch module itself" load_again kpatch_raw_api external=raw_pc32
is "its address was written" "$(awk '$3 == "raw_pc32" { print $1 }' /proc/kallsyms)" "$(value address)"
again set_enabled kpatch_raw_api 0
rmmod kpatch_raw_api
ok "the patch loads" load_again kpatch_raw_api
like "its function is live" 'without the kit' "$(cat /proc/version)"
is "the symbol's address was written" "$(awk '$3 == "saved_command_line" { print $1 }' /proc/kallsyms)" "$(value address)"
is "64, PC32, PLT32 and 32S agree; changed and NONE are left alone" "1 1 1 77 55" "$(value agree)"
like "the log tells what was left out" 'left out: the instruction has been changed' "$(log)"
ok "it is taken back" again set_enabled kpatch_raw_api 0
ok "and made live again" again set_enabled kpatch_raw_api 1
is "the relocations are as before" "1 1 1 77 55" "$(value agree)"
again set_enabled kpatch_raw_api 0
ok "it is removed" rmmod kpatch_raw_api
