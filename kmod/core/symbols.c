// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * symbols.c - names to addresses
 *
 * The kernel exports nothing of this to modules: see lookup.h.
 */
#include <linux/kallsyms.h>
#include <linux/rcupdate.h>

#include "compat.h"
#include "core.h"
#include "lookup.h"

struct kpatch_kernel kpatch_kernel;

/*
 * kallsyms_on_each_match_symbol() is fast and came with 6.2 (and with some
 * earlier stable kernels). Kernels without it have kallsyms_on_each_symbol()
 * in its old form, with the module as third argument.
 */
static int (*on_each_match)(int (*fn)(void *data, unsigned long addr),
			    const char *name, void *data);
static int (*on_each_symbol)(int (*fn)(void *data, const char *name,
				       struct module *mod, unsigned long addr),
			     void *data);

static struct mutex *modules_lock;	/* the kernel's module_mutex */

struct symbol_search {
	const char *name;
	unsigned long sympos;
	unsigned long count;
	unsigned long addr;
};

/* Not 0 ends the iteration: unique names are searched to the second hit. */
static int symbol_hit(void *data, unsigned long addr)
{
	struct symbol_search *s = data;

	s->count++;
	if (s->count == (s->sympos ? s->sympos : 1))
		s->addr = addr;
	return s->sympos ? s->count == s->sympos : s->count > 1;
}

static int symbol_seen(void *data, const char *name, struct module *mod,
		       unsigned long addr)
{
	struct symbol_search *s = data;

	if (mod || strcmp(name, s->name))
		return 0;
	return symbol_hit(data, addr);
}

static void search_vmlinux(struct symbol_search *s)
{
	if (on_each_match) {
		on_each_match(symbol_hit, s->name, s);
		return;
	}
	if (KPATCH_SEARCH_WALKS_MODULES)
		mutex_lock(modules_lock);
	on_each_symbol(symbol_seen, s);
	if (KPATCH_SEARCH_WALKS_MODULES)
		mutex_unlock(modules_lock);
}

/*
 * Walks the symbol table that the loader keeps with the module. The table
 * with init symbols is replaced by a smaller one after init and freed after a
 * grace period, hence preemption off. Some thousand strcmp() at most.
 */
static void search_module(struct module *mod, struct symbol_search *s)
{
	struct mod_kallsyms *ks;
	unsigned int i;

	preempt_disable();
	ks = rcu_dereference_sched(mod->kallsyms);
	for (i = 1; i < ks->num_symtab; i++) {
		const Elf_Sym *sym = &ks->symtab[i];

		if (sym->st_shndx == SHN_UNDEF || !sym->st_value ||
		    strcmp(ks->strtab + sym->st_name, s->name))
			continue;
		if (symbol_hit(s, sym->st_value))
			break;
	}
	preempt_enable();
}

static void search(struct module *mod, struct symbol_search *s)
{
	if (mod)
		search_module(mod, s);
	else
		search_vmlinux(s);
}

/**
 * kpatch_find_symbol - address of a symbol of vmlinux or of one module
 * @mod:	the module, NULL for vmlinux. The caller sees to it that it stays.
 * @name:	the symbol's name
 * @sympos:	which of several, from 1; 0: there must be one only
 * @addr:	set on success
 *
 * May sleep. Returns 0, -ENOENT (no such symbol, or not so many of them) or
 * -EINVAL (several, and @sympos is 0), with the reason in the log.
 */
int kpatch_find_symbol(struct module *mod, const char *name,
		       unsigned long sympos, unsigned long *addr)
{
	struct symbol_search s = { .name = name, .sympos = sympos };
	const char *object = mod ? mod->name : "vmlinux";

	search(mod, &s);
	if (!s.count) {
		pr_err("symbol '%s' does not exist in %s\n", name, object);
		return -ENOENT;
	}
	if (!s.addr) {
		pr_err("symbol '%s' has no position %lu in %s, only %lu\n",
		       name, sympos, object, s.count);
		return -ENOENT;
	}
	if (!sympos && s.count > 1) {
		pr_err("symbol '%s' is ambiguous in %s: say which with sympos\n",
		       name, object);
		return -EINVAL;
	}
	*addr = s.addr;
	return 0;
}

/* The @n-th symbol of this name, from 1; 0 if there is none. Says nothing. */
unsigned long kpatch_find_nth(struct module *mod, const char *name,
			      unsigned long n)
{
	struct symbol_search s = { .name = name, .sympos = n };

	search(mod, &s);
	return s.addr;
}

/* Bytes from @addr to the next symbol, 0 if @addr is not a symbol's start. */
unsigned long kpatch_symbol_size(unsigned long addr)
{
	unsigned long size, offset;

	if (!kpatch_kernel.lookup_size_offset(addr, &size, &offset) || offset)
		return 0;
	return size;
}

/**
 * kpatch_symbols_init - find what the kernel does not export
 *
 * Returns 0, or an error when this kernel lacks something that patching
 * needs, with its name in the log.
 */
int __init kpatch_symbols_init(void)
{
	const struct {
		const char *name;
		void *where;
		bool optional;
	} wanted[] = {
		{ "stack_trace_save_tsk_reliable",
		  &kpatch_kernel.stack_trace_save_tsk_reliable },
		{ "ftrace_location", &kpatch_kernel.ftrace_location },
		{ "kallsyms_lookup_size_offset",
		  &kpatch_kernel.lookup_size_offset },
		{ "idle_task", &kpatch_kernel.idle_task },
		{ "find_module", &kpatch_kernel.find_module },
		{ "ftrace_free_filter", &kpatch_kernel.ftrace_free_filter },
		{ "module_mutex", &modules_lock },
		{ "kallsyms_on_each_match_symbol", &on_each_match, true },
		{ "kallsyms_on_each_symbol", &on_each_symbol },
	};
	kpatch_lookup_fn *lookup_name;
	unsigned int i;
	int ret = kpatch_find_lookup_name(&lookup_name);

	for (i = 0; i < ARRAY_SIZE(wanted) && !ret; i++) {
		unsigned long addr = lookup_name(wanted[i].name);

		*(unsigned long *)wanted[i].where = addr;
		if (!addr && !wanted[i].optional) {
			pr_err("this kernel has no %s\n", wanted[i].name);
			ret = -EOPNOTSUPP;
		}
	}
	return ret;
}
