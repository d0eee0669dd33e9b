// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A patch written against the names of kpatch.h alone, without the kit, with
 * one relocation of every type. Its parameters say what they gave. (Only what
 * plants something looks into core.h.)
 */
#include <linux/delay.h>
#include <linux/elf.h>
#include <linux/linkage.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "core.h"

static bool outside;
module_param(outside, bool, 0444);
MODULE_PARM_DESC(outside, "let a relocation write behind the module");

static ulong new_size;
module_param(new_size, ulong, 0444);
MODULE_PARM_DESC(new_size, "size to be given for the replacement");

static ulong old_addr;
module_param(old_addr, ulong, 0444);
MODULE_PARM_DESC(old_addr, "address to be given for the function");

static bool twice;
module_param(twice, bool, 0444);
MODULE_PARM_DESC(twice, "name the function a second time");

static bool second;
module_param(second, bool, 0444);
MODULE_PARM_DESC(second, "register another patch, too");

static int fail;
module_param(fail, int, 0444);
MODULE_PARM_DESC(fail, "what init returns two seconds after the patch went live");

static bool force;
module_param(force, bool, 0444);
MODULE_PARM_DESC(force, "do not look for tasks in the function");

static uint stay;
module_param(stay, uint, 0644);
MODULE_PARM_DESC(stay, "milliseconds that each call of the replacement takes");

static char *external;
module_param(external, charp, 0444);
MODULE_PARM_DESC(external, "the symbol of the first relocation, not the object's");

static char *called = "vmlinux";
module_param(called, charp, 0444);
MODULE_PARM_DESC(called, "name of the object");

static char *function = "version_proc_show";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "name of the function; another one only together with refuse");

static bool refuse;
module_param(refuse, bool, 0444);
MODULE_PARM_DESC(refuse, "let the hook pre_patch refuse, behind all other checks");

/* Functions in read-only text that return what a relocation put into them. */
unsigned long raw_pc32(void);
unsigned long raw_plt32(void);
unsigned long raw_32s(void);
unsigned long raw_changed(void);
asm(".pushsection .text\n"
    ".type raw_pc32, @function\n"
    "raw_pc32: leaq 0(%rip), %rax\n" ASM_RET
    ".size raw_pc32, . - raw_pc32\n"
    ".type raw_plt32, @function\n"
    "raw_plt32: leaq 0(%rip), %rax\n" ASM_RET
    ".size raw_plt32, . - raw_plt32\n"
    ".type raw_32s, @function\n"
    "raw_32s: movq $0, %rax\n" ASM_RET
    ".size raw_32s, . - raw_32s\n"
    ".type raw_changed, @function\n"
    "raw_changed: movq $77, %rax\n" ASM_RET
    ".size raw_changed, . - raw_changed\n"
    ".popsection\n");

static unsigned long raw_64;
static unsigned long raw_none = 55;

/* -1 if the answers differ: 1 when all relocations gave this address. */
static int agree_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%d %d %d %lu %lu\n", raw_64 == raw_pc32(),
		       raw_64 == raw_plt32(), raw_64 == raw_32s(),
		       raw_changed(), raw_none);
}

static int address_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%lx\n", raw_64);
}

static const struct kernel_param_ops agree_ops = { .get = agree_get };
module_param_cb(agree, &agree_ops, NULL, 0444);
static const struct kernel_param_ops address_ops = { .get = address_get };
module_param_cb(address, &address_ops, NULL, 0444);

static int new_version(struct seq_file *m, void *v)
{
	msleep(READ_ONCE(stay));
	seq_puts(m, "patched without the kit\n");
	return 0;
}

static int new_uptime(struct seq_file *m, void *v)
{
	seq_puts(m, "for ever\n");
	return 0;
}

#define RELA(_type, _dest, _addend) {					\
	.type = (_type), .dest = (unsigned long)(_dest),		\
	.addend = (_addend), .name = "saved_command_line" }

/* An instruction of 7 bytes ends with the 4 that are relocated. */
static struct kpatch_dynrela relas[] = {
	RELA(R_X86_64_64, &raw_64, 0),
	RELA(R_X86_64_PC32, (void *)raw_pc32 + 3, -4),
	RELA(R_X86_64_PLT32, (void *)raw_plt32 + 3, -4),
	RELA(R_X86_64_32S, (void *)raw_32s + 3, 0),
	RELA(R_X86_64_32S, (void *)raw_changed + 3, 0),
	RELA(R_X86_64_NONE, &raw_none, 0),
};

