/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A patch module as far as its records go: see kmod/patch/kpatch-patch.h. */
struct kpatch_patch_func {
	unsigned long new_addr, new_size, old_addr, old_size, sympos;
	const char *name, *objname;
};

#define USED(section_name) __attribute__((used, section(section_name)))

static const char info[] USED(".modinfo") =
	"name=kpatch_test\0kpatch_func=vmlinux:foo\0" KEEP;
static struct kpatch_patch_func record USED(".kpatch.funcs") = {
	.sympos = POSITION, .name = "foo", .objname = "vmlinux",
};

void entry(void)
{
}
