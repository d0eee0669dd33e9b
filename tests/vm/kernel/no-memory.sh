# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=lib.sh
# For scenarios in which each allocation that the core makes fails once, the others
# not: then the error is told, nothing is half done, and the same thing works
# right after. Source it after lib.sh; where the kernel cannot make allocations fail,
# the scenario ends.

sys=${sys:?}
debugfs=/sys/kernel/debug
mount -t debugfs debugfs $debugfs 2> /dev/null
if [ ! -e $debugfs/failslab/require-start ]; then
	umount $debugfs
	exit 0
fi
t=/sys/kernel/tracing
mount -t tracefs tracefs $t 2> /dev/null

set_up() { # set_up FILE TEXT
	echo "$2" > "$debugfs/failslab/$1"
	echo "$2" > "$debugfs/fail_page_alloc/$1"
}

# below FIRST LAST: only allocations with something in between on the stack count
below() {
	set_up require-start "0x$1"
	set_up require-end "0x$2"
}
below_core() {
	# shellcheck disable=SC2046  # two words
	below $(awk '$4 == "[kpatch]" && tolower($2) == "t" { print $1 }' /proc/kallsyms | sort | sed -n '1p;$p')
}
below_function() {
	# shellcheck disable=SC2046  # two words
	below $(grep -A 1 -m 1 " $1\$" /proc/kallsyms | cut -d' ' -f1)
}

# All that a patch changes, and what would show that something was forgotten.
# Asked for some hundred times, so in few processes.
state() {
	ls -R "$sys"
	# shellcheck disable=SC2046  # names of files, some of which may not be there
	awk '
		FILENAME == "/proc/modules" { print $1, $3; next }
		/^(cmdline_proc_show|version_proc_show|target_message) \(/ { print "ftrace calls for " $1; next }
		FILENAME !~ /enabled_functions/ { print FILENAME ": " $0 }' \
		/proc/cmdline /proc/version /proc/modules $t/enabled_functions \
		$(ls /sys/module/kpatch_target/parameters/message "$sys"/*/enabled) | sort
} 2> /dev/null

# must_be FILE: the state, at once or soon, since some things are freed later.
must_be() {
	tries=0
	until state > /tmp/now; cmp -s /tmp/now "$1"; do
		tries=$((tries + 1))
		if [ $tries = 20 ]; then
			diff "$1" /tmp/now | grep '^[-+][^-+]' | sed "s|^|not as $1: |"
			return 1
		fi
		sleep 0.2
	done
}

# attempt COMMAND...: with the n-th allocation failing. Says what is wrong. That
# it works right after is for the next attempt to show, which gets further.
attempt() {
	said=$(/bin/fail-nth "$n" "$@")
	dmesg -c > /tmp/log
	grep -E "${faults:?}" /tmp/log
	case $said in
	"injected 12 "*)
		needed=$((needed + 1))
		must_be /tmp/before
		;;
	*" 0 "*) must_be /tmp/after && $undo && must_be /tmp/before ;;
	*" 16 "*)			# a task is in the way: this one again
		n=$((n - 1))
		busy=$((busy + 1))
		[ $busy -lt 50 ] || echo "busy for too long"
		sleep 0.2
		;;
	*) echo "a strange error" ;;
	esac
	case $said in "untouched 0 "*) n=last ;; *) n=$((n + 1)) ;; esac
}

# every WHAT UNDO COMMAND...: a command for fail-nth, and what undoes it
every() {
	what=$1 undo=$2 n=1 count=1 said="" needed=0 busy=0
	shift 2
	state > /tmp/before
	again /bin/fail-nth 0 "$@"
	sleep 1
	state > /tmp/after
	$undo
	must_be /tmp/before > /tmp/wrong
	result $? "$what works"
	while [ $n != last ] && [ ! -s /tmp/wrong ]; do
		count=$n
		attempt "$@" > /tmp/wrong 2>&1
	done
	[ ! -s /tmp/wrong ]
	result $? "$what can do without $((count - 1 - needed)) allocations, and fails cleanly without any of $needed"
	[ -s /tmp/wrong ] || return 0
	echo "# number $count: $said"
	sed 's/^/# /' /tmp/wrong /tmp/log
	must_be /tmp/before > /dev/null || $undo
}

set_up ignore-gfp-wait N
echo N > $debugfs/fail_page_alloc/ignore-gfp-highmem
echo 0 > $debugfs/fail_page_alloc/min-order