static struct kpatch_func func = {
	.name = "version_proc_show",
	.new_addr = (unsigned long)new_version,
};

static struct kpatch_func again = {
	.name = "version_proc_show",
	.new_addr = (unsigned long)new_version,
	.sympos = 1,
};

static struct kpatch_func uptime = {
	.name = "uptime_proc_show",
	.new_addr = (unsigned long)new_uptime,
};

static struct kpatch_object object = { .name = "vmlinux" };
static struct kpatch_module patch = { .mod = THIS_MODULE };
static struct kpatch_object second_object = { .name = "vmlinux" };
static struct kpatch_module second_patch = { .mod = THIS_MODULE };

/*
 * What kpatch.ko's checks of itself are to find: members of this patch, which is
 * live, that say something else for a while, and do no harm meanwhile.
 */
static char planted[8];

static void plant_target(bool undo)
{
	struct kpatch_redirect *redirect = func.link->redirect;

	/* 0 is the original, which does for a while. */
	WRITE_ONCE(redirect->target[0], undo ? func.new_addr : 0);
	WRITE_ONCE(redirect->target[1], undo ? func.new_addr : 0);
}

static void plant_link(bool undo)
{
	again.patch = &patch;
	again.object = &object;
	again.new_addr = func.new_addr;
	func.link->func = undo ? &func : &again;
}

static void plant_patch(bool undo)
{
	second_patch.state = KPATCH_ENABLED;
	second_patch.mod = THIS_MODULE;
	func.patch = undo ? &patch : &second_patch;
	if (undo)
		second_patch.state = KPATCH_DISABLED;
}

static void plant(bool undo)
{
	if (!strcmp(planted, "gone"))
		patch.gone = !undo;
	else if (!strcmp(planted, "linked"))
		object.linked = undo;
	else if (!strcmp(planted, "object"))
		func.object = undo ? &object : &second_object;
	else if (!strcmp(planted, "patch"))
		plant_patch(undo);
	else if (!strcmp(planted, "link"))
		plant_link(undo);
	else if (!strcmp(planted, "target"))
		plant_target(undo);
}

/* What was planted before goes; "none" plants nothing. */
static int plant_set(const char *value, const struct kernel_param *kp)
{
	plant(true);
	strscpy(planted, value, sizeof(planted));
	strim(planted);
	plant(false);
	return 0;
}

static const struct kernel_param_ops plant_ops = { .set = plant_set };
module_param_cb(plant, &plant_ops, NULL, 0200);

static int pre_patch(struct kpatch_object *obj)
{
	return refuse ? -EPERM : 0;
}

static void describe(struct kpatch_module *p, struct kpatch_object *o,
		     struct kpatch_func *f)
{
	INIT_LIST_HEAD(&p->objects);
	INIT_LIST_HEAD(&o->funcs);
	INIT_LIST_HEAD(&o->dynrelas);
	list_add(&o->list, &p->objects);
	list_add(&f->list, &o->funcs);
}

static int __init raw_init(void)
{
	int i, ret;

	describe(&patch, &object, &func);
	describe(&second_patch, &second_object, &uptime);
	for (i = 0; i < ARRAY_SIZE(relas); i++)
		list_add_tail(&relas[i].list, &object.dynrelas);
	if (outside)
		relas[0].dest = (unsigned long)schedule;
	if (external) {
		relas[0].name = external;
		relas[0].external = 1;
	}
	func.new_size = new_size;
	func.old_addr = old_addr;
	object.name = called;
	object.pre_patch_callback = pre_patch;
	func.name = function;
	if (twice)
		list_add_tail(&again.list, &object.funcs);
	func.force = force;
	ret = kpatch_register(&patch, false);
	if (!ret && second)
		ret = kpatch_register(&second_patch, false);
	if (ret || !fail)
		return ret;
	msleep(2000);
	return fail;
}

static void __exit raw_exit(void)
{
	WARN_ON(kpatch_unregister(&patch));
	if (second)
		WARN_ON(kpatch_unregister(&second_patch));
}

module_init(raw_init);
module_exit(raw_exit);
MODULE_DESCRIPTION("A patch made without the kit");
MODULE_LICENSE("GPL");
