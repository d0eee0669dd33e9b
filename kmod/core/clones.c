// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clones.c - what the compiler has made of a function beside the function
 *
 * GCC's names tell: foo.cold (GCC 8: foo.cold.N) is an unlikely part that foo
 * jumps to; foo.part.N is the rest of foo, which foo calls, and so does
 * everybody into whom the head of foo was inlined; foo.isra.N and
 * foo.constprop.N are called in place of foo. Clones have clones:
 * foo.isra.0.cold.
 *
 * A clone still runs the old code when foo is replaced. No task may be in it
 * during the switch, and whoever gets there without passing the entry of foo
 * never sees the replacement: such a patch is refused.
 */
#include <linux/jhash.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "compat.h"
#include "core.h"
#include "unexported.h"

/* A clone in vmlinux, once for every name that it is a clone of. */
struct clone {
	u32 base;		/* hash of the name before the ending */
	u32 offset;		/* from _stext */
};

/* Made at init, never changed afterwards: vmlinux does not change either. */
static struct clone *clones;
static size_t nr_clones;
static unsigned long text_start, text_end;	/* of vmlinux */

/* Length of the ending at @dot; 0: this is no ending of a clone. */
static size_t ending(const char *dot)
{
	static const char * const endings[] = {
		".cold", ".part.", ".isra.", ".constprop.",
	};
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(endings); i++) {
		len = strlen(endings[i]);
		if (!strncmp(dot, endings[i], len) &&
		    (i || !dot[len] || dot[len] == '.'))
			return len;
	}
	return 0;
}

/* Is @name a clone of @base? */
static bool is_clone_of(const char *name, const char *base)
{
	size_t len = strlen(base);

	return !strncmp(name, base, len) && ending(name + len);
}

/* Nobody but the function itself reaches a cold part: it is jumped to. */
static bool is_cold(const char *name, const char *base)
{
	return strstr(name + strlen(base), ".cold");
}

struct collection {
	struct clone *clone;
	size_t nr;
	size_t max;
	int error;
};

static int collect(struct collection *c, const char *name, size_t base,
		   unsigned long addr)
{
	struct clone *bigger;

	if (c->nr == c->max) {
		size_t max = c->max ? 2 * c->max : 4096;

		bigger = vmalloc(array_size(max, sizeof(*bigger)));
		if (!bigger)
			return -ENOMEM;
		if (c->nr)
			memcpy(bigger, c->clone, c->nr * sizeof(*bigger));
		vfree(c->clone);
		c->clone = bigger;
		c->max = max;
	}
	c->clone[c->nr++] = (struct clone){
		.base = jhash(name, base, 0), .offset = addr - text_start,
	};
	return 0;
}

static int symbol_seen(void *data, const char *name, unsigned long addr)
{
	struct collection *c = data;
	const char *dot = strchr(name, '.');

	if (!dot || addr < text_start || addr >= text_end)
		return 0;
	for (; dot && !c->error; dot = strchr(dot + 1, '.'))
		if (dot > name && ending(dot))
			c->error = collect(c, name, dot - name, addr);
	return c->error;
}

