/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kpatch-patch.h - how the author of a patch says what it replaces
 *
 *	static int new_foo(int x) { ... }
 *	KPATCH_FUNC(vmlinux, foo, new_foo);
 *
 * A symbol that modules cannot link against is declared, named once and then
 * used through KPATCH_SYM():
 *
 *	extern int hidden_counter;
 *	KPATCH_USE(vmlinux, hidden_counter);
 *	... KPATCH_SYM(hidden_counter)++ ...
 *
 * Every macro leaves one record in a section of its own; register-*.c reads
 * them. The record types are the layout that existing tools know.
 */
#ifndef _KPATCH_PATCH_H
#define _KPATCH_PATCH_H

#include <linux/elf.h>
#include <linux/module.h>
#include <linux/stringify.h>

#ifdef KPATCH_BACKEND_LIVEPATCH
#include <linux/livepatch.h>
typedef struct klp_object kpatch_hook_object;
#else
#include "kpatch.h"
typedef struct kpatch_object kpatch_hook_object;
#endif

struct kpatch_patch_func {
	unsigned long new_addr;
	unsigned long new_size;
	unsigned long old_addr;
	unsigned long old_size;
	unsigned long sympos;
	const char *name;
	const char *objname;
};

struct kpatch_patch_dynrela {
	unsigned long dest;
	unsigned long src;
	unsigned long type;
	unsigned long sympos;
	const char *name;
	const char *objname;
	int external;
	long addend;
};

struct kpatch_patch_hook {
	union {
		int (*refusing)(kpatch_hook_object *obj);
		void (*plain)(kpatch_hook_object *obj);
	};
	const char *objname;
};

#define _KPATCH_RECORD(type, sect, id)					\
	static struct type __UNIQUE_ID(id)				\
	__used __section(sect) __aligned(8)

/*
 * Where the macros below cannot know it, sizes and addresses are left 0. What
 * is replaced is said in modinfo too, for those who read the file.
 */
#define KPATCH_FUNC_POS(object, old, new, pos)				\
	MODULE_INFO(kpatch_func, __stringify(object) ":" __stringify(old)); \
	_KPATCH_RECORD(kpatch_patch_func, ".kpatch.funcs", func) = {	\
		.new_addr = (unsigned long)(new),			\
		.sympos = (pos),					\
		.name = __stringify(old),				\
		.objname = __stringify(object),				\
	}

/* @new replaces the function @old, whose name is unique in @object. */
#define KPATCH_FUNC(object, old, new)	KPATCH_FUNC_POS(object, old, new, 0)

/* Replace @new's original even if it is on a stack. The module then stays. */
#define KPATCH_FORCE(new)						\
	static unsigned long __UNIQUE_ID(force)				\
	__used __section(".kpatch.force") = (unsigned long)(new)

#define KPATCH_USE_POS(object, sym, pos)				\
	static typeof(sym) *kpatch_sym_##sym __used;			\
	_KPATCH_RECORD(kpatch_patch_dynrela, ".kpatch.dynrelas", rela) = { \
		.dest = (unsigned long)&kpatch_sym_##sym,		\
		.type = R_X86_64_64,					\
		.sympos = (pos),					\
		.name = __stringify(sym),				\
		.objname = __stringify(object),				\
	}

/* The code uses @sym, a variable or function of @object, declared before. */
#define KPATCH_USE(object, sym)		KPATCH_USE_POS(object, sym, 0)
#define KPATCH_SYM(sym)			(*kpatch_sym_##sym)

/* May sleep; an error refuses the patch. */
#define KPATCH_PRE_PATCH(object, fn)					\
	_KPATCH_RECORD(kpatch_patch_hook,				\
		       ".kpatch.callbacks.pre_patch", hook) = {		\
		.refusing = (fn), .objname = __stringify(object) }

#define _KPATCH_PLAIN_HOOK(object, fn, position)			\
	_KPATCH_RECORD(kpatch_patch_hook,				\
		       ".kpatch.callbacks." position, hook) = {		\
		.plain = (fn), .objname = __stringify(object) }

/* With kpatch.ko inside the stop: must not sleep. */
#define KPATCH_POST_PATCH(object, fn)					\
	_KPATCH_PLAIN_HOOK(object, fn, "post_patch")
#define KPATCH_PRE_UNPATCH(object, fn)					\
	_KPATCH_PLAIN_HOOK(object, fn, "pre_unpatch")

/* May sleep. */
#define KPATCH_POST_UNPATCH(object, fn)					\
	_KPATCH_PLAIN_HOOK(object, fn, "post_unpatch")

/*
 * Once in a patch: its unpatch hooks run also when another patch replaces it.
 * livepatch never does that.
 */
#ifdef KPATCH_BACKEND_LIVEPATCH
#define KPATCH_UNPATCH_ON_REPLACE					\
	static_assert(0, "livepatch runs no hooks of a replaced patch")
#else
extern bool kpatch_unpatch_on_replace;
#define KPATCH_UNPATCH_ON_REPLACE	bool kpatch_unpatch_on_replace = true
#endif

/* A published vulnerability that this patch closes: shown by modinfo. */
#define KPATCH_CVE(id)		MODULE_INFO(kpatch_cve, id)

#endif /* _KPATCH_PATCH_H */
