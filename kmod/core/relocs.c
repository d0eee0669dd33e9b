// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * relocs.c - dynamic relocations of patch modules
 *
 * They name symbols that the kernel's module loader cannot resolve because
 * they are not exported. Written before the patch goes live, so that nobody
 * runs the code or reads the data that changes.
 */
#include <linux/elf.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "core.h"

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

/*
 * What the relocation writes: "Relocation Types" of the System V ABI for
 * x86-64. Returns the length in bytes, 0 for nothing, negative if the value
 * does not fit or the type is not known.
 */
static int reloc_value(const struct kpatch_dynrela *rela, unsigned long src,
		       u64 *value)
{
	u64 v = src + rela->addend;

	*value = v;
	switch (rela->type) {
	case R_X86_64_NONE:
		return 0;
	case R_X86_64_64:
		return 8;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		*value = v - rela->dest;
		fallthrough;
	case R_X86_64_32S:
		return (s64)*value == (s32)*value ? 4 : -ERANGE;
	default:
		return -ENOEXEC;
	}
}

static int apply_one(struct kpatch_module *kpmod, struct kpatch_object *obj,
		     struct kpatch_dynrela *rela, unsigned long src)
{
	u64 value;
	int ret, len = reloc_value(rela, src, &value);

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
	if (!rela->written && memchr_inv((void *)rela->dest, 0, len)) {
		pr_notice("%s: relocation against %s:%s left out: the instruction has been changed already\n",
			  kpmod->mod->name, obj->name, rela->name);
		return 0;
	}
	ret = write_module(rela->dest, &value, len);
	if (!ret)
		rela->written = true;
	return ret;
}

static int find_source(struct kpatch_module *kpmod, struct kpatch_object *obj,
		       const struct kpatch_dynrela *rela, unsigned long *src)
{
	struct module *mod = obj->mod;

	if (rela->external && kpatch_find_nth(NULL, rela->name, 1))
		mod = NULL;
	else if (rela->external && kpatch_find_nth(kpmod->mod, rela->name, 1))
		mod = kpmod->mod;
	return kpatch_find_symbol(mod, rela->name, rela->sympos, src);
}

/**
 * kpatch_dynrelas_apply - resolve and write an object's dynamic relocations
 * @kpmod:	the patch, in whose module they write
 * @obj:	the object, whose symbols they name
 *
 * The object is linked (obj->mod is valid). May sleep, under kpatch_mutex.
 * Returns 0 or an error, with the symbol named in the log.
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
