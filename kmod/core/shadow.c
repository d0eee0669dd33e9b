// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shadow.c - shadow variables: new members for objects that exist already
 *
 * A hash table from (address of the object, name of the variable) to memory.
 * Readers run under RCU, in any context but NMI; writers under a raw spinlock
 * that is safe against interrupts: hooks inside the stop may take it, with
 * PREEMPT_RT too.
 */
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "core.h"

#define SHADOW_BITS 12

struct shadow {
	struct hlist_node node;
	struct rcu_head rcu;
	const void *obj;
	const char *var;		/* behind data, in the same memory */
	unsigned long data[];		/* aligned as kmalloc() aligns */
};

static DEFINE_HASHTABLE(shadows, SHADOW_BITS);
static DEFINE_RAW_SPINLOCK(shadow_lock);	/* changes of the table */

static struct shadow *find(const void *obj, const char *var)
{
	struct shadow *s;

	hash_for_each_possible_rcu(shadows, s, node, (unsigned long)obj,
				   lockdep_is_held(&shadow_lock))
		if (s->obj == obj && !strcmp(s->var, var))
			return s;
	return NULL;
}

/**
 * kpatch_shadow_alloc - give an object a new variable
 * @obj:	the object
 * @var:	name of the variable; copied
 * @size:	bytes wanted; zeroed
 * @gfp:	how to allocate
 *
 * Any context in which @gfp may allocate. Returns the variable, or NULL when
 * there is no memory or the object has one of that name already. Free it with
 * kpatch_shadow_free() before the object goes.
 */
void *kpatch_shadow_alloc(void *obj, const char *var, size_t size, gfp_t gfp)
{
	size_t name = strlen(var) + 1;
	struct shadow *s;
	unsigned long flags;
	char *copy;
	bool taken;

	if (size > KMALLOC_MAX_SIZE - sizeof(*s) - name)
		return NULL;
	s = kzalloc(sizeof(*s) + size + name, gfp);
	if (!s)
		return NULL;
	copy = (char *)s->data + size;
	memcpy(copy, var, name);
	s->obj = obj;
	s->var = copy;
	raw_spin_lock_irqsave(&shadow_lock, flags);
	taken = find(obj, var);
	if (!taken)
		hash_add_rcu(shadows, &s->node, (unsigned long)obj);
	raw_spin_unlock_irqrestore(&shadow_lock, flags);
	if (taken) {
		kfree(s);
		return NULL;
	}
	return s->data;
}
EXPORT_SYMBOL_GPL(kpatch_shadow_alloc);

/**
 * kpatch_shadow_get - the variable of an object
 * @obj:	the object
 * @var:	name of the variable
 *
 * Any context but NMI. Returns the variable or NULL. It stays valid until
 * kpatch_shadow_free(), against which the caller guards as for the object.
 */
void *kpatch_shadow_get(void *obj, const char *var)
{
	struct shadow *s;

	rcu_read_lock();
	s = find(obj, var);
	rcu_read_unlock();
	return s ? s->data : NULL;
}
EXPORT_SYMBOL_GPL(kpatch_shadow_get);

/**
 * kpatch_shadow_free - take the variable of an object away
 * @obj:	the object
 * @var:	name of the variable; there need not be one
 *
 * Any context but NMI. Readers under RCU may go on using it for a grace
 * period.
 */
void kpatch_shadow_free(void *obj, const char *var)
{
	struct shadow *s;
	unsigned long flags;

	raw_spin_lock_irqsave(&shadow_lock, flags);
	s = find(obj, var);
	if (s)
		hash_del_rcu(&s->node);
	raw_spin_unlock_irqrestore(&shadow_lock, flags);
	if (s)
		kfree_rcu(s, rcu);
}
EXPORT_SYMBOL_GPL(kpatch_shadow_free);

/* Module exit. No patch is left, so nobody reads or writes. */
void kpatch_shadow_exit(void)
{
	struct hlist_node *next;
	struct shadow *s;
	int i;

	hash_for_each_safe(shadows, i, next, s, node) {
		hash_del(&s->node);
		kfree(s);
	}
}
