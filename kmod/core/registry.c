// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * registry.c - patches come, are switched on and off, replace others and go
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>

#include "compat.h"
#include "core.h"

/* How long a module whose init has failed is kept from being freed. */
#define GOING_LIMIT_MS	(30 * MSEC_PER_SEC)

LIST_HEAD(kpatch_patches);

/* Everything but the readers without a lock: see core.h. */
DEFINE_MUTEX(kpatch_mutex);

/* What modules that are compiled elsewhere rely on: see kpatch.h. */
static_assert(offsetof(struct kpatch_func, list) == 48);
static_assert(offsetof(struct kpatch_func, force) == 64);
static_assert(offsetof(struct kpatch_func, kobj) == 96);
static_assert(sizeof(struct kpatch_func) == 96 + sizeof(struct kobject));
static_assert(offsetof(struct kpatch_dynrela, addend) == 40);
static_assert(offsetof(struct kpatch_dynrela, list) == 48);
static_assert(sizeof(struct kpatch_dynrela) == 64);
static_assert(offsetof(struct kpatch_object, pre_patch_callback) == 56);
static_assert(offsetof(struct kpatch_object, kobj) == 104);
static_assert(offsetof(struct kpatch_module, enabled) == 24);
static_assert(offsetof(struct kpatch_module, list) == 32);
static_assert(offsetof(struct kpatch_module, kobj) == 48);

static void set_state(struct kpatch_module *kpmod, enum kpatch_state state)
{
	kpmod->state = state;
	/* For enabled_show(), which takes no lock. */
	WRITE_ONCE(kpmod->enabled, state == KPATCH_ENABLED);
}

/*
 * Off and out of every table. The module may be removed, unless tasks may be
 * in its text for ever because it was patched by force.
 */
