// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * invariants.c - with debug=1: what must be true after every stop
 *
 * For tests, and for who does not trust us. A violation is a WARN, which tests
 * take for a failure.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/stop_machine.h>

#include "compat.h"
#include "core.h"

static bool debug;
module_param(debug, bool, 0644);
MODULE_PARM_DESC(debug, "check after every switch that all is as it should be");

/* No patch is in between two states but those that this switch moves. */
static bool lists_consistent(void)
{
	const struct kpatch_module *p;
	const struct kpatch_object *obj;
	const struct kpatch_func *func;

	kpatch_for_each_patch(p) {
		if (p->state == KPATCH_DISABLED || p->gone)
			return false;
		kpatch_for_each_object(p, obj)
			kpatch_for_each_func(obj, func)
				if (func->patch != p || func->object != obj ||
				    obj->linked != (func->link &&
						    func->link->redirect))
					return false;
	}
	return true;
}

/*
 * Stopped again: is nobody in what was switched off? Between the two stops
 * nobody can have come in, for the redirects are not in force any more.
 */
static int look_again(void *data)
{
	struct kpatch_check *check = data;

	check->deadline = 0;
	check->sure_only = true;
	return kpatch_walk_all(check);
}

static bool nobody_inside(struct kpatch_check *check)
{
	/* Originals and helpers may be entered again: only what goes counts. */
	check->spans.nr = 0;
	if (!check->texts.nr)
		return true;
	/* That not all could be looked at is no violation. */
	stop_machine(look_again, check, NULL);
	return !check->refusal.span;
}

/**
 * kpatch_invariants_check - after a switch, or an attempt
 * @check:	of the switch; what it found is not needed any more
 * @switched:	it succeeded
 *
 * May sleep, under kpatch_mutex, before the states of the patches move on.
 */
void kpatch_invariants_check(struct kpatch_check *check, bool switched)
{
	if (!READ_ONCE(debug))
		return;
	WARN(!lists_consistent(), "kpatch: debug: lists do not agree");
	WARN(!kpatch_redirects_consistent(switched),
	     "kpatch: debug: redirects are not as they should be");
	if (switched)
		WARN(!nobody_inside(check),
		     "kpatch: debug: task %s is in text that was retired",
		     check->refusal.comm);
}
