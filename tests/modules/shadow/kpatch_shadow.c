// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shadow variables: what one task does, and what several do at once. Loading
 * fails when an answer is wrong.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>

#include "kpatch.h"

#define THREADS	4
#define ROUNDS	2000
#define OBJECTS	8

static char objects[OBJECTS];
static atomic_t allocated[OBJECTS];
static atomic_t errors;
static struct completion finished;
static atomic_t running;

#define expect(what) ({							\
	bool _ok = (what);						\
									\
	if (!_ok) {							\
		pr_err("shadow: not so: %s\n", #what);			\
		atomic_inc(&errors);					\
	}								\
	_ok;								\
})

static void one_task(void)
{
	int a, b, *v, *w;

	expect(!kpatch_shadow_get(&a, "x"));
	v = kpatch_shadow_alloc(&a, "x", sizeof(*v), GFP_KERNEL);
	if (!expect(v) || !expect(!*v))
		return;
	*v = 42;
	expect(!kpatch_shadow_alloc(&a, "x", sizeof(*v), GFP_KERNEL));
	expect(!kpatch_shadow_get(&b, "x"));
	expect(!kpatch_shadow_get(&a, "y"));
	w = kpatch_shadow_alloc(&a, "y", sizeof(*w), GFP_ATOMIC);
	expect(w && w != v);
	expect(kpatch_shadow_get(&a, "x") == v && *v == 42);
	kpatch_shadow_free(&a, "x");
	expect(!kpatch_shadow_get(&a, "x"));
	expect(kpatch_shadow_get(&a, "y") == w);
	kpatch_shadow_free(&a, "y");
	kpatch_shadow_free(&a, "y");
	expect(!kpatch_shadow_alloc(&a, "x", SIZE_MAX, GFP_KERNEL));
}

/* Whoever gets the variable is alone with it until it is freed. */
static int several_tasks(void *unused)
{
	int i, at;

	for (i = 0; i < ROUNDS; i++) {
		at = i % OBJECTS;
		if (!kpatch_shadow_alloc(&objects[at], "v", 16, GFP_KERNEL))
			continue;
		expect(atomic_inc_return(&allocated[at]) == 1);
		expect(kpatch_shadow_get(&objects[at], "v"));
		cond_resched();
		expect(atomic_dec_return(&allocated[at]) == 0);
		kpatch_shadow_free(&objects[at], "v");
	}
	if (atomic_dec_and_test(&running))
		complete(&finished);
	return 0;
}

static int __init shadow_init(void)
{
	int i;

	one_task();
	init_completion(&finished);
	atomic_set(&running, THREADS);
	for (i = 0; i < THREADS; i++)
		if (IS_ERR(kthread_run(several_tasks, NULL, "shadow/%d", i)) &&
		    atomic_dec_and_test(&running))
			complete(&finished);
	wait_for_completion(&finished);
	for (i = 0; i < OBJECTS; i++)
		expect(!kpatch_shadow_get(&objects[i], "v"));
	return atomic_read(&errors) ? -EINVAL : 0;
}

static void __exit shadow_exit(void)
{
}

module_init(shadow_init);
module_exit(shadow_exit);
MODULE_DESCRIPTION("Tests of shadow variables");
MODULE_LICENSE("GPL");
