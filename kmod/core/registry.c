// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * registry.c - patches come, are switched on and off, replace others and go
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "core.h"

LIST_HEAD(kpatch_patches);

/* Everything but the readers without a lock: see core.h. */
DEFINE_MUTEX(kpatch_mutex);

static bool known(const struct kpatch_module *kpmod)
{
	const struct kpatch_module *p;

	kpatch_for_each_patch(p)
		if (p == kpmod)
			return true;
	return false;
}

static void set_state(struct kpatch_module *kpmod, enum kpatch_state state)
{
	kpmod->state = state;
	kpmod->enabled = kpatch_live_after(kpmod) &&
			 state != KPATCH_ENABLING;
}

/*
 * Off and out of every table. The module may be removed, unless tasks may be
 * in its text for ever because it was patched by force.
 */
static void retire(struct kpatch_module *kpmod)
{
	kpatch_objects_unlink(kpmod);
	if (!kpmod->forced) {
		module_put(kpmod->mod);
		return;
	}
	if (!kpmod->pinned)
		pr_notice("%s: stays loaded: it was patched by force\n",
			  kpmod->mod->name);
	kpmod->pinned = true;
}

/* Moves all patches that are in the middle of @from on to @to. */
static void move_states(enum kpatch_state from, enum kpatch_state to)
{
	struct kpatch_module *p;

	kpatch_for_each_patch(p)
		if (p->state == from)
			set_state(p, to);
}

/* For post_unpatch holds what run_hooks() in switch.c says. */
static void retire_replaced(const struct kpatch_module *by)
{
	struct kpatch_module *p;
	struct kpatch_object *obj;

	kpatch_for_each_patch(p) {
		if (p->state != KPATCH_DISABLING)
			continue;
		kpatch_for_each_object(p, obj)
			obj->prepared &= p->unpatch_on_replace;
		set_state(p, KPATCH_DISABLED);
		retire(p);
		pr_notice("%s: replaced by %s\n", p->mod->name, by->mod->name);
	}
}

static void taint(struct module *mod)
{
	add_taint(TAINT_LIVEPATCH, LOCKDEP_STILL_OK);
	set_bit(TAINT_LIVEPATCH, &mod->taints);
}

/**
 * kpatch_enable - make a disabled patch live
 * @kpmod:	on kpatch_patches
 * @replace:	and switch off all others in the same stop
 *
 * May sleep, under kpatch_mutex. Returns 0, or an error with nothing changed.
 */
int kpatch_enable(struct kpatch_module *kpmod, bool replace)
{
	struct kpatch_module *p;
	int ret;

	if (kpmod->state != KPATCH_DISABLED)
		return -EINVAL;
	/* The newest goes on top of the functions it shares with others. */
	list_move_tail(&kpmod->list, &kpatch_patches);
	if (!kpmod->pinned && !try_module_get(kpmod->mod))
		return -ENODEV;
	set_state(kpmod, KPATCH_ENABLING);
	ret = kpatch_objects_link(kpmod);
	if (ret)
		goto put;
	if (replace)
		kpatch_for_each_patch(p)
			if (p->state == KPATCH_ENABLED)
				set_state(p, KPATCH_DISABLING);
	taint(kpmod->mod);
	ret = kpatch_switch(kpmod, replace);
	if (ret)
		goto undo;
	set_state(kpmod, KPATCH_ENABLED);
	retire_replaced(kpmod);
	pr_notice("%s: live\n", kpmod->mod->name);
	return 0;
undo:
	move_states(KPATCH_DISABLING, KPATCH_ENABLED);
	set_state(kpmod, KPATCH_DISABLED);
	kpatch_objects_unlink(kpmod);
put:
	set_state(kpmod, KPATCH_DISABLED);
	if (!kpmod->pinned)
		module_put(kpmod->mod);
	return ret;
}

/**
 * kpatch_disable - take a live patch back
 * @kpmod:	on kpatch_patches
 *
 * May sleep, under kpatch_mutex. Returns 0, or an error with nothing changed.
 */
int kpatch_disable(struct kpatch_module *kpmod)
{
	int ret;

	if (kpmod->state != KPATCH_ENABLED)
		return -EINVAL;
	set_state(kpmod, KPATCH_DISABLING);
	ret = kpatch_switch(kpmod, false);
	set_state(kpmod, ret ? KPATCH_ENABLED : KPATCH_DISABLED);
	if (ret)
		return ret;
	pr_notice("%s: taken back\n", kpmod->mod->name);
	retire(kpmod);
	return 0;
}

