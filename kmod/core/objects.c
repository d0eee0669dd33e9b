// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * objects.c - the objects of a patch: vmlinux and modules
 *
 * An object is linked when its symbols are found, its relocations written and
 * ftrace told of its functions. Objects of modules that are not loaded stay
 * unlinked until the module arrives.
 */
#include <linux/ctype.h>
#include <linux/kobject.h>
#include <linux/notifier.h>
#include <linux/slab.h>

#include "arch/arch.h"
#include "core.h"
#include "unexported.h"

/*
 * Modules that have passed our notifier and whose init may be running. They
 * are not LIVE yet but can be patched. A module that is COMING and not noted
 * here is about to meet the notifier, or met its turn before we were loaded:
 * then nothing will tell us of it again. Under kpatch_mutex.
 */
struct coming_module {
	struct list_head list;
	struct module *mod;
};

static LIST_HEAD(coming_modules);

bool kpatch_object_is_vmlinux(const struct kpatch_object *obj)
{
	return !strcmp(obj->name, "vmlinux");
}

static struct coming_module *coming_find(const struct module *mod)
{
	struct coming_module *c;

	list_for_each_entry(c, &coming_modules, list)
		if (c->mod == mod)
			return c;
	return NULL;
}

static int coming_note(struct module *mod)
{
	struct coming_module *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	c->mod = mod;
	list_add(&c->list, &coming_modules);
	return 0;
}

static void coming_forget(struct module *mod)
{
	struct coming_module *c = coming_find(mod);

	if (!c)
		return;
	list_del(&c->list);
	kfree(c);
}

/*
 * What is built into the kernel has its folder in /sys/module only if it has
 * parameters or a version; of the rest the kernel itself knows no name. No module
 * can be loaded under a name that is taken there. One that is being loaded is not
 * there before it has been to our notifier, which waits for kpatch_mutex.
 */
static bool is_built_in(const char *name)
{
	struct kobject *kobj = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, name);
	bool built_in;

	if (!kobj)
		return false;
	built_in = !container_of(kobj, struct module_kobject, kobj)->mod;
	kobject_put(kobj);
	return built_in;
}

/* Kbuild turns '-' and ',' into '_': no module has any of these in its name. */
static bool is_module_name(const char *name)
{
	const char *c = name;

	while (isalnum(*c) || *c == '_' || *c == '.')
		c++;
	return *name && !*c && c - name < MODULE_NAME_LEN;
}

/* Could a module called so, which is not there, be loaded one day? */
static int check_may_come(const struct kpatch_module *kpmod,
			  const struct kpatch_object *obj)
{
	if (!is_module_name(obj->name))
		pr_err("%s: its object is called '%s', and no module can be: say the module's name, with _ for -, or vmlinux\n",
		       kpmod->mod->name, obj->name);
	else if (is_built_in(obj->name))
		pr_err("%s: its object %s is built into this kernel, and never comes as a module: say vmlinux\n",
		       kpmod->mod->name, obj->name);
	else
		return 0;
	return -EINVAL;
}

/*
 * Sets obj->mod to the module that @obj patches, NULL if there is none to be
 * patched now. It cannot vanish before kpatch_mutex is released: its going
 * would wait in our notifier. -EBUSY: nobody knows yet which of both it is;
 * -EINVAL: there can never be one.
 */
static int find_object(const struct kpatch_module *kpmod,
		       struct kpatch_object *obj)
{
	enum module_state state = MODULE_STATE_GOING;
	struct module *mod;

	rcu_read_lock_sched();
	mod = kpatch_kernel(find_module)(obj->name);
	if (mod)
		state = READ_ONCE(mod->state);
	rcu_read_unlock_sched();
	obj->mod = NULL;
	if (!mod)
		return check_may_come(kpmod, obj);
	if (state == MODULE_STATE_COMING && !coming_find(mod)) {
		kpatch_refusal_loading(kpmod, obj);
		return -EBUSY;
	}
	if (state == MODULE_STATE_LIVE || state == MODULE_STATE_COMING)
		obj->mod = mod;
	return 0;
}

/* No address is printed: it would tell where the kernel lies. */
static int check_addr(struct kpatch_func *func, unsigned long found)
{
	func->link->given_addr = func->old_addr;
	if (func->old_addr && func->old_addr != found) {
		pr_err("%s:%s does not lie where the patch was made for\n",
		       func->object->name, func->name);
		return -EINVAL;
	}
	func->old_addr = found;
	return 0;
}

