# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash source=tests/vm/kernel/lib.sh
# Patches that kpatch-build made of the diffs in this folder: of vmlinux and of ext4, for
# livepatch and for kpatch.ko, loaded before ext4 is there and after.
. /scenarios/lib.sh

tracing=/sys/kernel/tracing
livepatch=/sys/kernel/livepatch
mkdir -p /mnt
gunzip -c /ext4.img.gz > /tmp/ext4.img
for module in crc16 crc32c_generic libcrc32c mbcache jbd2 loop; do
	[ ! -e /modules/$module.ko ] || insmod /modules/$module.ko 2> /dev/null
done
mount -t tracefs trace $tracing

settled() { [ "$(cat $livepatch/"$1"/transition)" = 0 ]; }
gone() { [ ! -e $livepatch/"$1" ]; }
klp_on() { insmod "/modules/kpatch-build-livepatch.ko" && within settled kpatch_build_livepatch; }
klp_away() {
	echo 0 > $livepatch/kpatch_build_livepatch/enabled && within gone kpatch_build_livepatch &&
		rmmod kpatch_build_livepatch
}
kpatch_on() { load_again kpatch-build-kpatch; }
kpatch_away() { again set_enabled kpatch_build_kpatch 0 && rmmod kpatch_build_kpatch; }

with_ext4() {
	insmod /modules/ext4.ko && mount -t ext4 -o loop /tmp/ext4.img /mnt
}
without_ext4() { umount /mnt && rmmod ext4; }

# fires EVENT COMMAND...: the tracepoint is seen when the command runs
fires() {
	_event=$1; shift
	echo 1 > $tracing/events/"$_event"/enable
	echo > $tracing/trace
	"$@"
	echo 0 > $tracing/events/"$_event"/enable
	grep -q "${_event#*/}:" $tracing/trace
}
makes_and_removes() { touch /mnt/traced && rm /mnt/traced; }
forks() { /bin/busybox true; }

# works BACKEND
works() {
	like "$1: /proc/cmdline counts" '^read [0-9]+: ' "$(cat /proc/cmdline)"
	touch /mnt/forbid /mnt/other /tmp/file
	ok "$1: other files can be removed" rm /mnt/other /tmp/file
	fails "$1: the patched function of ext4 refuses" 'not permitted' rm /mnt/forbid
	ok "$1: a tracepoint of ext4 fires" fires ext4/ext4_unlink_enter makes_and_removes
	ok "$1: a tracepoint of vmlinux fires" fires sched/sched_process_fork forks
}

# originals BACKEND
originals() {
	unlike "$1, taken back: /proc/cmdline is as it was" '^read' "$(cat /proc/cmdline)"
	ok "$1, taken back: the file can be removed" rm /mnt/forbid
}

round() { # BACKEND ON AWAY
	ok "$1: it loads before ext4" "$2"
	ok "$1: ext4 comes" with_ext4
	works "$1"
	ok "$1: it is taken back" "$3"
	originals "$1"
	ok "$1: it loads when ext4 is there" "$2"
	works "$1"
	ok "$1: ext4 goes" without_ext4
	ok "$1: it is taken back again" "$3"
	ok "$1: ext4 without it" with_ext4
	originals "$1"
	without_ext4
}

round livepatch klp_on klp_away
round kpatch.ko kpatch_on kpatch_away
