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
#include "unexported.h"

#define DEFINE_UNEXPORTED(fn)	DEFINE_STATIC_CALL_NULL(kpatch_##fn, fn);
KPATCH_UNEXPORTED(DEFINE_UNEXPORTED)

/*
 * kallsyms_on_each_match_symbol() is fast and came with 6.2 (and with some
 * earlier stable kernels); else all symbols are gone through.
 */
static bool have_on_each_match;

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

static int symbol_seen(void *data, const char *name, unsigned long addr)
{
	struct symbol_search *s = data;

	return strcmp(name, s->name) ? 0 : symbol_hit(data, addr);
}

struct each_symbol {
	int (*fn)(void *data, const char *name, unsigned long addr);
	void *data;
};

/* Both forms of the callback: see KPATCH_EACH_CALLBACK. */
static int each_of_vmlinux(void *data, const char *name, struct module *mod,
			   unsigned long addr)
{
	struct each_symbol *each = data;

	return mod ? 0 : each->fn(each->data, name, addr);
}

static int each_plain(void *data, const char *name, unsigned long addr)
{
	return each_of_vmlinux(data, name, NULL, addr);
}

/**
 * kpatch_each_vmlinux_symbol - go through all symbols of vmlinux
 * @fn:		not 0 ends it
 * @data:	handed to @fn
 *
 * Some hundred thousand of them. May sleep, and so may @fn.
 */
void kpatch_each_vmlinux_symbol(int (*fn)(void *data, const char *name,
					  unsigned long addr), void *data)
{
	struct each_symbol each = { .fn = fn, .data = data };

	if (&module_mutex)
		mutex_lock(&module_mutex);
	kpatch_kernel(kallsyms_on_each_symbol)
		(KPATCH_EACH_CALLBACK(each_of_vmlinux, each_plain), &each);
	if (&module_mutex)
		mutex_unlock(&module_mutex);
}

static void search_vmlinux(struct symbol_search *s)
{
	if (have_on_each_match)
		kpatch_kernel(kallsyms_on_each_match_symbol)(symbol_hit,
							     s->name, s);
	else
		kpatch_each_vmlinux_symbol(symbol_seen, s);
}

/**
 * kpatch_each_module_symbol - go through the symbols of a module
 * @mod:	the module. The caller sees to it that it stays.
 * @fn:		not 0 ends it; must not sleep
 * @data:	handed to @fn
 *
 * Walks the symbol table that the loader keeps with the module. The table
 * with init symbols is replaced by a smaller one after init and freed after a
 * grace period, hence preemption off. Some thousand strcmp() at most.
 */
void kpatch_each_module_symbol(struct module *mod,
			       int (*fn)(void *data, const char *name,
					 unsigned long addr), void *data)
{
	struct mod_kallsyms *ks;
	unsigned int i;

	preempt_disable();
	ks = rcu_dereference_sched(mod->kallsyms);
	for (i = 1; i < ks->num_symtab; i++) {
		const Elf_Sym *sym = &ks->symtab[i];

		if (sym->st_shndx == SHN_UNDEF || !sym->st_value)
			continue;
		if (fn(data, ks->strtab + sym->st_name, sym->st_value))
			break;
	}
	preempt_enable();
}

static void search(struct module *mod, struct symbol_search *s)
{
	if (mod)
		kpatch_each_module_symbol(mod, symbol_seen, s);
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

	if (!kpatch_kernel(kallsyms_lookup_size_offset)(addr, &size, &offset) ||
	    offset)
		return 0;
	return size;
}

/* One function of unexported.h: where its call is, and how it is found. */
struct unexported {
	const char *name;
	struct static_call_key *key;
	void *trampoline;
};

#define UNEXPORTED(fn)							\
	{ #fn, &STATIC_CALL_KEY(kpatch_##fn),				\
	  STATIC_CALL_TRAMP_ADDR(kpatch_##fn) },

static int __init find_unexported(const struct unexported *u)
{
	unsigned long addr = kpatch_lookup(u->name);

	/* Before 6.11 and its stable kernels this was the name of it. */
	if (!addr && !strcmp(u->name, "task_work_cancel_func"))
		addr = kpatch_lookup("task_work_cancel");
	if (!strcmp(u->name, "kallsyms_on_each_match_symbol")) {
		have_on_each_match = addr;
		if (!addr)
			return 0;
	}
	if (!addr) {
		pr_err("this kernel has no %s\n", u->name);
		return -EOPNOTSUPP;
	}
	__static_call_update(u->key, u->trampoline, (void *)addr);
	return 0;
}

/**
 * kpatch_symbols_init - find what the kernel does not export
 *
 * Returns 0, or an error when this kernel lacks something that patching
 * needs, with its name in the log.
 */
int __init kpatch_symbols_init(void)
{
	static const struct unexported wanted[] __initconst = {
		KPATCH_UNEXPORTED(UNEXPORTED)
	};
	unsigned int i;
	int ret = kpatch_lookup_init();

	for (i = 0; i < ARRAY_SIZE(wanted) && !ret; i++)
		ret = find_unexported(&wanted[i]);
	return ret;
}

/* The first symbol of this name in vmlinux or else in any module; 0: none. */
unsigned long kpatch_find_any(const char *name)
{
	return kpatch_lookup(name);
}
