/* SPDX-License-Identifier: GPL-2.0-or-later */
/* call.h - a function of the kernel that a patch calls; for patches of both kinds */
#ifndef _KPATCH_CALL_H
#define _KPATCH_CALL_H

struct static_call_key;

/*
 * Functions that are not exported must not be called through a pointer (see
 * lookup.h): a patch calls them by static calls of its own, which are pointed
 * to the function when that is found.
 */
struct kpatch_call {
	struct static_call_key *key;
	void *trampoline;
	unsigned long addr;		/* set to the function's address, too */
};

/* As type of a dynamic relocation: its dest is a struct kpatch_call. */
#define KPATCH_CALL	0x10000

#endif /* _KPATCH_CALL_H */
