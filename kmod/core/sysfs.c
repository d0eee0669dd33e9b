// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysfs.c - /sys/kernel/kpatch, and our files in /sys/module/kpatch
 *
 *   /sys/kernel/kpatch/<patch>/enabled		0 or 1, may be written
 *   /sys/kernel/kpatch/<patch>/checksum
 *   /sys/kernel/kpatch/<patch>/forced		1: the module can never be removed
 *   /sys/kernel/kpatch/<patch>/stack_order	1: the first that is live, and below all
 *						others; 0: it is not live
 *   /sys/kernel/kpatch/<patch>/<object>/patched	1: its functions are switched
 *   /sys/kernel/kpatch/<patch>/<object>/<function>,<sympos>/{old,new}_addr
 *
 * A node's memory belongs to its kobject, not to the patch. Removing a file
 * waits for those who are inside its show or store, so nobody uses the patch
 * afterwards; it must therefore not be done under kpatch_mutex, which they
 * may be waiting for.
 */
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "core.h"

struct kpatch_sysfs_node {
	struct kobject kobj;
	struct list_head list;		/* patch: on shown; others: on its tree */
	struct list_head tree;		/* of a patch: all below it, newest first */
	struct kpatch_module *kpmod;
	const struct module *mod;	/* kpmod's, which may be gone by then */
	const struct kpatch_object *obj;	/* of an object */
	const struct kpatch_func *func;		/* of a function */
};

/* The patches that we show. */
static LIST_HEAD(shown);
static DEFINE_MUTEX(shown_mutex);	/* innermost: nothing is called under it */

struct kobject *kpatch_root_kobj;
EXPORT_SYMBOL_GPL(kpatch_root_kobj);

static struct kpatch_sysfs_node *to_node(struct kobject *kobj)
{
	return container_of(kobj, struct kpatch_sysfs_node, kobj);
}

static ssize_t enabled_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(to_node(kobj)->kpmod->enabled));
}

static ssize_t enabled_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	struct kpatch_module *kpmod = to_node(kobj)->kpmod;
	bool wanted;
	int ret = kstrtobool(buf, &wanted);

	if (ret)
		return ret;
	kpatch_lock();
	if (kpmod->gone)
		ret = -ENODEV;		/* on its way out */
	else if (wanted != kpmod->enabled)
		ret = wanted ? kpatch_enable(kpmod, false) :
			       kpatch_disable(kpmod);
	mutex_unlock(&kpatch_mutex);
	return ret ? ret : count;
}

static ssize_t checksum_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	const struct kpatch_module *kpmod = to_node(kobj)->kpmod;
	const char *checksum = kpmod->extended ? kpmod->checksum : NULL;

	return sysfs_emit(buf, "%s\n", checksum ? checksum : "");
}

static ssize_t forced_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  READ_ONCE(to_node(kobj)->kpmod->forced));
}

/* As livepatch has it: of those with one function the highest is in force. */
static ssize_t stack_order_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	const struct kpatch_module *kpmod = to_node(kobj)->kpmod, *p;
	unsigned int order = 0, found = 0;

	if (mutex_lock_interruptible(&kpatch_mutex))
		return -EINTR;
	kpatch_for_each_patch(p) {
		order++;
		if (p == kpmod)
			found = order;
	}
	mutex_unlock(&kpatch_mutex);
	return sysfs_emit(buf, "%u\n", found);
}

/* As livepatch has it. A module that is not there is not patched. */
static ssize_t patched_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	const struct kpatch_sysfs_node *node = to_node(kobj);

	return sysfs_emit(buf, "%d\n", READ_ONCE(node->kpmod->enabled) &&
					READ_ONCE(node->obj->linked));
}

static ssize_t old_addr_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "0x%lx\n",
			  READ_ONCE(to_node(kobj)->func->old_addr));
}

static ssize_t new_addr_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "0x%lx\n", to_node(kobj)->func->new_addr);
}

static struct kobj_attribute enabled_attr = __ATTR_RW(enabled);
static struct kobj_attribute checksum_attr = __ATTR_RO(checksum);
static struct kobj_attribute forced_attr = __ATTR_RO(forced);
static struct kobj_attribute stack_order_attr = __ATTR_RO(stack_order);
static struct kobj_attribute patched_attr = __ATTR_RO(patched);
/* Addresses are for root: they would tell where the kernel lies. */
static struct kobj_attribute old_addr_attr = __ATTR_RO_MODE(old_addr, 0400);
static struct kobj_attribute new_addr_attr = __ATTR_RO_MODE(new_addr, 0400);

static struct attribute *patch_attrs[] = {
	&enabled_attr.attr, &checksum_attr.attr, &forced_attr.attr,
	&stack_order_attr.attr, NULL
};

static struct attribute *object_attrs[] = { &patched_attr.attr, NULL };

