// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shadow variables: what one task does, and what several do at once. Loading
 * fails when an answer is wrong.
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/smp.h>

#include "kpatch.h"

#define THREADS	4
#define ROUNDS	2000
#define OBJECTS	8
#define OTHERS	1000	/* other variables of each object */

static char objects[OBJECTS];
static atomic_t allocated[OBJECTS];
static atomic_t errors;
static struct completion finished;
static atomic_t running;
static unsigned long interrupts;	/* variables that they got */

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
static bool get_one(int at, gfp_t gfp)
{
	if (!kpatch_shadow_alloc(&objects[at], "v", 16, gfp))
		return false;
	expect(atomic_inc_return(&allocated[at]) == 1);
	expect(kpatch_shadow_get(&objects[at], "v"));
	return true;
}

static void put_one(int at)
{
	expect(atomic_dec_return(&allocated[at]) == 0);
	kpatch_shadow_free(&objects[at], "v");
}

/*
 * Who asks for a variable that is not there searches past all others of the
 * object. Were it added without a lock, another would come in between.
 */
static void others(bool there)
{
	char name[16];
	int i, at;

	for (i = 0; i < OTHERS; i++) {
		snprintf(name, sizeof(name), "other%d", i);
		for (at = 0; at < OBJECTS; at++)
			if (there)
				expect(kpatch_shadow_alloc(&objects[at], name,
							   1, GFP_KERNEL));
			else
				kpatch_shadow_free(&objects[at], name);
	}
}

static int several_tasks(void *unused)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		if (!get_one(i % OBJECTS, GFP_KERNEL))
			continue;
		cond_resched();
		put_one(i % OBJECTS);
	}
	if (atomic_dec_and_test(&running))
		complete(&finished);
	return 0;
}

/* In an interrupt, whatever it interrupts: what it got is for the sender. */
static void interrupt(void *got)
{
	int i;

	for (i = 0; i < OBJECTS; i++)
		if (get_one(i, GFP_ATOMIC))
			__set_bit(i, got);
}

/* Interrupts the tasks on the other CPU for as long as they run. */
static void interrupt_others(void)
{
	unsigned long got;
	unsigned int i;
	int cpu;

	while (!completion_done(&finished)) {
		got = 0;
		cpu = cpumask_any_but(cpu_online_mask, get_cpu());
		put_cpu();
		if (cpu < nr_cpu_ids)
			smp_call_function_single(cpu, interrupt, &got, true);
		for_each_set_bit(i, &got, OBJECTS) {
			put_one(i);
			interrupts++;
		}
		cond_resched();
	}
}

static int __init shadow_init(void)
{
	int i;

	one_task();
	others(true);
	init_completion(&finished);
	atomic_set(&running, THREADS);
	for (i = 0; i < THREADS; i++)
		if (IS_ERR(kthread_run(several_tasks, NULL, "shadow/%d", i)) &&
		    atomic_dec_and_test(&running))
			complete(&finished);
	interrupt_others();
	wait_for_completion(&finished);
	expect(interrupts || num_online_cpus() == 1);
	others(false);
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