static int clone_cmp(const void *a, const void *b)
{
	const struct clone *x = a, *y = b;

	if (x->base != y->base)
		return x->base < y->base ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/**
 * kpatch_clones_init - find all clones in vmlinux
 *
 * One pass over all symbols, so that linking a function needs none. May sleep.
 * Returns 0 or an error.
 */
int __init kpatch_clones_init(void)
{
	struct collection c = {};

	text_start = kpatch_find_any("_stext");
	text_end = kpatch_find_any("_etext");
	if (!text_start || text_end <= text_start) {
		pr_err("this kernel has no _stext and _etext\n");
		return -EOPNOTSUPP;
	}
	kpatch_each_vmlinux_symbol(symbol_seen, &c);
	if (c.error) {
		vfree(c.clone);
		return c.error;
	}
	sort(c.clone, c.nr, sizeof(*c.clone), clone_cmp, NULL);
	clones = c.clone;
	nr_clones = c.nr;
	return 0;
}

void kpatch_clones_exit(void)
{
	vfree(clones);
}

/* The first in the table whose base has this hash, or where it would be. */
static size_t first_of(u32 base)
{
	size_t low = 0, high = nr_clones;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (clones[mid].base < base)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct clone_search {
	const char *base;
	unsigned int wanted;		/* counts down */
	unsigned long addr;		/* of the one wanted */
	char *name;			/* KSYM_SYMBOL_LEN bytes */
};

static int clone_hit(void *data, const char *name, unsigned long addr)
{
	struct clone_search *s = data;

	if (!is_clone_of(name, s->base) || s->wanted--)
		return 0;
	s->addr = addr;
	strscpy(s->name, name, KSYM_SYMBOL_LEN);
	return 1;
}

struct name_search {
	const char *base;
	unsigned long addr;
	char *name;
};

static int name_seen(void *data, const char *name, unsigned long addr)
{
	struct name_search *s = data;

	if (addr != s->addr || !is_clone_of(name, s->base))
		return 0;
	strscpy(s->name, name, KSYM_SYMBOL_LEN);
	return 1;
}

/*
 * Is there a clone of @base at @addr, and what is it called? Of clones that turn
 * out equal the compiler makes one with several names, of which kallsyms tells one:
 * then all symbols are gone through. False if only the hashes of names agree.
 */
static bool is_clone_at(unsigned long addr, const char *base, char *name)
{
	struct name_search s = { .base = base, .addr = addr, .name = name };

	sprint_symbol_no_offset(name, addr);
	if (is_clone_of(name, base))
		return true;
	*name = '\0';
	kpatch_each_vmlinux_symbol(name_seen, &s);
	return *name;
}

static void search_vmlinux(struct clone_search *s)
{
	u32 base = jhash(s->base, strlen(s->base), 0);
	size_t i;

	for (i = first_of(base); i < nr_clones && clones[i].base == base; i++) {
		unsigned long addr = text_start + clones[i].offset;

		if (!is_clone_at(addr, s->base, s->name) || s->wanted--)
			continue;
		s->addr = addr;
		break;
	}
}

/* The @n-th clone of @base, from 0, with its name; 0: there are no more. */
static unsigned long find_clone(struct module *mod, const char *base,
				unsigned int n, char *name)
{
	struct clone_search s = { .base = base, .wanted = n, .name = name };

	if (mod)
		kpatch_each_module_symbol(mod, clone_hit, &s);
	else
		search_vmlinux(&s);
	return s.addr;
}

static int add_part(struct kpatch_func *func, unsigned long addr)
{
	struct kpatch_link *link = func->link;
	size_t size = (link->nr_parts + 1) * sizeof(*link->part);
	struct kpatch_part *part = krealloc(link->part, size, GFP_KERNEL);

	if (!part)
		return -ENOMEM;
	link->part = part;
	part[link->nr_parts++] = (struct kpatch_part){
		.addr = addr, .size = kpatch_symbol_size(addr),
	};
	return 0;
}

/* Modules made for other core modules have no such member. */
static const char * const *keeps(const struct kpatch_object *obj)
{
	const struct kpatch_func *func;

	kpatch_for_each_func(obj, func)
		return func->patch->extended ? obj->keeps : NULL;
	return NULL;
}

/*
 * Does the patch know of @clone of @base? It may also replace what lies
 * between the two, whose clone it is then.
 */
static bool is_named(const struct kpatch_object *obj, const char *base,
		     const char *clone)
{
	const char * const *keep = keeps(obj);
	const struct kpatch_func *func;

	kpatch_for_each_func(obj, func)
		if (!strcmp(func->name, clone) ||
		    (is_clone_of(func->name, base) &&
		     is_clone_of(clone, func->name)))
			return true;
	for (; keep && *keep; keep++)
		if (!strcmp(*keep, clone))
			return true;
	return false;
}

/* Is @addr in a function that the object replaces, or in a part of one? */
static bool is_replaced(const struct kpatch_object *obj, unsigned long addr)
{
	const struct kpatch_func *func;
	unsigned int i;

	kpatch_for_each_func(obj, func) {
		if (addr - func->old_addr < func->link->size)
			return true;
		for (i = 0; i < func->link->nr_parts; i++)
			if (addr - func->link->part[i].addr < func->link->part[i].size)
				return true;
	}
	return false;
}

/*
 * Does an instruction start at @at? Told from the start of the function that it
 * is in; true if nobody can tell.
 */
static bool is_instruction(unsigned long at)
{
	unsigned long size = 0, offset = 0, p, end;

	if (!kpatch_kernel(kallsyms_lookup_size_offset)(at, &size, &offset))
		return true;
	p = at - offset;
	for (end = p + size; p && p < at; )
		p = kpatch_arch_next(p, end);
	return !p || p == at;
}

/*
 * A neighbour's jump has room for two bytes only, which are found anywhere: so
 * they must be an instruction, and it must meet the clone's very start.
 */
static bool jumps_short(unsigned long at, unsigned long clone)
{
	unsigned long target;

	return at - clone + KPATCH_SHORT_JUMP_MAX <= 2 * KPATCH_SHORT_JUMP_MAX &&
	       kpatch_arch_short_jump((const u8 *)at, &target) &&
	       target == clone && is_instruction(at);
}

/*
 * Is @target in the padding of @clone, and no function of its own that ends where
 * the clone begins? Padding may have a symbol, too, but none of a function's name.
 */
static bool is_padding(unsigned long target, unsigned long clone)
{
	unsigned long size, offset;
	char *name;
	bool own;

	if (clone - target > KPATCH_PADDING_MAX)
		return false;
	if (!kpatch_kernel(kallsyms_lookup_size_offset)(target, &size, &offset) ||
	    offset)
		return true;
	name = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);
	if (!name)
		return true;
	sprint_symbol_no_offset(name, target);
	own = strncmp(name, "__pfx_", 6) && strncmp(name, "__cfi_", 6);
	kfree(name);
	return !own;
}

/* May sleep. */
static bool branches_to(unsigned long at, unsigned long clone)
{
	unsigned long target;

	return (kpatch_arch_branch((const u8 *)at, &target) &&
		(target == clone || is_padding(target, clone))) ||
	       jumps_short(at, clone);
}

/*
 * Who calls or jumps to @clone without being replaced? 0: nobody. Bytes that
 * only look like a call are taken for one: then the patch is refused, and its
 * author can say that it is right.
 */
static unsigned long find_caller(const struct kpatch_object *obj,
				 unsigned long clone)
{
	unsigned long at = text_start, size = text_end - text_start, end;

	if (obj->mod)
		kpatch_module_text(obj->mod, &at, &size);
	for (end = at + size - 6; at < end; at++) {
		if (!(at & (PAGE_SIZE - 1)))
			cond_resched();
		if (branches_to(at, clone) && !is_replaced(obj, at))
			return at;
	}
	return 0;
}

/* @clone runs the old code: does anybody get there but through @func? */
static int check_reach(const struct kpatch_object *obj,
		       const struct kpatch_func *func, unsigned long addr,
		       const char *clone)
{
	unsigned long caller;

	if (is_cold(clone, func->name) || is_named(obj, func->name, clone))
		return 0;
	caller = find_caller(obj, addr);
	if (!caller)
		return 0;
	pr_err("%s:%s also runs as %s, which %ps calls: replace %s or that caller, too, or name it with KPATCH_KEEP\n",
	       obj->name, func->name, clone, (void *)caller, clone);
	return -EINVAL;
}

/**
 * kpatch_clones_find - find the clones of a function that is replaced
 * @obj:	the object
 * @func:	one of its functions, found; its parts are set. Where several
 *		functions have one name nothing tells whose clone is whose: all
 *		count.
 *
 * May sleep, under kpatch_mutex. Returns 0 or an error.
 */
int kpatch_clones_find(const struct kpatch_object *obj,
		       struct kpatch_func *func)
{
	char *name = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);
	unsigned long addr;
	int ret = name ? 0 : -ENOMEM;

	while (!ret) {
		addr = find_clone(obj->mod, func->name, func->link->nr_parts, name);
		if (!addr)
			break;
		ret = add_part(func, addr);
	}
	kfree(name);
	return ret;
}

/**
 * kpatch_clones_check - refuse what would go on running the old code
 * @obj:	the object, its functions and all their clones found
 * @func:	one of its functions
 *
 * May sleep, under kpatch_mutex. Returns 0; -EINVAL: there is a clone that runs
 * without the function, and the patch does not name it; or another error.
 */
int kpatch_clones_check(const struct kpatch_object *obj,
			const struct kpatch_func *func)
{
	char *name = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);
	unsigned long addr;
	unsigned int n;
	int ret = name ? 0 : -ENOMEM;

	for (n = 0; n < func->link->nr_parts && !ret; n++) {
		addr = find_clone(obj->mod, func->name, n, name);
		if (addr)
			ret = check_reach(obj, func, addr, name);
	}
	kfree(name);
	return ret;
}
