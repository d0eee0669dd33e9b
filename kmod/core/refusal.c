// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * refusal.c - what stood in the way of the last attempt to switch
 *
 * In the log for people, in /sys/module/kpatch/refusal for programs.
 */
#include <linux/kallsyms.h>
#include <linux/sysfs.h>

#include "core.h"

/* The file's text, as it was made when the switch was refused. */
static char refusal_text[PAGE_SIZE];	/* under kpatch_mutex */
static char symbol[KSYM_SYMBOL_LEN];	/* scratch space, under kpatch_mutex */

/*
 * For %*pE: a task's name is its own to choose, and a newline in it would fake
 * our lines.
 */
static int comm_length(const struct kpatch_refusal *r)
{
	return strlen(r->comm);
}

/* The name of what is at @addr, without offset and module, in @buf. */
static const char *name_at(unsigned long addr, char *buf)
{
	sprint_symbol_no_offset(buf, addr);
	buf[strcspn(buf, " ")] = '\0';
	return buf;
}

/* Where the task is: an object and a function of it. */
static void find_place(const struct kpatch_refusal *r, const char **object,
		       const char **function, char *buf)
{
	if (r->span->func) {
		*object = r->span->func->object->name;
		*function = r->span->func->name;
		return;
	}
	*object = r->span->patch->mod->name;
	*function = name_at(r->entries[r->at], buf);
}

static int describe(const struct kpatch_module *kpmod,
		    const struct kpatch_refusal *r, char *buf, int size)
{
	int at = scnprintf(buf, size, "patch %s\n", kpmod->mod->name);
	const char *object, *function;

	if (r->span) {
		find_place(r, &object, &function, symbol);
		at += scnprintf(buf + at, size - at, "object %s\nfunction %s\n",
				object, function);
	} else {
		at += scnprintf(buf + at, size - at, "error %d\n",
				r->late ? -ETIME :
				r->missing ? -ENOSPC : r->error);
	}
	if (r->late || r->missing)
		return at;
	at += scnprintf(buf + at, size - at, "task %*pE\npid %d\n",
			comm_length(r), r->comm, r->pid);
	if (r->parked)
		at += scnprintf(buf + at, size - at, "parked %u\n", r->parked);
	return at;
}

static void log_refusal(const struct kpatch_module *kpmod,
			const struct kpatch_refusal *r)
{
	const char *object, *function;
	unsigned int i;

	if (r->span) {
		find_place(r, &object, &function, symbol);
		pr_warn("%s: not now: task %*pE (pid %d) is in %s:%s\n",
			kpmod->mod->name, comm_length(r), r->comm, r->pid,
			object, function);
	} else if (r->late) {
		pr_warn("%s: not now: the machine would have been stopped for longer than stop_limit_us\n",
			kpmod->mod->name);
	} else if (r->missing) {
		pr_warn("%s: not now: not all tasks that end just now can be looked at: they are too many, or kprobes are switched off\n",
			kpmod->mod->name);
	} else {
		pr_warn("%s: not now: the stack of task %*pE (pid %d) cannot be trusted (error %d)\n",
			kpmod->mod->name, comm_length(r), r->comm, r->pid, r->error);
	}
	if (r->parked)
		pr_warn("  although %u tasks in the way were held\n", r->parked);
	for (i = 0; i < r->nr; i++)
		pr_warn("  %pS\n", (void *)r->entries[i]);
}

/**
 * kpatch_refusal_publish - say why a patch could not be switched
 * @kpmod:	the patch
 * @r:		what the check of the tasks found
 *
 * Under kpatch_mutex, after the stop.
 */
void kpatch_refusal_publish(const struct kpatch_module *kpmod,
			    const struct kpatch_refusal *r)
{
	const int size = sizeof(refusal_text);
	unsigned int i;
	int at;

	log_refusal(kpmod, r);
	at = describe(kpmod, r, refusal_text, size);
	at += scnprintf(refusal_text + at, size - at, "stack\n");
	for (i = 0; i < r->nr; i++)
		at += scnprintf(refusal_text + at, size - at, " %pS\n",
				(void *)r->entries[i]);
}

/**
 * kpatch_refusal_loading - say that a patch has to wait for a module
 * @kpmod:	the patch
 * @obj:	its object that is being loaded just now
 *
 * Under kpatch_mutex.
 */
void kpatch_refusal_loading(const struct kpatch_module *kpmod,
			    const struct kpatch_object *obj)
{
	pr_warn("%s: not now: module %s is being loaded\n",
		kpmod->mod->name, obj->name);
	scnprintf(refusal_text, sizeof(refusal_text),
		  "patch %s\nobject %s\nerror %d\n",
		  kpmod->mod->name, obj->name, -EBUSY);
}

/**
 * kpatch_refusal_hook - say that a patch's own hook has something against it
 * @kpmod:	the patch
 * @obj:	the object whose pre_patch hook answered -EBUSY
 *
 * Under kpatch_mutex. The hook was logged by the caller.
 */
void kpatch_refusal_hook(const struct kpatch_module *kpmod,
			 const struct kpatch_object *obj)
{
	scnprintf(refusal_text, sizeof(refusal_text),
		  "patch %s\nobject %s\nhook pre_patch\nerror %d\n",
		  kpmod->mod->name, obj->name, -EBUSY);
}

/* Reads of /sys/module/kpatch/refusal; @buf is one page. */
ssize_t kpatch_refusal_show(char *buf)
{
	ssize_t len;

	mutex_lock(&kpatch_mutex);
	len = scnprintf(buf, PAGE_SIZE, "%s", refusal_text);
	mutex_unlock(&kpatch_mutex);
	return len;
}
