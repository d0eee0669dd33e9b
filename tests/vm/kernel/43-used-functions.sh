# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# A patch calls functions it cannot link against, of vmlinux and of the module
# it patches; for kpatch.ko, and one for the kernel's own livepatch.
. /scenarios/lib.sh

says() { cat /sys/module/kpatch_target/parameters/message; }

ok "a patch that calls a function of vmlinux loads" load_again test-used-function
is "its call answers" "CPU 0 idles in swapper/0" "$(cat /proc/version)"
ok "it is taken back" again set_enabled test_used_function 0
ok "and made live again" again set_enabled test_used_function 1
is "its call answers as before" "CPU 0 idles in swapper/0" "$(cat /proc/version)"
again set_enabled test_used_function 0
rmmod test_used_function

klp=/sys/kernel/livepatch/test_used_function_klp
ok "the same for livepatch loads" load test-used-function-klp
klp_settled
is "its call answers, too" "CPU 0 idles in swapper/0" "$(cat /proc/version)"
klp_off
rmmod test_used_function_klp

load kpatch_target
ok "one that calls a function of its module loads" load_again test-used-in-module
is "its call answers in the module" "spare 2" "$(says)"
rmmod kpatch_target
ok "the module comes back, maybe elsewhere" load kpatch_target
is "its call answers there" "spare 2" "$(says)"
again set_enabled test_used_in_module 0
is "taken back, the module is as before" original "$(says)"
ok "all is removed" rmmod test_used_in_module kpatch_target
