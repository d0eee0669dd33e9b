// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A patch as older tools make them: it has its own tree in sysfs, of kobjects
 * inside the structs it registers, switches itself on and off with
 * kpatch_register() and kpatch_unregister(), and its exit frees the lists of a
 * patch that is off without a word to the core. What it frees is spoilt, and
 * the exit can linger then, so that nobody looks at it unnoticed.
 */
#include <linux/delay.h>
#include <linux/elf.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/poison.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "kpatch.h"

static bool replace;
module_param(replace, bool, 0444);
MODULE_PARM_DESC(replace, "replace other patches whenever this is switched on");

static ulong old_size;
module_param(old_size, ulong, 0444);
MODULE_PARM_DESC(old_size, "size to be given for the function of vmlinux");

static ulong target_size;
module_param(target_size, ulong, 0444);
MODULE_PARM_DESC(target_size, "and for that of the module");

static char *external[4];
static int nr_external;
module_param_array(external, charp, &nr_external, 0444);
MODULE_PARM_DESC(external, "external symbols to relocate against");

static int refuse;
module_param(refuse, int, 0644);
MODULE_PARM_DESC(refuse, "what the pre_patch hook returns");

static bool linger;
module_param(linger, bool, 0644);
MODULE_PARM_DESC(linger, "exit frees, and does not end until this is 0");

static char hooks[64];
module_param_string(hooks, hooks, sizeof(hooks), 0444);
MODULE_PARM_DESC(hooks, "the hooks that ran, one letter each");

/* What the external relocations wrote. */
static unsigned long found[ARRAY_SIZE(external)];

static int found_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%lx %lx %lx %lx\n", found[0], found[1],
		       found[2], found[3]);
}

static const struct kernel_param_ops found_ops = { .get = found_get };
module_param_cb(found, &found_ops, NULL, 0444);

static struct kpatch_module patch;

static int new_version(struct seq_file *m, void *v)
{
	seq_puts(m, "patched by the template\n");
	return 0;
}

static const char *new_message(void)
{
	return "from the template";
}

static int pre_patch(struct kpatch_object *obj)
{
	strlcat(hooks, "p", sizeof(hooks));
	return refuse;
}

static void post_patch(struct kpatch_object *obj)
{
	strlcat(hooks, "P", sizeof(hooks));
}

static void pre_unpatch(struct kpatch_object *obj)
{
	strlcat(hooks, "u", sizeof(hooks));
}

static void post_unpatch(struct kpatch_object *obj)
{
	strlcat(hooks, "U", sizeof(hooks));
}

static ssize_t enabled_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", patch.enabled);
}

static ssize_t enabled_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	unsigned long wanted;
	int ret = kstrtoul(buf, 10, &wanted);

	if (!ret)
		ret = wanted ? kpatch_register(&patch, replace) :
			       kpatch_unregister(&patch);
	return ret ? ret : count;
}

static ssize_t new_addr_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	struct kpatch_func *func = container_of(kobj, struct kpatch_func, kobj);

	return sysfs_emit(buf, "0x%lx\n", func->new_addr);
}

static struct kobj_attribute enabled_attr = __ATTR_RW(enabled);
static struct kobj_attribute new_addr_attr = __ATTR_RO_MODE(new_addr, 0400);

static struct attribute *patch_attrs[] = { &enabled_attr.attr, NULL };
static struct attribute *func_attrs[] = { &new_addr_attr.attr, NULL };
ATTRIBUTE_GROUPS(patch);
ATTRIBUTE_GROUPS(func);

static void patch_release(struct kobject *kobj)
{
}

static void object_release(struct kobject *kobj)
{
	struct kpatch_object *obj = container_of(kobj, typeof(*obj), kobj);

	memset(obj, 0x5a, sizeof(*obj));
	kfree(obj);
}

static void func_release(struct kobject *kobj)
{
	struct kpatch_func *func = container_of(kobj, typeof(*func), kobj);

	memset(func, 0x5a, sizeof(*func));
	kfree(func);
}

/* Not const: kernels before 6.2 want it so. */
static struct kobj_type patch_ktype = {
	.release = patch_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = patch_groups,
};

