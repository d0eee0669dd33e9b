// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * switch.c - the stop, in which one store makes a patch live
 */
#include <linux/slab.h>
#include <linux/stop_machine.h>

#include "core.h"

struct kpatch_stop {
	struct kpatch_spans spans;
	struct kpatch_refusal refusal;
	bool replace;
};

/* Inside the stop: hooks of all linked objects of patches in @state. */
static void run_hooks(enum kpatch_state state)
{
	struct kpatch_module *kpmod;
	struct kpatch_object *obj;
	void (*hook)(struct kpatch_object *obj);

	kpatch_for_each_patch(kpmod) {
		if (kpmod->state != state)
			continue;
		kpatch_for_each_object(kpmod, obj) {
			hook = state == KPATCH_ENABLING ?
			       obj->post_patch_callback :
			       obj->pre_unpatch_callback;
			if (obj->linked && hook)
				hook(obj);
		}
	}
}

/*
 * On one CPU, interrupts off, all other CPUs spinning in multi_cpu_stop().
 * On replacement the new patch's hooks run and the old one's do not: what the
 * old one set up is taken over, not torn down and set up again.
 */
static int stopped(void *data)
{
	struct kpatch_stop *stop = data;
	int ret = kpatch_check_tasks(&stop->spans, &stop->refusal);

	if (ret)
		return ret;
	if (!stop->replace)
		run_hooks(KPATCH_DISABLING);
	kpatch_redirect_flip();
	run_hooks(KPATCH_ENABLING);
	return 0;
}

/**
 * kpatch_switch - make what the states of the patches ask for come true
 * @subject:	the patch that the log and the refusal name
 * @replace:	the patches that go are replaced, not unpatched
 *
 * May sleep, under kpatch_mutex. Returns 0, or an error with nothing changed;
 * -EBUSY: some task is in a function that changes, and kpatch_refusal_show()
 * tells which. The caller moves the states on and then settles the redirects.
 */
int kpatch_switch(struct kpatch_module *subject, bool replace)
{
	struct kpatch_stop *stop = kvzalloc(sizeof(*stop), GFP_KERNEL);
	int ret;

	if (!stop)
		return -ENOMEM;
	stop->replace = replace;
	ret = kpatch_spans_collect(&stop->spans);
	if (ret)
		goto free;
	kpatch_redirect_prepare();
	/* -EBUSY can only be ours: stop_machine() has no errors of its own */
	ret = stop_machine(stopped, stop, NULL);
	kpatch_redirect_reap();
	if (ret == -EBUSY)
		kpatch_refusal_publish(subject, &stop->refusal);
free:
	kpatch_spans_free(&stop->spans);
	kvfree(stop);
	return ret;
}
