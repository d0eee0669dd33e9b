# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# Patches that do not fit this kernel are refused as a whole, with a reason.
. /scenarios/lib.sh

version=$(cat /proc/version)
refused() { # refused MODULE PATTERN
	fails "$1 is refused" '.' load "test-$1"
	like "$1: the log says why" "$2" "$(log)"
	is "$1: the module is gone" "" "$(grep "^test_" /proc/modules | grep -v forced)"
	is "$1: nothing is patched" "$version" "$(cat /proc/version)"
}
refused missing "symbol 'no_such_function_anywhere' does not exist in vmlinux"
refused ambiguous "symbol 'name_show' is ambiguous in vmlinux"
refused wrong-size 'version_proc_show has size .*, the patch was made for 1'