static struct attribute *func_attrs[] = {
	&old_addr_attr.attr, &new_addr_attr.attr, NULL
};

ATTRIBUTE_GROUPS(patch);
ATTRIBUTE_GROUPS(object);
ATTRIBUTE_GROUPS(func);

static void node_release(struct kobject *kobj)
{
	kfree(to_node(kobj));
}

static const struct kobj_type patch_ktype = {
	.release = node_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = patch_groups,
};

static const struct kobj_type object_ktype = {
	.release = node_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = object_groups,
};

static const struct kobj_type func_ktype = {
	.release = node_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = func_groups,
};

/*
 * A node under @parent whose memory is freed by the last kobject_put(). @top is
 * the patch's, NULL for that one itself. What it is of is set before its files
 * are there for somebody to read.
 */
static struct kpatch_sysfs_node *node_add(struct kpatch_sysfs_node *top,
					  const struct kobj_type *type,
					  struct kobject *parent,
					  struct kpatch_module *kpmod,
					  const struct kpatch_object *obj,
					  const struct kpatch_func *func,
					  const char *name)
{
	struct kpatch_sysfs_node *node = kzalloc(sizeof(*node), GFP_KERNEL);
	int ret;

	if (!node)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&node->list);
	INIT_LIST_HEAD(&node->tree);
	node->kpmod = kpmod;
	node->mod = kpmod->mod;
	node->obj = obj;
	node->func = func;
	ret = kobject_init_and_add(&node->kobj, KPATCH_KTYPE(type), parent,
				   "%s", name);
	if (ret) {
		kobject_put(&node->kobj);
		return ERR_PTR(ret);
	}
	if (top)
		list_add(&node->list, &top->tree);
	return node;
}

static bool same_node(const struct kpatch_func *a, const struct kpatch_func *b)
{
	return !strcmp(a->name, b->name) &&
	       (a->sympos ? a->sympos : 1) == (b->sympos ? b->sympos : 1);
}

/* sysfs would complain, with a backtrace, of a name that is there already. */
static int check_names(const struct kpatch_object *obj)
{
	const struct kpatch_func *func, *next;

	kpatch_for_each_func(obj, func) {
		next = func;
		list_for_each_entry_continue(next, &obj->funcs, list) {
			if (!same_node(func, next))
				continue;
			pr_err("%s:%s is replaced twice\n", obj->name,
			       func->name);
			return -EINVAL;
		}
	}
	return 0;
}

static int func_add(struct kpatch_sysfs_node *top, struct kobject *parent,
		    const struct kpatch_func *func)
{
	/* <function>,<sympos>, and a unique name counts as its first */
	char *name = kasprintf(GFP_KERNEL, "%s,%lu", func->name,
			       func->sympos ? func->sympos : 1);
	struct kpatch_sysfs_node *node;

	if (!name)
		return -ENOMEM;
	node = node_add(top, &func_ktype, parent, top->kpmod, NULL, func, name);
	kfree(name);
	return PTR_ERR_OR_ZERO(node);
}

static int object_add(struct kpatch_sysfs_node *top, struct kpatch_object *obj)
{
	struct kpatch_sysfs_node *node;
	struct kpatch_func *func;
	int ret = check_names(obj);

	if (ret)
		return ret;
	node = node_add(top, &object_ktype, &top->kobj, top->kpmod, obj, NULL,
			obj->name);
	if (IS_ERR(node))
		return PTR_ERR(node);
	kpatch_for_each_func(obj, func) {
		ret = func_add(top, &node->kobj, func);
		if (ret)
			break;
	}
	return ret;
}

/* Takes a patch's tree out: children go before their parents. */
static void tree_remove(struct kpatch_sysfs_node *top)
{
	struct kpatch_sysfs_node *node, *next;

	list_for_each_entry_safe(node, next, &top->tree, list) {
		list_del(&node->list);
		kobject_del(&node->kobj);
		kobject_put(&node->kobj);
	}
	kobject_del(&top->kobj);
	kobject_put(&top->kobj);
}

/* There is one of that name: ours, or the patch module has brought its own. */
static bool has_tree(const struct kpatch_module *kpmod)
{
	struct kernfs_node *kn = kernfs_find_and_get(kpatch_root_kobj->sd,
						     kpmod->mod->name);

	kernfs_put(kn);
	return kn;
}

/**
 * kpatch_sysfs_add - show a patch under /sys/kernel/kpatch
 * @kpmod:	the patch
 *
 * Nothing to do if it is shown already, by us or by its own module. May sleep,
 * without kpatch_mutex. Returns 0, or an error with all undone.
 */
