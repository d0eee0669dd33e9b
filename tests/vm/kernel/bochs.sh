# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For host.sh: a boot under Bochs, an emulator that has CET, as qemu has not.
# Ten times slower than qemu; the time inside counts instructions, so that
# limits inside mean the same however busy the machine is outside.
#
# The CPU is a Tiger Lake, the first with CET. Its mitigations are on, as a
# distribution leaves them: it has eIBRS, so that the kernel needs no
# retpolines, which would hide indirect branches from CET. But its CPUID names
# no topology, and an XSAVE area that is not the size of its parts: the kernel
# warns of both when it boots.

work=${work:?} kernels=${kernels:?}

# boot_medium KVER: an ISO, as Bochs's firmware starts no kernel by itself. A
# task that dies of a missing ENDBR has interrupts off and takes the machine
# with it, sooner or later: here at once, and Bochs with it (panic=-1 resets by
# a triple fault, which ends Bochs).
boot_medium() {
	local iso=$work/$1/iso
	mkdir -p "$iso/isolinux"
	cp "$("$kernels" image "$1")" "$iso/vmlinuz"
	cp "$work/$1/initramfs" "$iso/initramfs"
	cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$iso/isolinux/"
	cat > "$iso/isolinux/isolinux.cfg" <<-END
		default kernel
		label kernel
		kernel /vmlinuz
		append initrd=/initramfs cet=1 oops=panic reboot=triple $(command_line)
	END
	xorriso -as mkisofs -quiet -o "$iso.iso" -b isolinux/isolinux.bin -c isolinux/boot.cat \
		-no-emul-boot -boot-load-size 4 -boot-info-table "$iso"
}

# machine MEDIUM LOG: its serial line is our file 3. The only display that wants
# neither X11 nor a port makes a terminal of its own. With one CPU Bochs skips
# the time in which that waits; with two a grace period may take minutes.
machine() {
	cat <<-END
		cpu: model=tigerlake, count=1, ips=50000000, reset_on_triple_fault=0
		memory: guest=${KPATCH_VM_MEMORY:-1024}, host=${KPATCH_VM_MEMORY:-1024}
		romimage: file=/usr/share/bochs/BIOS-bochs-latest
		vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
		ata0-master: type=cdrom, path=$1, status=inserted
		boot: cdrom
		display_library: term
		com1: enabled=1, mode=file, dev=/dev/fd/3
		clock: sync=none
		sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
		log: $2
		panic: action=fatal
		error: action=ignore
		info: action=ignore
		debug: action=ignore
	END
}

# watch_screen PID OUTPUT: Bochs draws on a terminal of its own, whose name it
# prints, and stops for good when nobody has read that for long. What the
# terminal echoes would be the keyboard.
watch_screen() {
	local screen=""
	until [ -n "$screen" ]; do
		kill -0 "$1" 2> /dev/null || return 0
		sleep 0.1
		screen=$(sed -n 's/^Bochs connected to screen "\(.*\)"$/\1/p' "$2")
	done
	# The end of Bochs is the end of the terminal.
	{ stty raw -echo && cat > /dev/null; } < "$screen" 2> /dev/null || true
}

# Debian's Bochs waits for a debugger's command first. It takes SIGTERM for a
# wish to debug, and a machine that powers off for a panic.
boot_bochs() {
	local at=$work/$1
	boot_medium "$1"
	machine "$at/iso.iso" "$at/bochs.log" > "$at/bochsrc"
	echo c > "$at/commands"
	TERM=linux timeout -s KILL "${machine_limit:?}" \
		bochs-bin -q -f "$at/bochsrc" -rc "$at/commands" < /dev/null 3>&1 > "$at/bochs.out" 2>&1 &
	watch_screen $! "$at/bochs.out"
	wait $! || true
	sed -n '/ACPI control: soft power off/!s/.*>>PANIC<</# Bochs:/p' "$at/bochs.log"
}
