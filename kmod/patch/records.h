/* SPDX-License-Identifier: GPL-2.0-or-later */
/* records.h - all records of a patch; for register-*.c, one of which is in it */
#ifndef _KPATCH_RECORDS_H
#define _KPATCH_RECORDS_H

#include "kpatch-patch.h"

/*
 * The bounds of the records of one kind. The empty array gives the section
 * its type and flags where a patch has no such record: modpost wants them.
 */
#define KPATCH_RECORDS(type, kind, section)				\
	extern type kpatch_##kind##_start[], kpatch_##kind##_end[];	\
	static type kpatch_##kind##_none[0] __used __section(section)

KPATCH_RECORDS(struct kpatch_patch_func, funcs, ".kpatch.funcs");
KPATCH_RECORDS(struct kpatch_patch_dynrela, dynrelas, ".kpatch.dynrelas");
KPATCH_RECORDS(unsigned long, force, ".kpatch.force");
KPATCH_RECORDS(struct kpatch_patch_keep, keeps, ".kpatch.keeps");
KPATCH_RECORDS(struct kpatch_patch_hook, pre_patch,
	       ".kpatch.callbacks.pre_patch");
KPATCH_RECORDS(struct kpatch_patch_hook, post_patch,
	       ".kpatch.callbacks.post_patch");
KPATCH_RECORDS(struct kpatch_patch_hook, pre_unpatch,
	       ".kpatch.callbacks.pre_unpatch");
KPATCH_RECORDS(struct kpatch_patch_hook, post_unpatch,
	       ".kpatch.callbacks.post_unpatch");

#define kpatch_for_each_record(r, kind)					\
	for ((r) = kpatch_##kind##_start; (r) < kpatch_##kind##_end; (r)++)

/*
 * Stores the hooks of one kind in @field of the objects that @find(name)
 * gives. 0; -EINVAL: no such object; -EEXIST: a second hook of this kind.
 */
#define kpatch_add_hooks(kind, member, find, field)			\
({									\
	struct kpatch_patch_hook *r;					\
	int ret = 0;							\
									\
	kpatch_for_each_record(r, kind) {				\
		typeof(find("")) obj = find(r->objname);		\
									\
		ret = !obj ? -EINVAL : obj->field ? -EEXIST : 0;	\
		if (ret)						\
			break;						\
		obj->field = r->member;					\
	}								\
	ret;								\
})

#endif /* _KPATCH_RECORDS_H */
