// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * register-livepatch.c - hands the records of a patch to the kernel's livepatch
 *
 * Linked into every patch module that is built with BACKEND=livepatch. Such a
 * patch replaces all earlier livepatches, since releases are cumulative, unless
 * kpatch-build --non-replace says KPATCH_KEEP_OTHERS.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "lookup.h"
#include "records.h"

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.replace = !IS_ENABLED(KPATCH_KEEP_OTHERS),
};

static unsigned int count_objects(void)
{
	struct kpatch_patch_func *r, *before;
	unsigned int n = 0;

	kpatch_for_each_record(r, funcs) {
		for (before = kpatch_funcs_start; before < r; before++)
			if (!strcmp(before->objname, r->objname))
				break;
		n += before == r;
	}
	return n;
}

static bool is_vmlinux(const char *name)
{
	return !strcmp(name, "vmlinux");
}

static struct klp_object *find_object(const char *name)
{
	struct klp_object *obj;

	/* livepatch names vmlinux by no name */
	for (obj = patch.objs; obj->funcs; obj++)
		if (obj->name ? !strcmp(obj->name, name) : is_vmlinux(name))
			return obj;
	return NULL;
}

static int fill_object(struct klp_object *obj, const char *name)
{
	struct kpatch_patch_func *r;
	unsigned int n = 0;

	/* livepatch wants an empty one at the end */
	obj->funcs = kcalloc(kpatch_funcs_end - kpatch_funcs_start + 1,
			     sizeof(*obj->funcs), GFP_KERNEL);
	if (!obj->funcs)
		return -ENOMEM;
	obj->name = is_vmlinux(name) ? NULL : name;
	kpatch_for_each_record(r, funcs) {
		if (strcmp(r->objname, name))
			continue;
		obj->funcs[n].old_name = r->name;
		obj->funcs[n].old_sympos = r->sympos;
		obj->funcs[n++].new_func = (void *)r->new_addr;
	}
	return 0;
}

static int fill_objects(void)
{
	struct kpatch_patch_func *r;
	struct klp_object *obj;
	int ret;

	patch.objs = kcalloc(count_objects() + 1, sizeof(*patch.objs),
			     GFP_KERNEL);
	if (!patch.objs)
		return -ENOMEM;
	obj = patch.objs;
	kpatch_for_each_record(r, funcs) {
		if (find_object(r->objname))
			continue;
		ret = fill_object(obj++, r->objname);
		if (ret)
			return ret;
	}
	return 0;
}

static void free_objects(void)
{
	struct klp_object *obj;

	for (obj = patch.objs; obj && obj->funcs; obj++)
		kfree(obj->funcs);
	kfree(patch.objs);
}

/* Hooks alone make no livepatch object, so the object must have functions. */
#define add_hooks(kind, member) \
	kpatch_add_hooks(kind, member, find_object, callbacks.kind)

static int add_all_hooks(void)
{
	int ret = add_hooks(pre_patch, refusing);

	if (!ret)
		ret = add_hooks(post_patch, plain);
	if (!ret)
		ret = add_hooks(pre_unpatch, plain);
	if (!ret)
		ret = add_hooks(post_unpatch, plain);
	return ret;
}

typedef int each_match_fn(int (*fn)(void *data, unsigned long addr),
			  const char *name, void *data);
DEFINE_STATIC_CALL_NULL(kpatch_each_match, each_match_fn);
static bool have_each_match;

static int find_each_match(void)
{
	unsigned long addr;
	int ret = kpatch_lookup_init();

	if (ret)
		return ret;
	addr = kpatch_lookup("kallsyms_on_each_match_symbol");
	if (addr)
		static_call_update(kpatch_each_match, (each_match_fn *)addr);
	have_each_match = addr;
	return 0;
}

static int count_hit(void *data, unsigned long addr)
{
	(*(unsigned int *)data)++;
	return 0;
}

/* Kernels before 6.2 cannot be asked, but for some stable ones. */
static bool is_ambiguous(const char *name)
{
	unsigned int n = 0;

	if (have_each_match)
		static_call(kpatch_each_match)(count_hit, name, &n);
	return n > 1;
}

static void resolve(const struct kpatch_patch_dynrela *r, unsigned long addr)
{
	struct kpatch_call *call = (void *)r->dest;

	if (r->type != KPATCH_CALL) {
		*(unsigned long *)r->dest = addr + r->addend;
		return;
	}
	call->addr = addr;
	__static_call_update(call->key, call->trampoline, (void *)addr);
}

/* KPATCH_USE() of symbols of vmlinux; livepatch itself resolves functions. */
static int resolve_symbols(void)
{
	struct kpatch_patch_dynrela *r;
	int ret = find_each_match();

	if (ret)
		return ret;
	kpatch_for_each_record(r, dynrelas) {
		unsigned long addr = kpatch_lookup(r->name);

		if (!is_vmlinux(r->objname) || r->sympos > 1 || !addr) {
			pr_err("%s: cannot resolve %s of %s\n",
			       THIS_MODULE->name, r->name, r->objname);
			return -ENOENT;
		}
		if (!r->sympos && is_ambiguous(r->name)) {
			pr_err("%s: symbol '%s' is ambiguous in vmlinux\n",
			       THIS_MODULE->name, r->name);
			return -EINVAL;
		}
		resolve(r, addr);
	}
	return 0;
}

static int __init patch_init(void)
{
	int ret = resolve_symbols();

	if (!ret)
		ret = fill_objects();
	if (!ret)
		ret = add_all_hooks();
	if (!ret)
		ret = klp_enable_patch(&patch);
	if (ret)
		free_objects();
	return ret;
}

static void __exit patch_exit(void)
{
	free_objects();
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("A patch for the running kernel, for livepatch");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
MODULE_VERSION(KPATCH_PATCH_VERSION);
