# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# The four hooks run in order and in their contexts, on the right side of the
# switch; pre_patch may refuse; on replacement only the new patch's hooks run,
# unless the old one asks for its own.
. /scenarios/lib.sh

# An attempt that was given up with EBUSY runs pre_patch and post_unpatch.
hooks() {
	dmesg | sed -n 's/.*hook \(.*\)/\1/p' | tr '\n' ';' |
		sed 's/\(pre_patch may sleep old;post_unpatch may sleep old;\)*//'
}

dmesg -c > /dev/null
fails "pre_patch refuses" '.' load test-hooks refuse=-1
like "pre_patch ran" '^pre_patch may sleep old;' "$(hooks)"
unlike "and no other hook" 'post|unpatch' "$(hooks)"
unlike "nothing is patched" 'test_hooks' "$(ls "$sys")"
fails "pre_patch has something against it for now" 'busy' load test-hooks refuse=-16
like "the file says that it was the hook" '^hook pre_patch$' "$(cat /sys/module/kpatch/refusal)"
dmesg -c > /dev/null
ok "the patch loads" load_again test-hooks
again set_enabled test_hooks 0
is "the hooks ran in order" \
	"pre_patch may sleep old;post_patch inside the stop new;pre_unpatch inside the stop new;post_unpatch may sleep old;" \
	"$(hooks)"
dmesg -c > /dev/null
again set_enabled test_hooks 1
ok "another patch replaces it" load_again test-demo-1-1 replace=1
is "no unpatch hook ran" \
	"pre_patch may sleep old;post_patch inside the stop new;" "$(hooks)"
again set_enabled test_demo_1_1 0
ok "one that asks for its unpatch hooks loads" load_again test-hooks-on-replace
dmesg -c > /dev/null
again set_enabled test_demo_1_1 1
unlike "they do not run when another one joins it" 'unpatch' "$(hooks)"
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1
ok "another patch replaces it" load_again test-demo-1-1 replace=1
is "they ran, each once" "pre_unpatch inside the stop;post_unpatch may sleep;" "$(hooks)"
again set_enabled test_demo_1_1 0
ok "all is removed" rmmod test_hooks test_hooks_on_replace test_demo_1_1