static struct kobj_type object_ktype = {
	.release = object_release,
	.sysfs_ops = &kobj_sysfs_ops,
};

static struct kobj_type func_ktype = {
	.release = func_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = func_groups,
};

static struct kpatch_object *add_object(const char *name)
{
	struct kpatch_object *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (!obj)
		return NULL;
	obj->name = name;
	INIT_LIST_HEAD(&obj->funcs);
	INIT_LIST_HEAD(&obj->dynrelas);
	list_add_tail(&obj->list, &patch.objects);

	if (kobject_init_and_add(&obj->kobj, &object_ktype, &patch.kobj, "%s",
				 name))
		return NULL;
	return obj;
}

static int add_func(struct kpatch_object *obj, const char *name, void *new,
		    unsigned long size)
{
	struct kpatch_func *func = kzalloc(sizeof(*func), GFP_KERNEL);

	if (!func)
		return -ENOMEM;
	func->new_addr = (unsigned long)new;
	func->old_size = size;
	func->name = name;
	list_add_tail(&func->list, &obj->funcs);
	return kobject_init_and_add(&func->kobj, &func_ktype, &obj->kobj,
				    "%s,1", name);
}

static int add_dynrela(struct kpatch_object *obj, int i)
{
	struct kpatch_dynrela *rela = kzalloc(sizeof(*rela), GFP_KERNEL);

	if (!rela)
		return -ENOMEM;
	rela->dest = (unsigned long)&found[i];
	rela->type = R_X86_64_64;
	rela->name = external[i];
	rela->external = 1;
	list_add_tail(&rela->list, &obj->dynrelas);
	return 0;
}

static int add_all(void)
{
	struct kpatch_object *vmlinux = add_object("vmlinux");
	struct kpatch_object *target = add_object("kpatch_target");
	int i, ret;

	if (!vmlinux || !target)
		return -ENOMEM;
	vmlinux->pre_patch_callback = pre_patch;
	vmlinux->post_patch_callback = post_patch;
	vmlinux->pre_unpatch_callback = pre_unpatch;
	vmlinux->post_unpatch_callback = post_unpatch;
	ret = add_func(vmlinux, "version_proc_show", new_version, old_size);
	if (!ret)
		ret = add_func(target, "target_message", new_message,
			       target_size);
	for (i = 0; i < nr_external && !ret; i++)
		ret = add_dynrela(target, i);
	return ret;
}

/* The order in which such modules free: nothing waits for the core. */
static void free_all(struct list_head *objects)
{
	struct kpatch_object *obj, *next_obj;
	struct kpatch_func *func, *next_func;
	struct kpatch_dynrela *rela, *next_rela;

	list_for_each_entry_safe(obj, next_obj, objects, list) {
		list_for_each_entry_safe(func, next_func, &obj->funcs, list) {
			list_del(&func->list);
			kobject_put(&func->kobj);
		}
		list_for_each_entry_safe(rela, next_rela, &obj->dynrelas, list) {
			list_del(&rela->list);
			kfree(rela);
		}
		list_del(&obj->list);
		kobject_put(&obj->kobj);
	}
}

static int __init template_init(void)
{
	int ret = kobject_init_and_add(&patch.kobj, &patch_ktype,
				       kpatch_root_kobj, "%s",
				       THIS_MODULE->name);

	patch.mod = THIS_MODULE;
	INIT_LIST_HEAD(&patch.objects);
	if (!ret)
		ret = add_all();
	if (!ret)
		ret = kpatch_register(&patch, replace);
	if (ret) {
		free_all(&patch.objects);
		kobject_put(&patch.kobj);
	}
	return ret;
}

static void __exit template_exit(void)
{
	LIST_HEAD(mine);

	WARN_ON(patch.enabled);
	list_replace(&patch.objects, &mine);
	patch.objects.next = LIST_POISON1;
	patch.objects.prev = LIST_POISON2;
	free_all(&mine);
	while (READ_ONCE(linger))
		msleep(20);
	kobject_put(&patch.kobj);
}

module_init(template_init);
module_exit(template_exit);
MODULE_DESCRIPTION("A patch that is its own master");
MODULE_LICENSE("GPL");
