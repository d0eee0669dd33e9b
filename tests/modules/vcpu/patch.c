// SPDX-License-Identifier: GPL-2.0-or-later
/* A virtual CPU that runs is in this function all the time. */
#include <linux/errno.h>
#include "kpatch-patch.h"

struct kvm_vcpu;

static int new_run(struct kvm_vcpu *vcpu)
{
	return -ENXIO;
}
KPATCH_FUNC(kvm, kvm_arch_vcpu_ioctl_run, new_run);