static void set_up(struct kpatch_module *kpmod)
{
	struct kpatch_object *obj;
	struct kpatch_func *func;

	kpmod->state = KPATCH_DISABLED;
	kpmod->enabled = false;
	INIT_LIST_HEAD(&kpmod->list);
	kpatch_for_each_object(kpmod, obj)
		kpatch_for_each_func(obj, func) {
			func->patch = kpmod;
			func->object = obj;
			kpmod->forced |= func->force;
		}
}

/**
 * kpatch_register - make a patch known and live
 * @kpmod:	described by its public members
 * @replace:	replace all earlier patches, atomically
 *
 * From the init function of the patch module. May sleep. Returns 0;
 * -EBUSY: some task is in a function that changes, nothing is changed, try
 * again; any other error: this patch cannot be applied, with the reason in
 * the log.
 */
int kpatch_register(struct kpatch_module *kpmod, bool replace)
{
	int ret;

	if (!kpmod->mod || list_empty(&kpmod->objects))
		return -EINVAL;
	mutex_lock(&kpatch_mutex);
	if (known(kpmod)) {
		mutex_unlock(&kpatch_mutex);
		return -EEXIST;
	}
	set_up(kpmod);
	list_add_tail(&kpmod->list, &kpatch_patches);
	ret = kpatch_enable(kpmod, replace);
	if (ret)
		list_del_init(&kpmod->list);
	mutex_unlock(&kpatch_mutex);
	if (ret)
		return ret;
	ret = kpatch_sysfs_add(kpmod);
	if (ret)
		pr_warn("%s: live, but not shown in sysfs: error %d\n",
			kpmod->mod->name, ret);
	return 0;
}
EXPORT_SYMBOL_GPL(kpatch_register);

/**
 * kpatch_unregister - take a patch back if it is live, and forget it
 * @kpmod:	as it was registered
 *
 * May sleep. Must not be called from a write to the patch's own `enabled`
 * file. Returns 0; -EBUSY: some task is in a function that changes, the patch
 * is live as before, try again; -EINVAL: not registered.
 */
int kpatch_unregister(struct kpatch_module *kpmod)
{
	int ret = 0;

	mutex_lock(&kpatch_mutex);
	if (!known(kpmod))
		ret = -EINVAL;
	else if (kpmod->state == KPATCH_ENABLED)
		ret = kpatch_disable(kpmod);
	/* Under the same lock, or a write to `enabled` could come between. */
	if (!ret)
		list_del_init(&kpmod->list);
	mutex_unlock(&kpatch_mutex);
	if (!ret)
		kpatch_sysfs_remove(kpmod);
	return ret;
}
EXPORT_SYMBOL_GPL(kpatch_unregister);

/**
 * kpatch_patch_going - the module of a patch is about to be freed
 * @mod:	any module that goes
 *
 * Reached with a live patch only if the module's init failed after it had
 * registered: then nothing but unpatching, however long it takes, keeps
 * tasks out of freed text. May sleep, without kpatch_mutex.
 */
void kpatch_patch_going(struct module *mod)
{
	struct kpatch_module *p, *going = NULL;

	mutex_lock(&kpatch_mutex);
	kpatch_for_each_patch(p)
		if (p->mod == mod)
			going = p;
	while (going && going->enabled && kpatch_disable(going)) {
		mutex_unlock(&kpatch_mutex);
		msleep(100);
		mutex_lock(&kpatch_mutex);
	}
	if (going)
		list_del_init(&going->list);
	mutex_unlock(&kpatch_mutex);
	if (going)
		kpatch_sysfs_remove(going);
}

static int __init kpatch_init(void)
{
	int ret = kpatch_symbols_init();

	if (ret)
		return ret;
	ret = kpatch_sysfs_init();
	if (ret)
		return ret;
	ret = kpatch_objects_init();
	if (ret) {
		kpatch_sysfs_exit();
		return ret;
	}
	kpatch_notes_init();
	return 0;
}

/* Patch modules use our symbols, so none is left by now. */
static void __exit kpatch_exit(void)
{
	kpatch_objects_exit();
	kpatch_notes_exit();
	kpatch_redirect_exit();
	kpatch_shadow_exit();
	kpatch_sysfs_exit();
}

module_init(kpatch_init);
module_exit(kpatch_exit);

MODULE_DESCRIPTION("Replaces functions of the running kernel");
MODULE_AUTHOR("The kpatch-manager authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(KPATCH_VERSION);
