# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# What the compiler has made of a function beside it counts as the function: no
# task may be in it, and if there is another way into it, a patch that replaces
# the function alone is refused.
. /scenarios/lib.sh

hold() { echo "$1" > /sys/module/kpatch_clones/parameters/hold; }
all() { cat /proc/kpatch_clones; }
take_out() { again set_enabled "$1" 0; rmmod "$1"; }
before="3 12 3 3 2 3 12 1 3 21"

ok "functions with clones" load kpatch_clones
is "unpatched" "$before" "$(all)"
fails "a function is refused whose rest others call" 'invalid|Invalid' load test-clones-shared
like "the log names the rest and who calls it" \
	'kpatch_clones:shared also runs as shared.part.0, which bypass.* calls: replace shared.part.0 or that caller' "$(log)"
is "nothing is patched" "$before" "$(all)"
ok "with that caller replaced, too, it is taken" load_again test-clones-shared-bypass
is "both are patched" "100 100 3 3 2 3 12 1 3 21" "$(all)"
take_out test_clones_shared_bypass
ok "with the rest named it is taken" load_again test-clones-shared-keep
is "the caller of the rest is as before" "100 12 3 3 2 3 12 1 3 21" "$(all)"
take_out test_clones_shared_keep
ok "a function is taken whose rest is called by itself alone" load_again test-clones-own
is "it is patched" "3 12 100 3 2 3 12 1 3 21" "$(all)"
take_out test_clones_own
fails "a function that is also called in another form is refused" 'invalid|Invalid' load test-clones-special
like "the log names the form" 'kpatch_clones:special also runs as special.constprop.0' "$(log)"
ok "with both forms replaced it is taken" load_again test-clones-special-both
is "both are patched" "3 12 3 100 200 3 12 1 3 21" "$(all)"
take_out test_clones_special_both

fails "a function is refused to whose rest a neighbour jumps, in two bytes" 'invalid|Invalid' load test-clones-near
like "the log names the rest and the neighbour" \
	'kpatch_clones:near also runs as near.part.0, which neighbour.* calls' "$(log)"

ok "a function is taken whose rest lies right behind another function that is called" load_again test-clones-lone
is "it is patched" "3 12 3 3 2 3 12 1 100 21" "$(all)"
take_out test_clones_lone

hold 1
cat /proc/kpatch_clones > /tmp/all &
reader=$!
# a running task has no stack to be read, and this one wakes up now and then
cold=frozen.cold
if by_clang; then cold=frozen; fi # it has no parts
ok "the task is in $cold" within grep -qF " $cold+" "/proc/$reader/stack"
fails "a task in a cold part is in the function" 'busy' load test-clones-frozen
like "the refusal names the function" '^function frozen$' "$(cat /sys/module/kpatch/refusal)"
hold 0
wait $reader
ok "when it has left the patch loads" load_again test-clones-frozen
is "it is patched" "3 12 3 3 2 3 12 100 3 21" "$(all)"
take_out test_clones_frozen
rmmod kpatch_clones

# Of vmlinux, the first function that is refused because of a clone.
refused() { load kpatch_raw_api function="$1" refuse=1 2> /dev/null; log | grep -q "vmlinux:$1 also runs as"; }
awk '$4 == "" && tolower($2) == "t" { seen[$3] = 1 }
	END { for (f in seen) { base = f; if (sub(/\.part\.0$/, "", base) && base in seen) print base } }' \
	/proc/kallsyms | sort > /tmp/bases
found=
while read -r f && [ -z "$found" ]; do
	dmesg -c > /dev/null
	if refused "$f"; then found=$f; fi
done < /tmp/bases
if [ -z "$found" ] && by_clang; then
	echo "ok - $scenario: one in vmlinux # SKIP clang makes none"
else
	ok "there is one in vmlinux ($found)" test -n "$found"
	# Two equal clones are one, and kallsyms tells the name of one of both.
	load kpatch_liar name=1
	dmesg -c > /dev/null
	ok "it is refused, too, if its clone has another name as well" refused "$found"
	rmmod kpatch_liar
fi
rm /tmp/bases
