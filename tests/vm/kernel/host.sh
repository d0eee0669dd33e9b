# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What tests/vm/kernel/run and tests/bench share: modules built for a stock
# kernel, an initramfs with them, and a virtual machine that boots it. Source
# it, with $work naming a folder; it runs nothing.

work=${work:?}
# shellcheck source=tests/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
top=$TOP vm=$TOP/tests/vm
export KPATCH_WORK=$work
# Who knows the kernels, by default the stock ones, and the make to build for
# them with: another suite's compiler lives in a chroot (tests/vm/suite).
kernels=${KPATCH_KERNELS:-$vm/kernels}
read -ra make <<< "${KPATCH_MAKE:-make}"

kdir() { "$kernels" kdir "$1"; }

# build_core KVER: kpatch.ko
build_core() {
	"${make[@]}" -C "$top/kmod" KDIR="$(kdir "$1")" O="$work/$1/core"
}

# build_module KVER SOURCE: a plain module, from a folder with a Kbuild file
build_module() {
	local out
	out=$work/$1/$(basename "$2")
	cp -r "$2" "$out"
	"${make[@]}" -C "$(kdir "$1")" M="$out" KPATCH_INCLUDE="$top/kmod/core" \
		KBUILD_EXTRA_SYMBOLS="$work/$1/core/Module.symvers" modules
}

# build_patch KVER SOURCE NAME [BACKEND [FOLDER]]: a patch module, by the kit, or with
# $STEP one step to it
build_patch() {
	"${make[@]}" -C "$top/kmod" patch KDIR="$(kdir "$1")" SRC="$2" NAME="$3" STEP="${STEP:-module}" \
		VERSION=1-1 BACKEND="${4:-kpatch}" O="${5:-$work/$1/$3}" \
		SYMVERS="$work/$1/core/Module.symvers"
}

# wanted NAME SCENARIO...: whether these scenarios, or what they share, name it.
wanted() {
	local name=$1
	shift
	grep -qF -e "$name" -e "${name//-/_}" "$vm"/kernel/{init,lib.sh,checkers.sh,no-memory.sh} "$@"
}