int kpatch_sysfs_add(struct kpatch_module *kpmod)
{
	struct kpatch_sysfs_node *top;
	struct kpatch_object *obj;
	int ret = 0;

	if (has_tree(kpmod))
		return 0;
	top = node_add(NULL, &patch_ktype, kpatch_root_kobj, kpmod, NULL, NULL,
		       kpmod->mod->name);
	if (IS_ERR(top))
		return PTR_ERR(top);
	kpatch_for_each_object(kpmod, obj) {
		ret = object_add(top, obj);
		if (ret)
			break;
	}
	if (ret) {
		tree_remove(top);
		return ret;
	}
	mutex_lock(&shown_mutex);
	list_add(&top->list, &shown);
	mutex_unlock(&shown_mutex);
	return 0;
}

/* The tree of @kpmod, or any of @mod's if that is NULL, off the list. */
static struct kpatch_sysfs_node *take(const struct kpatch_module *kpmod,
				      const struct module *mod)
{
	struct kpatch_sysfs_node *top, *found = NULL;

	mutex_lock(&shown_mutex);
	list_for_each_entry(top, &shown, list)
		if (kpmod ? top->kpmod == kpmod : top->mod == mod)
			found = top;
	if (found)
		list_del_init(&found->list);
	mutex_unlock(&shown_mutex);
	return found;
}

bool kpatch_sysfs_has(const struct kpatch_module *kpmod)
{
	struct kpatch_sysfs_node *top;
	bool has = false;

	mutex_lock(&shown_mutex);
	list_for_each_entry(top, &shown, list)
		has |= top->kpmod == kpmod;
	mutex_unlock(&shown_mutex);
	return has;
}

/**
 * kpatch_sysfs_remove - the reverse of kpatch_sysfs_add()
 * @kpmod:	the patch; nothing to do if we do not show it
 *
 * Waits for readers and writers of the files. May sleep, without kpatch_mutex.
 */
void kpatch_sysfs_remove(struct kpatch_module *kpmod)
{
	struct kpatch_sysfs_node *top = take(kpmod, NULL);

	if (top)
		tree_remove(top);
}

/* The same for all patches of a module that will be freed. */
void kpatch_sysfs_module_going(const struct module *mod)
{
	struct kpatch_sysfs_node *top;

	while ((top = take(NULL, mod)))
		tree_remove(top);
}

static ssize_t refusal_show(kpatch_module_attribute *attr,
			    struct module_kobject *mk, char *buf)
{
	return kpatch_refusal_show(buf);
}

/* The stack in it tells addresses. */
static struct module_attribute refusal_attr = __ATTR_RO_MODE(refusal, 0400);

/* One file for each figure; kpatch(7) says what they count. */
#define STATISTIC(name, format)						\
static ssize_t name##_show(kpatch_module_attribute *attr,			\
			   struct module_kobject *mk, char *buf)	\
{									\
	return sysfs_emit(buf, format "\n",				\
			  READ_ONCE(kpatch_statistics.name));		\
}									\
static struct module_attribute name##_attr = __ATTR_RO(name)

STATISTIC(stops, "%lu");
STATISTIC(refusals, "%lu");
STATISTIC(late, "%lu");
STATISTIC(last_ns, "%llu");
STATISTIC(longest_ns, "%llu");
STATISTIC(last_inside_ns, "%llu");
STATISTIC(last_inside, "%u");
STATISTIC(last_outside, "%u");
STATISTIC(last_rounds, "%u");
STATISTIC(parked, "%lu");
STATISTIC(last_parked, "%u");

static struct attribute *statistics_attrs[] = {
	&stops_attr.attr, &refusals_attr.attr, &late_attr.attr,
	&last_ns_attr.attr, &longest_ns_attr.attr, &last_inside_ns_attr.attr,
	&last_inside_attr.attr, &last_outside_attr.attr,
	&last_rounds_attr.attr, &parked_attr.attr, &last_parked_attr.attr, NULL
};

static const struct attribute_group statistics_group = {
	.name = "statistics",
	.attrs = statistics_attrs,
};

int __init kpatch_sysfs_init(void)
{
	struct kobject *module_kobj = &THIS_MODULE->mkobj.kobj;
	int ret;

	kpatch_root_kobj = kobject_create_and_add("kpatch", kernel_kobj);
	if (!kpatch_root_kobj)
		return -ENOMEM;
	ret = sysfs_create_file(module_kobj, &refusal_attr.attr);
	if (ret)
		goto put;
	ret = sysfs_create_group(module_kobj, &statistics_group);
	if (ret)
		goto remove;
	return 0;
remove:
	sysfs_remove_file(module_kobj, &refusal_attr.attr);
put:
	kobject_put(kpatch_root_kobj);
	return ret;
}

void kpatch_sysfs_exit(void)
{
	sysfs_remove_group(&THIS_MODULE->mkobj.kobj, &statistics_group);
	sysfs_remove_file(&THIS_MODULE->mkobj.kobj, &refusal_attr.attr);
	kobject_put(kpatch_root_kobj);
}
