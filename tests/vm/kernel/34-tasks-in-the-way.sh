# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# Nobody can keep a patch out: tasks that sleep in a function or enter it again
# and again are held on their way to user mode until the switch is done. Threads
# of the kernel are left alone, and tasks that no signal wakes waited for in vain.
. /scenarios/lib.sh

refusal=/sys/module/kpatch/refusal
figure() { cat /sys/module/kpatch/statistics/"$1"; }
limit() { echo "$1" > /sys/module/kpatch/parameters/park_limit_ms; }
open() { echo "$1" > /sys/module/kpatch_door/parameters/open; }
take_out() { again set_enabled "$1" 0; rmmod "$1"; }

load kpatch_door
cat /proc/kpatch_door/sleep > /tmp/slept &
sleeper=$!
asleep_in $sleeper door_sleep
limit 0
fails "without holding tasks, one that sleeps there keeps the patch out" 'busy' load test-door-sleep
like "the refusal names it" "^pid $sleeper\$" "$(cat $refusal)"
unlike "nobody was held" '^parked' "$(cat $refusal)"
limit 2000
parked=$(figure parked)
ok "the patch loads" load test-door-sleep
is "one task was held for it" 1 "$(figure last_parked)"
is "it is counted" $((parked + 1)) "$(figure parked)"
wait $sleeper
result $? "the task lives"
is "and has its answer from the new function, in the same system call" patched "$(cat /tmp/slept)"
take_out test_door_sleep

# Also of a worker that io_uring has made for a process, which has no user mode.
/bin/ring /proc/kpatch_door/sleep > /tmp/ringed 2>&1 &
ringer=$!
in_worker() { cat /proc/$ringer/task/*/stack | grep -q door_sleep; }
if within in_worker; then
	limit 0
	fails "a worker of io_uring that sleeps there keeps the patch out" 'busy' load test-door-sleep
	like "the refusal names it" "^task iou-wrk-$ringer\$" "$(cat $refusal)"
	limit 2000
	ok "the patch loads" load test-door-sleep
	is "the worker was held for it" 1 "$(figure last_parked)"
	wait $ringer
	is "its read was interrupted, and the next has its answer from the new function" \
		"interrupted patched" "$(tr '\n' ' ' < /tmp/ringed | sed 's/ $//')"
	take_out test_door_sleep
else
	echo "ok - $scenario: io_uring # SKIP this kernel gives nobody a ring: $(cat /tmp/ringed)"
	kill $ringer
fi

/bin/again-and-again /proc/kpatch_door/pass 30 &
crowd=$!
sleep 1
limit 0
fails "thirty tasks of nobody that come again and again keep it out" 'busy' load test-door-pass
# An emulated machine with checkers in its kernel is slow.
limit 20000
ok "the patch loads all the same" load test-door-pass
limit 2000
ok "they were held ($(figure last_parked))" test "$(figure last_parked)" -ge 1
is "the patch works" patched "$(cat /proc/kpatch_door/pass)"
ok "and they go on" kill -0 $crowd
killall again-and-again
sleep 1
take_out test_door_pass

cat /proc/kpatch_door/stay > /tmp/stayed &
sleeper=$!
asleep_in $sleeper door_stay
limit 300
fails "a task that no signal wakes keeps it out" 'busy' load test-door-stay
like "the refusal names it" "^pid $sleeper\$" "$(cat $refusal)"
like "and says that it was waited for" '^parked 1$' "$(cat $refusal)"
open 1
wait $sleeper
result $? "it goes on as if nothing had been"
is "with its answer" original "$(cat /tmp/stayed)"
ok "when it has left the patch loads" load_again test-door-stay
take_out test_door_stay
# One that waits for a ring does its task work there, and would not leave it.
cat > /tmp/under-ring <<'END'
. /scenarios/lib.sh
/bin/ring /proc/kpatch_door/stay > /tmp/ringed 2>&1 &
p=$!
asleep_in $p 'io_cqring_wait\|io_uring_enter'
sleep 1
limit=/sys/module/kpatch/parameters/park_limit_ms
echo 0 > $limit
if load test-demo-1-1 2> /dev/null; then
	echo "ok - $scenario: a ring # SKIP this kernel reads stacks below an eBPF program: nobody is in the way"
else
	echo 2000 > $limit
	ok "the patch loads while a task waits for a ring, below an eBPF program" load test-demo-1-1
	ok "the task was held" test "$(cat /sys/module/kpatch/statistics/last_parked)" -ge 1
fi
echo 1 > /sys/module/kpatch_door/parameters/open
wait $p
is "and has what it waited for" original "$(cat /tmp/ringed)"
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1
END
open 0
limit 2000
traced fexit __x64_sys_io_uring_enter "sh /tmp/under-ring" > /tmp/said 2>&1
grep -E '^(not )?ok|^#' /tmp/said || echo "ok - $scenario: a ring # SKIP this kernel has no fexit for io_uring_enter: $(cat /tmp/said)"
rmmod kpatch_door

load kpatch_door thread=1
sleep 1
fails "a thread of the kernel that sleeps there keeps it out" 'busy' load test-door-nap
like "the refusal names it" '^task door$' "$(cat $refusal)"
is "nobody was held" 0 "$(figure last_parked)"
rmmod kpatch_door

# A task below an eBPF program's trampoline, which has nothing to do with the
# patch: on some kernels nobody can tell where it is.
cat > /tmp/under-fexit <<'END'
. /scenarios/lib.sh
sleep 300 &
p=$!
sleep 1
ok "the patch loads while a task sleeps below an eBPF program" load test-demo-1-1
ok "the task is still asleep" kill -0 $p
again set_enabled test_demo_1_1 0
rmmod test_demo_1_1
kill $p
END
traced fexit hrtimer_nanosleep "sh /tmp/under-fexit" > /tmp/said 2>&1
grep -E '^(not )?ok|^#' /tmp/said || echo "ok - $scenario: eBPF # SKIP this kernel has no fexit for hrtimer_nanosleep"