# sources_of_tests SCENARIO...: what they need of tests/modules, one a line: the folder, and
# for patches the name and the backend.
sources_of_tests() {
	local src name
	for src in "$top"/tests/modules/*/; do
		src=${src%/} name=$(basename "$src")
		if ! wanted "$name" "$@"; then continue; fi
		if [ -e "$src/Kbuild" ]; then echo "$src"; else echo "$src test-$name kpatch"; fi
		if wanted "$name-klp" "$@"; then echo "$src test-$name-klp livepatch"; fi
	done
}

# build_tests KVER SCENARIO...: kpatch.ko, what they need of tests/modules, and the guide's
# example. One run of Kbuild for all: it takes as long to start as to compile a module.
build_tests() {
	local kver=$1 all=$work/$1/all src name backend
	shift
	build_core "$kver"
	mkdir -p "$all"
	sources_of_tests "$@" > "$work/$kver/sources"
	while read -r src name backend; do
		if [ -n "$name" ]; then
			STEP=folder build_patch "$kver" "$src" "$name" "$backend" "$all/$name" < /dev/null
		else
			name=$(basename "$src")
			cp -r "$src" "$all/$name"
		fi
		echo "obj-m += $name/" >> "$all/Kbuild"
	done < "$work/$kver/sources"
	"${make[@]}" -C "$(kdir "$kver")" M="$all" KPATCH_INCLUDE="$top/kmod/core" \
		KBUILD_EXTRA_SYMBOLS="$work/$kver/core/Module.symvers" modules
	while read -r src name backend; do
		if [ -n "$name" ]; then STEP=checks build_patch "$kver" "$src" "$name" "$backend" "$all/$name" < /dev/null; fi
	done < "$work/$kver/sources"
	if wanted kpatch-example-1-1 "$@"; then build_example "$kver"; fi
}

# made_of KVER SCENARIO...: a digest of all that the modules of these are made of.
made_of() {
	{
		sources_of_tests "${@:2}" | sed "s|^$top/||"
		(cd "$top" && hash_of kmod tests/modules man/kpatch-author.7 tests/vm/kernel/host.sh)
		cat "$("$kernels" root "$1")/.stamp"
		dpkg-query -W binutils gcc-12 make pahole
	} | sha256sum | cut -c1-32
}

intact() { (cd "$1" 2> /dev/null && sha256sum --status -c .sums); }

# keep_tests KVER FOLDER: keeps what was built, and of older ones the newest.
keep_tests() {
	local new=$2.new.$$
	mkdir -p "$new"
	find "$work/$1" -name '*.ko' -exec cp -t "$new" {} +
	(cd "$new" && sha256sum -- *.ko > .sums)
	rm -rf "$2"
	mv -T "$new" "$2"
	find "$CACHE/modules" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn |
		sed '1,12d; s/^[^ ]* //' | xargs -rd '\n' rm -rf
}

# modules_of_tests KVER SCENARIO...: as they were built before from the very same
# sources, if they were. Those of kernels from elsewhere are not kept.
modules_of_tests() {
	local kept
	if [ -n "${KPATCH_KERNELS:-}" ]; then build_tests "$@"; return; fi
	kept=$CACHE/modules/$(made_of "$@")
	if intact "$kept"; then
		mkdir -p "$work/$1/kept"
		cp "$kept"/*.ko "$work/$1/kept/"
		touch "$kept"
	else
		build_tests "$@"
		locked "$CACHE/modules/.lock" keep_tests "$1" "$kept"
	fi
}

# build_example KVER: the worked example of kpatch-author(7), as it is printed
build_example() {
	local out=$work/$1/author
	mkdir -p "$out"
	sed -n '/^\.\\" example: cmdline.c/,/^\.\\" end of example/p' "$top/man/kpatch-author.7" |
		sed '/^\./d; s/\\e/\\/g' > "$out/cmdline.c"
	build_patch "$1" "$out" kpatch-example-1-1
}

# build_programs KVER: what scenarios run besides busybox
build_programs() {
	local root=$work/$1/root program
	mkdir -p "$root/bin"
	cc -O2 -static -o "$root/bin/traced" "$vm/kernel/traced.c" -lbpf -lelf -lz
	cc -O2 -Wall -Wextra -Werror -static -o "$root/bin/source-route" "$vm/kernel/source-route.c"
	for program in again-and-again fail-nth ring threads unwaited vcpu; do
		cc -O2 -Wall -Wextra -Werror -static -o "$root/bin/$program" "$vm/kernel/$program.c"
	done
}

# copy_program ROOT FILE: a program and the libraries it is linked with
copy_program() {
	local library
	cp "$2" "$1/bin/"
	ldd "$2" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$1$(dirname "$library")"
		cp -L "$library" "$1$library"
	done
}

# stock_modules KVER: those of the kernel's own package that scenarios load
stock_modules() {
	local folder name file
	[ -z "${KPATCH_KERNELS:-}" ] || return 0
	folder=$("$kernels" root "$1")/lib/modules/$1/kernel
	for name in irqbypass ccp kvm kvm-amd; do
		file=$(find "$folder" -name "$name.ko*" -print -quit)
		case $file in
			*.xz) xz -dc "$file" > "$work/$1/root/modules/$name.ko" ;;
			*.ko) cp "$file" "$work/$1/root/modules/" ;;
		esac
	done
}

# pack KVER SCENARIO...: the initramfs, with all modules that were built
pack() {
	local kver=$1 root=$work/$1/root
	shift
	mkdir -p "$root/bin" "$root/modules" "$root/scenarios"
	find "$work/$kver" -name '*.ko' -not -path "$root/*" -exec cp -t "$root/modules" {} +
	if grep -qF "/modules/\$module" "$@"; then stock_modules "$kver"; fi
	cp "$(command -v busybox)" "$root/bin/busybox"
	cp "$vm/kernel/init" "$root/init"
	chmod +x "$root/init"
	cp "$vm"/kernel/{lib,checkers,no-memory}.sh "$@" "$root/scenarios/"
	# What nobody runs, and what nobody reads, takes Bochs minutes to unpack.
	if grep -Eq '^[[:space:]]*stress-ng ' "$@"; then copy_program "$root" "$(command -v stress-ng)"; fi
	if [ "${KPATCH_VM_BOOT:-qemu}" = bochs ]; then strip -g "$root"/modules/*.ko; fi
	(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) > "$work/$kver/initramfs"
}

# command_line: what every kernel here is told. A busy host's emulated timer does
# not pass the kernel's check, which none makes under a hypervisor that it knows.
command_line() {
	echo "console=ttyS0,115200 no_timer_check quiet panic=-1 log_buf_len=4M limit=${KPATCH_SCENARIO_LIMIT:-300}" \
		"${KPATCH_VM_APPEND:-} secret=hunter2 token=abc123"
}

# One thread emulates all CPUs: with one for each, kernels die now and then of text
# that they patch. Without cx16: qemu before 8.0 works out the flags of cmpxchg16b from
# those that it has not written back yet: behind "cmp; cmpxchg16b", pushfq shows bits of
# the operand. If an interrupt comes then, its iret sets them, and single-step among them
# is the death of a kernel (seen in SLUB's fast path).
boot_qemu() {
	timeout "${machine_limit:?}" qemu-system-x86_64 -accel tcg,thread=single \
		-cpu max,-cx16 -smp "${KPATCH_VM_CPUS:-2}" -m "${KPATCH_VM_MEMORY:-1024}" -nodefaults -nographic -no-reboot -serial stdio \
		-kernel "$("$kernels" image "$1")" \
		-initrd "$work/$1/initramfs" \
		-append "$(command_line)" \
		< /dev/null
}

# shellcheck source=bochs.sh
. "$vm/kernel/bochs.sh"

# boot KVER: prints what the console says. A scenario that hangs has a limit of its own
# (/init): that of the machine, in seconds, is for one that says no more, and a slow
# host's must not reach it.
boot() {
	local began=$SECONDS machine_limit=${KPATCH_VM_TIMEOUT:-1800}
	"boot_${KPATCH_VM_BOOT:-qemu}" "$1" | sed -u 's|\r||g'
	[ $((SECONDS - began)) -lt "$machine_limit" ] || echo "# the machine was stopped after $machine_limit seconds"
}
