// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vcpu: runs a virtual CPU that turns in a circle for ever, with KVM. Goes back
 * into the guest whenever it is woken, as a hypervisor does.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

static int die(const char *what)
{
	perror(what);
	return 77;
}

int main(void)
{
	static const unsigned char jump_to_self[] = { 0xeb, 0xfe };
	int kvm = open("/dev/kvm", O_RDWR), vm, vcpu;
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = 0x1000, .memory_size = 0x1000,
	};
	struct kvm_regs regs = { .rip = 0x1000, .rflags = 2 };
	struct kvm_sregs sregs;
	void *memory = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (kvm < 0 || memory == MAP_FAILED)
		return die("/dev/kvm");
	memcpy(memory, jump_to_self, sizeof(jump_to_self));
	region.userspace_addr = (unsigned long)memory;
	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0 || ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		return die("KVM_CREATE_VM");
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0 ||
	    mmap(NULL, ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
		 PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0) == MAP_FAILED)
		return die("KVM_CREATE_VCPU");
	if (ioctl(vcpu, KVM_GET_SREGS, &sregs))
		return die("KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs) || ioctl(vcpu, KVM_SET_REGS, &regs))
		return die("KVM_SET_REGS");
	while (ioctl(vcpu, KVM_RUN, 0) == 0 || errno == EINTR)
		;
	return die("KVM_RUN");
}
