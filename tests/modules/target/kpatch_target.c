// SPDX-License-Identifier: GPL-2.0-or-later
/* A module to be patched. Its parameters tell what its function says. */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

static char at_init[32];
module_param_string(at_init, at_init, sizeof(at_init), 0444);
MODULE_PARM_DESC(at_init, "what the function said while init ran");

static int fail;
module_param(fail, int, 0444);
MODULE_PARM_DESC(fail, "error for init to return");

static bool linger;
module_param(linger, bool, 0644);
MODULE_PARM_DESC(linger, "init does not end until this is 0");

/* The compiler must not know what it returns: clang would not call it. */
static noinline const char *target_message(void)
{
	const char *message = "original";

	OPTIMIZER_HIDE_VAR(message);
	return message;
}

/* Nobody takes its address; for patches to call. */
static noinline const char *target_spare(int n)
{
	static const char * const spare[] = { "spare 0", "spare 1", "spare 2" };

	return spare[READ_ONCE(n) % ARRAY_SIZE(spare)];
}

static int message_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%s\n", target_message());
}

static const struct kernel_param_ops message_ops = { .get = message_get };
module_param_cb(message, &message_ops, NULL, 0444);
MODULE_PARM_DESC(message, "what the function says now");

static int size_get(char *buffer, const struct kernel_param *kp)
{
	unsigned long size = 0;
	struct mod_kallsyms *ks;
	unsigned int i;

	preempt_disable();
	ks = rcu_dereference_sched(THIS_MODULE->kallsyms);
	for (i = 0; i < ks->num_symtab; i++)
		if (ks->symtab[i].st_value == (unsigned long)target_message)
			size = max_t(unsigned long, size, ks->symtab[i].st_size);
	preempt_enable();
	return sprintf(buffer, "%lu\n", size);
}

static const struct kernel_param_ops size_ops = { .get = size_get };
module_param_cb(size, &size_ops, NULL, 0444);
MODULE_PARM_DESC(size, "size of the function, as the ELF file has it");

static int __init target_init(void)
{
	strscpy(at_init, target_spare(fail), sizeof(at_init));
	strscpy(at_init, target_message(), sizeof(at_init));
	while (READ_ONCE(linger))
		msleep(20);
	return fail;
}

static void __exit target_exit(void)
{
}

module_init(target_init);
module_exit(target_exit);
MODULE_DESCRIPTION("A module to be patched by tests");
MODULE_LICENSE("GPL");
/* with a version, modpost adds a srcversion on every kernel */
MODULE_VERSION("1");
