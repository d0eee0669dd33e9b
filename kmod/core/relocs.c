// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * relocs.c - dynamic relocations of patch modules
 *
 * They name symbols that the kernel's module loader cannot resolve because
 * they are not exported. Written before the patch goes live, so that nobody
 * runs the code or reads the data that changes.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "call.h"
#include "core.h"
#include "unexported.h"

/* Writes @len bytes inside one page through a writable alias of that page. */
static int write_in_page(unsigned long dest, const void *src, size_t len)
{
	struct page *page = vmalloc_to_page((void *)dest);
	void *alias;

	if (!page)
		return -EFAULT;
	alias = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!alias)
		return -ENOMEM;
	memcpy(alias + offset_in_page(dest), src, len);
	vunmap(alias);
	return 0;
}

/* The module's text and constants are read-only by the time its init runs. */
static int write_module(unsigned long dest, const void *src, size_t len)
{
	size_t here = min_t(size_t, len, PAGE_SIZE - offset_in_page(dest));
	int ret = write_in_page(dest, src, here);

	if (!ret && here < len)
		ret = write_in_page(dest + here, src + here, len - here);
	return ret;
}

/* Bit of kpatch_dynrela.external: its bytes were written by us before. */
#define WRITTEN	BIT(30)

static int write_value(struct kpatch_module *kpmod, struct kpatch_object *obj,
		       struct kpatch_dynrela *rela, u64 value, int len)
{
	int ret;

	if (!(rela->external & WRITTEN) &&
	    memchr_inv((void *)rela->dest, 0, len)) {
		pr_notice("%s: relocation against %s:%s left out: the instruction has been changed already\n",
			  kpmod->mod->name, obj->name, rela->name);
		return 0;
	}
	ret = write_module(rela->dest, &value, len);
	if (!ret)
		rela->external |= WRITTEN;
	return ret;
}

static void set_call(const struct kpatch_dynrela *rela, unsigned long func)
{
	struct kpatch_call *call = (void *)rela->dest;

	call->addr = func;
	__static_call_update(call->key, call->trampoline, (void *)func);
}

static int apply_one(struct kpatch_module *kpmod, struct kpatch_object *obj,
		     struct kpatch_dynrela *rela, unsigned long src)
{
	u64 value;
	int len;

	if (rela->type == KPATCH_CALL)
		len = sizeof(struct kpatch_call);
	else
		len = kpatch_arch_reloc(rela->type, rela->dest,
					src + rela->addend, &value);
	if (len < 0) {
		pr_err("%s: relocation type %lu against %s:%s: %s\n",
		       kpmod->mod->name, rela->type, obj->name, rela->name,
		       len == -ERANGE ? "out of range" : "not supported");
		return len;
	}
	if (!len)
		return 0;
	if (!within_module(rela->dest, kpmod->mod) ||
	    !within_module(rela->dest + len - 1, kpmod->mod)) {
		pr_err("%s: relocation against %s:%s writes outside the patch module\n",
		       kpmod->mod->name, obj->name, rela->name);
		return -EFAULT;
	}
	if (rela->type != KPATCH_CALL)
		return write_value(kpmod, obj, rela, value, len);
	set_call(rela, src);
	return 0;
}

/* A module that is held because a relocation of an object points into it. */
struct held {
	struct list_head list;
	const struct kpatch_object *obj;
	struct module *mod;
};

static LIST_HEAD(held);		/* under kpatch_mutex */

/* The other side of kpatch_dynrelas_apply(). Under kpatch_mutex. */
void kpatch_dynrelas_release(const struct kpatch_object *obj)
{
	struct held *h, *next;

	list_for_each_entry_safe(h, next, &held, list) {
		if (h->obj != obj)
			continue;
		module_put(h->mod);
		list_del(&h->list);
		kfree(h);
	}
}

/*
 * The symbol of this name that a module exports. Its entry in the module's
 * table of exports starts with the distance to it (struct kernel_symbol where
 * CONFIG_HAVE_ARCH_PREL32_RELOCATIONS is set); vmlinux has the same, but newer
 * kernels leave the names of its entries out of kallsyms.
 */
static int find_exported(const struct kpatch_module *kpmod,
			 const struct kpatch_object *obj, const char *name,
			 unsigned long *src)
{
	char *entry = kasprintf(GFP_KERNEL, "__ksymtab_%s", name);
	struct held *h = kzalloc(sizeof(*h), GFP_KERNEL);
	unsigned long addr;
	int ret = entry && h ? 0 : -ENOMEM;

	if (ret)
		goto free;
	/* The module cannot be freed before we have it. */
	rcu_read_lock_sched();
	addr = kpatch_find_any(entry);
	h->obj = obj;
	h->mod = addr ? kpatch_kernel(__module_address)(addr) : NULL;
	/* Patch and object come and go with what points to themselves. */
	if (h->mod == kpmod->mod || h->mod == obj->mod)
		h->mod = NULL;
	if (addr)
		*src = addr + *(int *)addr;
	if (!addr || (h->mod && !try_module_get(h->mod)))
		ret = -ENOENT;
	rcu_read_unlock_sched();
	if (!ret && h->mod) {
		list_add(&h->list, &held);
		h = NULL;
	}
free:
	kfree(entry);
	kfree(h);
	return ret;
}

static int find_source(struct kpatch_module *kpmod, struct kpatch_object *obj,
		       const struct kpatch_dynrela *rela, unsigned long *src)
{
	struct module *mod = obj->mod;
	int ret;

	if (rela->external & KPATCH_EXTERNAL) {
		ret = find_exported(kpmod, obj, rela->name, src);
		if (ret != -ENOENT)
			return ret;
		if (kpatch_find_nth(NULL, rela->name, 1))
			mod = NULL;
		else if (kpatch_find_nth(kpmod->mod, rela->name, 1))
			mod = kpmod->mod;
	}
	return kpatch_find_symbol(mod, rela->name, rela->sympos, src);
}

/**
 * kpatch_dynrelas_apply - resolve and write an object's dynamic relocations
 * @kpmod:	the patch, in whose module they write
 * @obj:	the object, whose symbols they name
 *
 * The object is linked (obj->mod is valid). May sleep, under kpatch_mutex.
 * Returns 0 or an error, with the symbol named in the log; in any case
 * kpatch_dynrelas_release() is due.
 */
int kpatch_dynrelas_apply(struct kpatch_module *kpmod,
			  struct kpatch_object *obj)
{
	struct kpatch_dynrela *rela;
	int ret;

	list_for_each_entry(rela, &obj->dynrelas, list) {
		unsigned long src = rela->src;

		ret = src ? 0 : find_source(kpmod, obj, rela, &src);
		if (ret)
			return ret;
		ret = apply_one(kpmod, obj, rela, src);
		if (ret)
			return ret;
	}
	return 0;
}