/*
 * Kallsyms counts to the next symbol, an ELF file to the last instruction:
 * between the two is what aligns the next symbol, or a weak function that
 * another one has replaced, with no symbol any more.
 */
static bool fits(unsigned long addr, unsigned long given, unsigned long found)
{
	return given == found || (given < found && given > KPATCH_CALL_SIZE &&
				  kpatch_arch_may_end((u8 *)addr + given));
}

static int check_size(struct kpatch_func *func, unsigned long found)
{
	unsigned long given = func->old_size;

	func->link->given_size = given;
	func->link->size = found;
	if (given && !fits(func->old_addr, given, found)) {
		pr_err("%s:%s has size %lu, the patch was made for %lu\n",
		       func->object->name, func->name, found, given);
		return -EINVAL;
	}
	if (!given)
		func->old_size = found;
	return 0;
}

/* Spans may not overlap: see span_find(). Text of init would soon be freed. */
static bool is_in(const struct module *mod, unsigned long addr,
		  unsigned long size)
{
	unsigned long last = addr + size - 1;

	return last >= addr && within_module_core(addr, mod) &&
	       within_module_core(last, mod);
}

static int find_func(struct kpatch_object *obj, struct kpatch_func *func)
{
	unsigned long addr, size;
	int ret = kpatch_find_symbol(obj->mod, func->name, func->sympos, &addr);

	if (ret)
		return ret;
	size = kpatch_symbol_size(addr);
	if (!size) {
		pr_err("%s:%s has no size\n", obj->name, func->name);
		return -EINVAL;
	}
	if (!func->new_size)
		func->new_size = kpatch_symbol_size(func->new_addr);
	if (!is_in(func->patch->mod, func->new_addr, func->new_size)) {
		pr_err("%s: the replacement of %s:%s is no function of the patch module\n",
		       func->patch->mod->name, obj->name, func->name);
		return -EINVAL;
	}
	func->link = kzalloc(sizeof(*func->link), GFP_KERNEL);
	if (!func->link)
		return -ENOMEM;
	func->link->func = func;
	ret = check_addr(func, addr);
	if (!ret)
		ret = check_size(func, size);
	if (!ret)
		ret = kpatch_clones_find(obj, func);
	return ret;
}

static int find_funcs(struct kpatch_object *obj)
{
	struct kpatch_func *func;
	int ret;

	kpatch_for_each_func(obj, func) {
		ret = find_func(obj, func);
		if (ret)
			return ret;
	}
	/* One function may replace who reaches the clone of another. */
	kpatch_for_each_func(obj, func) {
		ret = kpatch_clones_check(obj, func);
		if (ret)
			return ret;
	}
	return 0;
}

/* What was found is void once the object is gone. */
static void forget_funcs(struct kpatch_object *obj)
{
	struct kpatch_func *func;

	kpatch_for_each_func(obj, func) {
		if (!func->link)
			continue;
		func->old_addr = func->link->given_addr;
		func->old_size = func->link->given_size;
		kfree(func->link->part);
		kfree(func->link);
		func->link = NULL;
	}
}

static void object_unlink(struct kpatch_object *obj)
{
	if (obj->linked)
		kpatch_redirect_detach(obj);
	if (obj->prepared && obj->post_unpatch_callback)
		obj->post_unpatch_callback(obj);
	kpatch_dynrelas_release(obj);
	forget_funcs(obj);
	obj->prepared = false;
	obj->linked = false;
	obj->mod = NULL;
}

/* obj->mod is set. Everything but the switch itself. */
static int object_link(struct kpatch_module *kpmod, struct kpatch_object *obj)
{
	int ret = find_funcs(obj);

	if (!ret)
		ret = kpatch_dynrelas_apply(kpmod, obj);
	if (ret)
		goto undo;
	if (obj->pre_patch_callback) {
		ret = obj->pre_patch_callback(obj);
		if (ret) {
			pr_err("%s: pre_patch of %s refuses: error %d\n",
			       kpmod->mod->name, obj->name, ret);
			if (ret == -EBUSY)
				kpatch_refusal_hook(kpmod, obj);
			goto undo;
		}
	}
	obj->prepared = true;
	ret = kpatch_redirect_attach(obj);
	if (ret)
		goto undo;
	obj->linked = true;
	return 0;
undo:
	object_unlink(obj);
	return ret;
}

