/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kpatch.h - what a patch module says to the core module, kpatch.ko
 *
 * A patch module describes itself with one struct kpatch_module: a list of
 * objects (vmlinux or a module), each with lists of functions and dynamic
 * relocations. Names, types and places of the members down to `kobj` are an
 * interface that existing patch modules are written and compiled against; they
 * do not change (registry.c checks the places). Members marked private are
 * zero when kpatch_register() is called first, and belong to the core from
 * then on.
 *
 * All memory handed to kpatch_register() stays the caller's. The core does not
 * touch it while the patch is not live: a module may free it when it was taken
 * back or replaced.
 */
#ifndef _KPATCH_H
#define _KPATCH_H

#include <linux/gfp.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/types.h>

struct kpatch_link;
struct kpatch_module;
struct kpatch_object;

/**
 * struct kpatch_func - one function to be replaced
 * @new_addr:	address of the replacement
 * @new_size:	its size in bytes; 0: the core asks kallsyms
 * @old_addr:	address of the original; 0: found by name. A value given is
 *		checked against the one found.
 * @old_size:	its size in bytes; 0: the core asks kallsyms. A value given is
 *		checked against the one found, which reaches to the next symbol:
 *		it may be smaller, where a function can end.
 * @sympos:	which of several symbols of this name in the object, counted
 *		from 1 in kallsyms order; 0: the name must be unique
 * @name:	name of the original
 * @list:	on kpatch_object.funcs
 * @force:	do not look for this function on stacks
 * @kobj:	not used by the core: for a module's own tree in sysfs
 */
struct kpatch_func {
	/* public */
	unsigned long new_addr;
	unsigned long new_size;
	unsigned long old_addr;
	unsigned long old_size;
	unsigned long sympos;
	const char *name;
	struct list_head list;
	int force;

	/* private */
	struct kpatch_module *patch;
	struct kpatch_object *object;
	struct kpatch_link *link;

	/* public */
	struct kobject kobj;
};

/**
 * struct kpatch_dynrela - a relocation the kernel's module loader cannot do
 * @dest:	address in the patch module to be written
 * @src:	address of the symbol; 0: found by name
 * @type:	R_X86_64_NONE, _64, _32S, _PC32 or _PLT32; or KPATCH_CALL: @dest is
 *		that of a struct kpatch_call
 * @sympos:	as in struct kpatch_func
 * @name:	name of the symbol
 * @addend:	added to the symbol's address, as in an ELF Rela entry
 * @external:	KPATCH_EXTERNAL: the symbol may also be one that vmlinux or any
 *		module exports, or one of the patch module. Other bits are
 *		private.
 * @list:	on kpatch_object.dynrelas
 *
 * What is to be written over must be zero: if it is not, alternatives have
 * changed the instruction since, and the relocation is left out.
 */
struct kpatch_dynrela {
	unsigned long dest;
	unsigned long src;
	unsigned long type;
	unsigned long sympos;
	const char *name;
	int addend;
	int external;
	struct list_head list;
};

#define KPATCH_EXTERNAL	1

/**
 * struct kpatch_object - what is patched in vmlinux or in one module
 * @list:	on kpatch_module.objects
 * @name:	"vmlinux", or the module's name as in /proc/modules
 * @funcs:	struct kpatch_func
 * @dynrelas:	struct kpatch_dynrela
 * @pre_patch_callback:	  before the switch; may sleep; not 0 refuses the patch
 * @post_patch_callback:  inside the stop, after the switch; must not sleep
 * @pre_unpatch_callback: inside the stop, before the switch; must not sleep
 * @post_unpatch_callback: after unpatching; may sleep
 * @kobj:	not used by the core: for a module's own tree in sysfs
 * @keeps:	read if kpatch_module.extended: names of clones that may go on
 *		running the old code (foo.part.0 of foo), the last one NULL; or
 *		NULL: none. A patch that replaces foo alone is refused if such a
 *		clone runs without foo and is not named here.
 *
 * All hooks run under the core's lock, which the loading and unloading of any
 * module takes, too: a hook that waits for either, or calls kpatch_register(),
 * waits for ever.
 */
struct kpatch_object {
	/* public */
	struct list_head list;
	const char *name;
	struct list_head funcs;
	struct list_head dynrelas;

	int (*pre_patch_callback)(struct kpatch_object *obj);
	void (*post_patch_callback)(struct kpatch_object *obj);
	void (*pre_unpatch_callback)(struct kpatch_object *obj);
	void (*post_unpatch_callback)(struct kpatch_object *obj);

	/* private */
	bool linked;
	bool prepared;
	struct module *mod;

	/* public */
	struct kobject kobj;
	const char * const *keeps;
};

/* Written by the core only; core.h draws the transitions. */
enum kpatch_state {
	KPATCH_DISABLED,
	KPATCH_ENABLING,
	KPATCH_ENABLED,
	KPATCH_DISABLING,
};

/**
 * struct kpatch_module - one patch
 * @mod:	the patch module, THIS_MODULE
 * @objects:	struct kpatch_object
 * @enabled:	read only: the patch is live
 * @extended:	the module was compiled with what lies behind @kobj here, and
 *		with kpatch_object.keeps. Not so in modules made for other core
 *		modules, which bring a tree of their own in sysfs.
 * @kobj:	not used by the core: for a module's own tree in sysfs
 * @checksum:	shown in sysfs; may be NULL
 * @unpatch_on_replace: its unpatch hooks run also when another patch replaces
 *		it; else only the hooks of the other one do
 */
struct kpatch_module {
	/* public */
	struct module *mod;
	struct list_head objects;
	bool enabled;
	bool extended;

	/* private */
	bool known;			/* set up by an earlier registration */
	bool forced;			/* has forced functions, or had one go by force */
	bool pinned;			/* off, but the module is held for ever */
	bool gone;			/* unregistered */
	bool dying;			/* its module will be freed whatever we do */
	u8 state;			/* enum kpatch_state */
	struct list_head list;		/* on kpatch_patches while it is not off */

	/* public */
	struct kobject kobj;
	const char *checksum;
	bool unpatch_on_replace;
};

/* /sys/kernel/kpatch */
extern struct kobject *kpatch_root_kobj;

int kpatch_register(struct kpatch_module *kpmod, bool replace);
int kpatch_unregister(struct kpatch_module *kpmod);

void *kpatch_shadow_alloc(void *obj, const char *var, size_t size, gfp_t gfp);
void *kpatch_shadow_get(void *obj, const char *var);
void kpatch_shadow_free(void *obj, const char *var);

#endif /* _KPATCH_H */