static void retire(struct kpatch_module *kpmod)
{
	kpatch_objects_unlink(kpmod);
	list_del_init(&kpmod->list);
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

/* Does a patch that is replaced want its unpatch hooks to run? */
bool kpatch_wants_unpatch(const struct kpatch_module *kpmod)
{
	return kpmod->extended && kpmod->unpatch_on_replace;
}

/* The rule in run_hooks() (switch.c) applies to post_unpatch, too. */
static void retire_replaced(const struct kpatch_module *by)
{
	struct kpatch_module *p, *next;
	struct kpatch_object *obj;

	list_for_each_entry_safe(p, next, &kpatch_patches, list) {
		if (p->state != KPATCH_DISABLING)
			continue;
		kpatch_for_each_object(p, obj)
			obj->prepared &= kpatch_wants_unpatch(p);
		set_state(p, KPATCH_DISABLED);
		pr_notice("%s: replaced by %s\n", p->mod->name, by->mod->name);
		retire(p);
	}
}

static void taint(struct module *mod)
{
	add_taint(TAINT_LIVEPATCH, LOCKDEP_STILL_OK);
	set_bit(TAINT_LIVEPATCH, &mod->taints);
}

/* The first time, and again: only what is remembered of a patch is kept. */
static void set_up(struct kpatch_module *kpmod)
{
	struct kpatch_object *obj;
	struct kpatch_func *func;

	kpmod->enabled = false;
	kpatch_for_each_object(kpmod, obj) {
		obj->linked = false;
		obj->prepared = false;
		obj->mod = NULL;
		kpatch_for_each_func(obj, func) {
			func->patch = kpmod;
			func->object = obj;
			func->link = NULL;
			kpmod->forced |= !kpmod->known && func->force;
		}
	}
	kpmod->known = true;
}

/* kpmod is ENABLING and on the list. */
static int link_and_switch(struct kpatch_module *kpmod, bool replace)
{
	struct kpatch_module *p;
	int ret = kpatch_objects_link(kpmod);

	if (ret)
		return ret;
	if (replace)
		kpatch_for_each_patch(p)
			if (p->state == KPATCH_ENABLED)
				set_state(p, KPATCH_DISABLING);
	taint(kpmod->mod);
	ret = kpatch_switch(kpmod, replace);
	if (!ret)
		return 0;
	move_states(KPATCH_DISABLING, KPATCH_ENABLED);
	/* Unlinking runs hooks and counts it as what it is: off. */
	set_state(kpmod, KPATCH_DISABLED);
	kpatch_objects_unlink(kpmod);
	return ret;
}

/**
 * kpatch_enable - make a disabled patch live
 * @kpmod:	the patch
 * @replace:	and switch off all others in the same stop
 *
 * May sleep, under kpatch_mutex. Returns 0, or an error with nothing changed;
 * -ENODEV: its module is on its way out, and nothing of the patch was read.
 */
int kpatch_enable(struct kpatch_module *kpmod, bool replace)
{
	int ret;

	if (kpmod->state != KPATCH_DISABLED)
		return -EINVAL;
	if (!kpmod->pinned && !try_module_get(kpmod->mod))
		return -ENODEV;
	set_up(kpmod);
	/* The newest goes on top of the functions it shares with others. */
	list_add_tail(&kpmod->list, &kpatch_patches);
	set_state(kpmod, KPATCH_ENABLING);
	ret = link_and_switch(kpmod, replace);
	if (ret) {
		set_state(kpmod, KPATCH_DISABLED);
		list_del_init(&kpmod->list);
		if (!kpmod->pinned)
			module_put(kpmod->mod);
		return ret;
	}
	set_state(kpmod, KPATCH_ENABLED);
	retire_replaced(kpmod);
	pr_notice("%s: live\n", kpmod->mod->name);
	return 0;
}

/**
 * kpatch_disable - take a live patch back
 * @kpmod:	the patch
 *
 * May sleep, under kpatch_mutex. Returns 0, or an error with nothing changed;
 * -EINVAL: it is not live.
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

/**
 * kpatch_register - make a patch live
 * @kpmod:	described by its public members; new, or taken back or replaced
 *		before
 * @replace:	replace all earlier patches, atomically
 *
 * From the init function of the patch module, or later. May sleep. Returns 0;
 * -EBUSY: some task is in a function that changes, nothing is changed, try
 * again; -EINVAL: it is live, or says nothing; any other error: this patch
 * cannot be applied, with the reason in the log.
 */
int kpatch_register(struct kpatch_module *kpmod, bool replace)
{
	bool was_shown;
	int ret = 0;

	if (!kpmod->mod || list_empty(&kpmod->objects))
		return -EINVAL;
	/* Until it is live nobody may switch it by the files that we show. */
	mutex_lock(&kpatch_mutex);
	if (kpmod->state == KPATCH_DISABLED)
		kpmod->gone = true;
	else
		ret = -EINVAL;
	mutex_unlock(&kpatch_mutex);
	if (ret)
		return ret;
	/* First, as it may fail, and what is live must have its file. */
	was_shown = kpatch_sysfs_has(kpmod);
	ret = kpatch_sysfs_add(kpmod);
	if (ret)
		return ret;
	kpatch_lock();
	kpmod->gone = false;
	ret = kpatch_enable(kpmod, replace);
	mutex_unlock(&kpatch_mutex);
	if (ret && !was_shown)
		kpatch_sysfs_remove(kpmod);
	return ret;
}
EXPORT_SYMBOL_GPL(kpatch_register);

/**
 * kpatch_unregister - take a patch back if it is live, and forget it
 * @kpmod:	as it was registered
 *
 * May sleep. Must not be called from a write to the patch's own `enabled`
 * file, if that is one of ours. Returns 0; -EBUSY: some task is in a function
 * that changes, the patch is live as before, try again; -EINVAL: there is
 * nothing to be done: it is not live, and not shown in sysfs by us.
 */
int kpatch_unregister(struct kpatch_module *kpmod)
{
	bool shown = kpatch_sysfs_has(kpmod);
	int ret = 0;

	kpatch_lock();
	if (kpmod->state != KPATCH_DISABLED)
		ret = kpatch_disable(kpmod);
	else if (!shown)
		ret = -EINVAL;
	/* From now on a write to our `enabled` is refused. */
	if (!ret)
		kpmod->gone = true;
	mutex_unlock(&kpatch_mutex);
	if (!ret)
		kpatch_sysfs_remove(kpmod);
	return ret;
}
EXPORT_SYMBOL_GPL(kpatch_unregister);

static struct kpatch_module *patch_of(const struct module *mod)
{
	struct kpatch_module *p;

	kpatch_for_each_patch(p)
		if (p->mod == mod)
			return p;
	return NULL;
}

/*
 * Takes back a patch whose module will be freed, with its forced functions
 * looked for, too: here it matters that nobody is in them.
 */
static int take_back(struct kpatch_module *going)
{
	ktime_t until = ktime_add_ms(ktime_get(), GOING_LIMIT_MS);
	int ret;

	going->dying = true;
	going->forced = false;
	for (;;) {
		ret = kpatch_disable(going);
		if (!ret || ktime_after(ktime_get(), until))
			return ret;
		mutex_unlock(&kpatch_mutex);
		msleep(100);
		kpatch_lock();
		/* Meanwhile somebody else may have switched it off. */
		if (going->state == KPATCH_DISABLED)
			return 0;
	}
}

/**
 * kpatch_patch_going - the module of a patch is about to be freed
 * @mod:	any module that goes
 *
 * Reached with a live patch only if the module's init failed after it had
 * registered: a patch must not be in force then, and nobody in its text. If
 * that cannot be had within the time for it, nothing of the module is freed.
 * The loader takes it off its lists all the same, unconditionally and in functions
 * of its own, so that its exception table and unwind data are not found any more:
 * a fault that the table would have mended kills the task, and a stack with the
 * module on it cannot be walked, so that its task is in the way of all switches.
 * May sleep, without kpatch_mutex.
 */
void kpatch_patch_going(struct module *mod)
{
	struct kpatch_module *going;
	bool leaked = false;

	kpatch_lock();
	while ((going = patch_of(mod))) {
		if (!take_back(going))
			continue;
		pr_crit("%s: its init failed and somebody is in it: it stays live, and its memory is never freed\n",
			mod->name);
		kpatch_module_leak(mod);
		__module_get(THIS_MODULE);
		leaked = true;
		break;
	}
	mutex_unlock(&kpatch_mutex);
	if (!leaked)
		kpatch_sysfs_module_going(mod);
}

static int __init kpatch_init(void)
{
	int ret = kpatch_symbols_init();

	if (ret)
		return ret;
	ret = kpatch_ops_init();
	if (ret)
		return ret;
	ret = kpatch_clones_init();
	if (ret)
		return ret;
	ret = kpatch_exits_init();
	if (ret)
		goto clones;
	ret = kpatch_sysfs_init();
	if (ret)
		goto exits;
	ret = kpatch_objects_init();
	if (ret)
		goto sysfs;
	kpatch_notes_init();
	kpatch_park_init();
	return 0;
sysfs:
	kpatch_sysfs_exit();
exits:
	kpatch_exits_exit();
clones:
	kpatch_clones_exit();
	return ret;
}

/* Patch modules use our symbols, so none is left by now. */
static void __exit kpatch_exit(void)
{
	kpatch_objects_exit();
	kpatch_ops_exit();
	kpatch_park_exit();
	kpatch_notes_exit();
	kpatch_redirect_exit();
	kpatch_shadow_exit();
	kpatch_sysfs_exit();
	kpatch_exits_exit();
	kpatch_clones_exit();
}

module_init(kpatch_init);
module_exit(kpatch_exit);

MODULE_DESCRIPTION("Replaces functions of the running kernel");
MODULE_AUTHOR("The kpatch-manager authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(KPATCH_VERSION);
