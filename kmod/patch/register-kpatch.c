// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * register-kpatch.c - hands the records of a patch to kpatch.ko
 *
 * Linked into every patch module that is built for our core module.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "records.h"

static bool replace;
module_param(replace, bool, 0444);
MODULE_PARM_DESC(replace, "replace all earlier patches");

static const char checksum[] __used __section(".kpatch.checksum") =
	KPATCH_CHECKSUM;

/* KPATCH_UNPATCH_ON_REPLACE defines it as true. */
bool kpatch_unpatch_on_replace __weak;

static struct kpatch_module patch = {
	.mod = THIS_MODULE,
	.objects = LIST_HEAD_INIT(patch.objects),
	.extended = true,
	.checksum = checksum,
};

static void free_objects(void)
{
	struct kpatch_object *obj, *next_obj;
	struct kpatch_func *func, *next_func;
	struct kpatch_dynrela *rela, *next_rela;

	list_for_each_entry_safe(obj, next_obj, &patch.objects, list) {
		list_for_each_entry_safe(func, next_func, &obj->funcs, list)
			kfree(func);
		list_for_each_entry_safe(rela, next_rela, &obj->dynrelas, list)
			kfree(rela);
		kfree(obj->keeps);
		kfree(obj);
	}
}

static struct kpatch_object *object(const char *name)
{
	struct kpatch_object *obj;

	list_for_each_entry(obj, &patch.objects, list)
		if (!strcmp(obj->name, name))
			return obj;
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	if (!obj)
		return NULL;
	obj->name = name;
	INIT_LIST_HEAD(&obj->funcs);
	INIT_LIST_HEAD(&obj->dynrelas);
	list_add_tail(&obj->list, &patch.objects);
	return obj;
}

static bool is_forced(unsigned long new_addr)
{
	unsigned long *force;

	kpatch_for_each_record(force, force)
		if (*force == new_addr)
			return true;
	return false;
}

static int add_func(const struct kpatch_patch_func *r)
{
	struct kpatch_object *obj = object(r->objname);
	struct kpatch_func *func;

	if (!obj)
		return -ENOMEM;
	func = kzalloc(sizeof(*func), GFP_KERNEL);
	if (!func)
		return -ENOMEM;
	func->new_addr = r->new_addr;
	func->new_size = r->new_size;
	func->old_addr = r->old_addr;
	func->old_size = r->old_size;
	func->sympos = r->sympos;
	func->name = r->name;
	func->force = is_forced(r->new_addr);
	list_add_tail(&func->list, &obj->funcs);
	return 0;
}

/* The clones that @obj keeps; an array with NULL at its end. */
static int add_keeps(struct kpatch_object *obj)
{
	const char **keep = kcalloc(kpatch_keeps_end - kpatch_keeps_start + 1,
				    sizeof(*keep), GFP_KERNEL);
	struct kpatch_patch_keep *r;

	if (!keep)
		return -ENOMEM;
	obj->keeps = keep;
	kpatch_for_each_record(r, keeps)
		if (!strcmp(r->objname, obj->name))
			*keep++ = r->name;
	return 0;
}

static int add_dynrela(const struct kpatch_patch_dynrela *r)
{
	struct kpatch_object *obj = object(r->objname);
	struct kpatch_dynrela *rela;

	if (!obj)
		return -ENOMEM;
	if (r->addend != (int)r->addend)
		return -ERANGE;
	rela = kzalloc(sizeof(*rela), GFP_KERNEL);
	if (!rela)
		return -ENOMEM;
	rela->dest = r->dest;
	rela->src = r->src;
	rela->type = r->type;
	rela->sympos = r->sympos;
	rela->name = r->name;
	rela->external = r->external;
	rela->addend = r->addend;
	list_add_tail(&rela->list, &obj->dynrelas);
	return 0;
}

#define add_hooks(kind, member) \
	kpatch_add_hooks(kind, member, object, kind##_callback)

static int add_all(void)
{
	struct kpatch_patch_func *func;
	struct kpatch_patch_dynrela *rela;
	struct kpatch_object *obj;
	int ret;

	kpatch_for_each_record(func, funcs) {
		ret = add_func(func);
		if (ret)
			return ret;
	}
	kpatch_for_each_record(rela, dynrelas) {
		ret = add_dynrela(rela);
		if (ret)
			return ret;
	}
	list_for_each_entry(obj, &patch.objects, list) {
		ret = add_keeps(obj);
		if (ret)
			return ret;
	}
	ret = add_hooks(pre_patch, refusing);
	if (!ret)
		ret = add_hooks(post_patch, plain);
	if (!ret)
		ret = add_hooks(pre_unpatch, plain);
	if (!ret)
		ret = add_hooks(post_unpatch, plain);
	return ret;
}

static int __init patch_init(void)
{
	int ret = add_all();

	patch.unpatch_on_replace = kpatch_unpatch_on_replace;
	if (!ret)
		ret = kpatch_register(&patch, replace);
	if (ret)
		free_objects();
	return ret;
}

/* kpatch.ko holds the module while the patch is live: here it is not. */
static void __exit patch_exit(void)
{
	WARN_ON(kpatch_unregister(&patch) == -EBUSY);
	free_objects();
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("A patch for the running kernel, for kpatch.ko");
MODULE_LICENSE("GPL");
MODULE_VERSION(KPATCH_PATCH_VERSION);
