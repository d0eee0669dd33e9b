# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# What the scenarios in this folder share. They run as root inside the virtual
# machine, under busybox, with all test modules in /modules. A scenario states
# what must be true with `is`, `like`, `ok` and `fails`; each prints one line
# of TAP.

sys=/sys/kernel/kpatch
scenario=${scenario:?}

result() { # result STATUS DESCRIPTION
	if [ "$1" = 0 ]; then
		echo "ok - $scenario: $2"
	else
		echo "not ok - $scenario: $2"
	fi
}

ok() { # ok DESCRIPTION COMMAND...
	_what=$1; shift
	_out=$("$@" 2>&1)
	_st=$?
	result $_st "$_what"
	[ $_st = 0 ] || echo "# $* exited with $_st: $_out"
}

fails() { # fails DESCRIPTION WORDS COMMAND...: it must fail and say WORDS
	_what=$1; _words=$2; shift 2
	_out=$("$@" 2>&1)
	_st=$?
	[ $_st != 0 ] && echo "$_out" | grep -Eq -- "$_words"
	result $? "$_what"
	[ $_st != 0 ] || echo "# $* did not fail"
	echo "$_out" | grep -Eq -- "$_words" || echo "# it said: $_out"
}

is() { # is DESCRIPTION EXPECTED ACTUAL
	[ "$2" = "$3" ]
	result $? "$1"
	[ "$2" = "$3" ] || printf '# expected: %s\n# got:      %s\n' "$2" "$3"
}

# Whose modules have no cold parts, as the kernel is built without profiles.
by_clang() { grep -q clang /proc/version; }

like() { # like DESCRIPTION PATTERN TEXT
	echo "$3" | grep -Eq -- "$2"
	_st=$?
	result $_st "$1"
	[ $_st = 0 ] || printf '# expected: %s\n# got:      %s\n' "$2" "$3"
}

unlike() { # unlike DESCRIPTION PATTERN TEXT
	if echo "$3" | grep -Eq -- "$2"; then
		result 1 "$1"
		printf '# unexpected: %s\n# in:         %s\n' "$2" "$3"
	else
		result 0 "$1"
	fi
}

# EBUSY means "not now": as an operator would, try for some seconds.
again() {
	_n=0
	until _out=$("$@" 2>&1); do
		_n=$((_n + 1))
		[ $_n -lt 20 ] || { echo "$_out"; return 1; }
		sleep 0.2
	done
}

# within COMMAND...: wait until it succeeds, for half a minute at most.
within() {
	_w=0
	until "$@" > /dev/null 2>&1; do
		_w=$((_w + 1))
		[ $_w -lt 300 ] || return 1
		sleep 0.1
	done
}
# asleep_in PID FUNCTION: until the task is there
asleep_in() { within grep -q "$2" "/proc/$1/stack" || echo "not ok - $scenario: task $1 gets into $2"; }

# ftrace's lock is held while a batch is freed, which begins a second after its end.
freeing() { cat /proc/[0-9]*/stack 2> /dev/null | grep -q 'free_dead.*\[kpatch\]'; }
freed() { ! freeing; }
# Before 6.9 a grace period of ftrace's does not end while a task sleeps that ends, and
# whoever switches waits half a minute for it: none may have begun.
all_freed() { sleep 2; within freed; }

load() { _m=$1; shift; insmod "/modules/$_m.ko" "$@"; }
load_again() { again load "$@"; }
set_enabled() { echo "$2" > "$sys/$1/enabled"; }
enabled() { cat "$sys/$1/enabled"; }

# Memory that nobody points to, to /tmp/leaks. Fails where there is no kmemleak.
scan_for_leaks() {
	_leaks=/sys/kernel/debug/kmemleak
	mount -t debugfs debugfs /sys/kernel/debug 2> /dev/null
	[ -e $_leaks ] || return 1
	# Only objects older than 5 s are reported, and only after a second look.
	sleep 6
	echo scan > $_leaks
	sleep 1
	echo scan > $_leaks
	cp $_leaks /tmp/leaks
}

# Of the patch test-demo-1-1-klp, which is for the kernel's own livepatch.
klp=/sys/kernel/livepatch/test_demo_1_1_klp
klp_settled() { while [ -e $klp ] && [ "$(cat $klp/transition)" != 0 ]; do sleep 0.2; done; }
klp_off() { echo 0 > $klp/enabled; while [ -e $klp ]; do sleep 0.2; done; }

# The end of the kernel's log, without what KCSAN says of the kernel's own code.
log() { dmesg | sed '/\] =\{60,\}$/,/\] =\{60,\}$/d' | tail -n 20; }