/**
 * kpatch_objects_link - link all objects of a patch that are there
 * @kpmod:	the patch
 *
 * May sleep, under kpatch_mutex. Returns 0, or an error with all undone;
 * -EBUSY: one of them is being loaded just now, try again.
 */
int kpatch_objects_link(struct kpatch_module *kpmod)
{
	struct kpatch_object *obj;
	int ret = 0;

	kpatch_for_each_object(kpmod, obj) {
		if (!kpatch_object_is_vmlinux(obj)) {
			ret = find_object(kpmod, obj);
			if (ret)
				break;
			if (!obj->mod)
				continue;
		}
		ret = object_link(kpmod, obj);
		if (ret)
			break;
	}
	if (ret)
		kpatch_objects_unlink(kpmod);
	return ret;
}

/**
 * kpatch_objects_unlink - undo kpatch_objects_link()
 * @kpmod:	the patch
 *
 * The patch is not in force any more. Runs the post_unpatch hooks of the
 * objects whose pre_patch had succeeded, unless kpatch_switch() took that
 * note away. May sleep, under kpatch_mutex.
 */
void kpatch_objects_unlink(struct kpatch_module *kpmod)
{
	struct kpatch_object *obj;

	kpatch_for_each_object(kpmod, obj)
		if (obj->linked || obj->prepared)
			object_unlink(obj);
}

static struct kpatch_object *object_for(struct kpatch_module *kpmod,
					const struct module *mod)
{
	struct kpatch_object *obj;

	kpatch_for_each_object(kpmod, obj)
		if (!strcmp(obj->name, mod->name))
			return obj;
	return NULL;
}

static void module_going(struct module *mod)
{
	struct kpatch_module *kpmod;
	struct kpatch_object *obj;

	coming_forget(mod);
	kpatch_for_each_patch(kpmod) {
		obj = object_for(kpmod, mod);
		if (!obj || !obj->linked || obj->mod != mod)
			continue;
		if (obj->pre_unpatch_callback)
			obj->pre_unpatch_callback(obj);
		object_unlink(obj);
	}
}

/*
 * The module does not run yet, so its functions are redirected without a stop,
 * and the hooks that may not sleep run without one, too.
 */
static int module_coming(struct module *mod)
{
	struct kpatch_module *kpmod;
	struct kpatch_object *obj;
	int ret = coming_note(mod);

	if (ret)
		return ret;
	kpatch_for_each_patch(kpmod) {
		obj = object_for(kpmod, mod);
		if (!obj || !kpmod->enabled)
			continue;
		obj->mod = mod;
		ret = object_link(kpmod, obj);
		if (ret) {
			pr_err("%s: cannot patch module %s, which is refused: error %d\n",
			       kpmod->mod->name, mod->name, ret);
			break;
		}
		kpatch_redirect_set_idle();
		if (obj->post_patch_callback)
			obj->post_patch_callback(obj);
	}
	if (ret)
		module_going(mod);
	return ret;
}

/*
 * May sleep. An error at COMING makes the load of the module fail before its
 * init has run: a vulnerable module never runs unpatched.
 */
static int module_notify(struct notifier_block *nb, unsigned long state,
			 void *data)
{
	struct module *mod = data;
	int ret = 0;

	kpatch_lock();
	switch (state) {
	case MODULE_STATE_COMING:
		ret = module_coming(mod);
		break;
	case MODULE_STATE_LIVE:
		coming_forget(mod);
		break;
	case MODULE_STATE_GOING:
		module_going(mod);
		break;
	}
	mutex_unlock(&kpatch_mutex);
	if (state == MODULE_STATE_GOING)
		kpatch_patch_going(mod);
	return notifier_from_errno(ret);
}

static struct notifier_block module_nb = {
	.notifier_call = module_notify,
};

int __init kpatch_objects_init(void)
{
	return register_module_notifier(&module_nb);
}

void kpatch_objects_exit(void)
{
	struct coming_module *c, *next;

	unregister_module_notifier(&module_nb);
	list_for_each_entry_safe(c, next, &coming_modules, list)
		kfree(c);
}
