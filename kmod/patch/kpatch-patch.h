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
 *	int hidden_function(int x);
 *	KPATCH_USE(vmlinux, hidden_counter);
 *	KPATCH_USE(vmlinux, hidden_function);
 *	... KPATCH_SYM(hidden_counter) += KPATCH_SYM(hidden_function)(1) ...
 *
 * Every macro leaves one record in a section of its own; register-*.c reads
 * them. The record types are the layout that existing tools know.
 */
#ifndef _KPATCH_PATCH_H
#define _KPATCH_PATCH_H

#include <linux/elf.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <linux/stringify.h>

#include "call.h"

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

struct kpatch_patch_keep {
	const char *name;
	const char *objname;
};

#define _KPATCH_RECORD(type, sect, id)					\
	static struct type __UNIQUE_ID(id)				\
	__used __section(sect) __aligned(8)

/*
 * An object is a name as it is, vmlinux or that of a module with _ for -: in quotes
 * it would be another one, which nothing is called.
 */
#define _KPATCH_OBJECT(object)						\
	struct __PASTE(kpatch_object_without_quotes_, object)

/*
 * Where the macros below cannot know it, sizes and addresses are left 0. What
 * is replaced is said in modinfo too, for those who read the file.
 */
#define KPATCH_FUNC_POS(object, old, new, pos)				\
	_KPATCH_OBJECT(object);						\
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

/*
 * The clone @clone of a replaced function (foo.part.0 of foo) may go on running
 * the old code. Without this, a patch that replaces foo and not such a clone is
 * refused if there is a way into the clone that does not go through foo. For
 * kpatch-reach, @clone is also a function that foo is inlined into.
 */
#define KPATCH_KEEP(object, clone)					\
	_KPATCH_OBJECT(object);						\
	MODULE_INFO(kpatch_keep, __stringify(object) ":" __stringify(clone)); \
	_KPATCH_RECORD(kpatch_patch_keep, ".kpatch.keeps", keep) = {	\
		.name = __stringify(clone),				\
		.objname = __stringify(object),				\
	}

/* A function is the only thing that becomes its own address by being used. */
#define _KPATCH_IS_FUNC(sym)						\
	__builtin_types_compatible_p(typeof(0 ? (sym) : (sym)), typeof(&(sym)))

#define _KPATCH_IF_FUNC(sym, yes, no)					\
	__builtin_choose_expr(_KPATCH_IS_FUNC(sym), yes, no)

/* patch.mk says which file this is: several may use one symbol. */
#ifndef KPATCH_FILE
#define KPATCH_FILE	file
#endif
#define _KPATCH_CALL(_calls_sym)					\
	__PASTE(__PASTE(kpatch_in_, KPATCH_FILE), _calls_sym)

/* The static call is there for variables, too, and not used. */
#define KPATCH_USE_POS(object, sym, pos)				\
	_KPATCH_OBJECT(object);						\
	typedef typeof(*_KPATCH_IF_FUNC(sym, &(sym),			\
					(void (*)(void))NULL)) kpatch_type_##sym; \
	DEFINE_STATIC_CALL_NULL(_KPATCH_CALL(_calls_##sym), kpatch_type_##sym); \
	static struct kpatch_call kpatch_use_##sym			\
	__used __section(".kpatch.calls") = {				\
		.key = &STATIC_CALL_KEY(_KPATCH_CALL(_calls_##sym)),		\
		.trampoline = STATIC_CALL_TRAMP_ADDR(_KPATCH_CALL(_calls_##sym)), \
	};								\
	_KPATCH_RECORD(kpatch_patch_dynrela, ".kpatch.dynrelas", rela) = { \
		.dest = (unsigned long)_KPATCH_IF_FUNC(sym,		\
				(void *)&kpatch_use_##sym,		\
				(void *)&kpatch_use_##sym.addr),	\
		.type = _KPATCH_IF_FUNC(sym, KPATCH_CALL, R_X86_64_64),	\
		.sympos = (pos),					\
		.name = __stringify(sym),				\
		.objname = __stringify(object),				\
	}

/* The code uses @sym, a variable or function of @object, declared before. */
#define KPATCH_USE(object, sym)		KPATCH_USE_POS(object, sym, 0)

/*
 * The variable; or the function, to be called and nothing else: a call is a
 * direct one, which may be made whether the kernel takes the function's address
 * or not. The build of a patch that does more with it fails.
 */
#define KPATCH_SYM(sym)							\
	_KPATCH_IF_FUNC(sym, (*STATIC_CALL_TRAMP_ADDR(_KPATCH_CALL(_calls_##sym))), \
			(*KPATCH_ADDR(sym)))

/*
 * Where it is. Of a function: to be compared, or stored where the kernel itself
 * stores it. Calling it through a pointer is fatal on CPUs with CET if the
 * kernel does not do the same.
 */
#define KPATCH_ADDR(sym)		((typeof(sym) *)kpatch_use_##sym.addr)

/* May sleep; an error refuses the patch. */
#define KPATCH_PRE_PATCH(object, fn)					\
	_KPATCH_OBJECT(object);						\
	_KPATCH_RECORD(kpatch_patch_hook,				\
		       ".kpatch.callbacks.pre_patch", hook) = {		\
		.refusing = (fn), .objname = __stringify(object) }

#define _KPATCH_PLAIN_HOOK(object, fn, position)			\
	_KPATCH_OBJECT(object);						\
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
