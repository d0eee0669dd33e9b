/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of a patch, as the kit leaves them; compiled, not linked: test-resolve
 * reads the object file. */
#define RECORD(section_name) __attribute__((section(section_name), used))

struct func {
	void *new_addr;
	unsigned long new_size, old_addr, old_size, sympos;
	const char *name, *object;
};

struct dynrela {
	void *dest;
	unsigned long src, type, sympos;
	const char *name, *object;
	int external;
	long addend;
};

extern int sample_export(void);
extern int kpatch_sample(void);
extern int sample_weak(void) __attribute__((weak));

int sample_replacement(void);

int sample_replacement(void)
{
	return sample_export() + kpatch_sample() + (sample_weak != 0 ? sample_weak() : 0);
}

static struct func funcs[] RECORD(".kpatch.funcs") = {
	{ (void *)sample_replacement, .name = "do_there", .object = "vmlinux" },
	{ (void *)sample_replacement, .name = "do_msising", .object = "vmlinux" },
	{ (void *)sample_replacement, .name = "do_twice", .object = "vmlinux" },
	{ (void *)sample_replacement, .sympos = 2, .name = "do_twice", .object = "vmlinux" },
	{ (void *)sample_replacement, .sympos = 3, .name = "do_twice", .object = "vmlinux" },
	{ (void *)sample_replacement, .name = "do_absent", .object = "absent" },
	{ (void *)sample_replacement, .name = "do_loaded", .object = "loaded" },
	{ (void *)sample_replacement, .name = "do_there", .object = "loaded" },
	{ (void *)sample_replacement, .name = "do_there", .object = "tcp_cubic" },
	{ (void *)sample_replacement, .name = "do_there", .object = "\"vmlinux\"" },
};

static struct dynrela dynrelas[] RECORD(".kpatch.dynrelas") = {
	{ .name = "hidden", .object = "vmlinux" },
	{ .name = "hidden_variable", .object = "vmlinux" },
	{ .name = "do_there", .object = "vmlinux", .external = 1 },
};
