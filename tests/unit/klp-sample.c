/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a patch, as the kernel's own klp-build leaves them; compiled, not linked:
 * test-resolve reads the object file. The last object says that it has more functions than
 * there are. */
#define RECORD(section_name) __attribute__((section(section_name), used))

struct func {
	const char *old_name;
	void *new_func;
	unsigned long sympos;
};

struct object {
	const char *name;
	struct func *funcs;
	struct {
		void *hooks[4];
		_Bool enabled;
	} callbacks;
	unsigned int nr_funcs;
};

static const char information[] RECORD(".modinfo") =
	"name=klp_sample\0vermagic=6.99.0-1 SMP\0livepatch=Y";

int sample_new(void);

int sample_new(void)
{
	return 1;
}

static struct func funcs[] RECORD(".init.klp_funcs") = {
	{ "do_there", (void *)sample_new, 0 },
	{ "do_twice", (void *)sample_new, 2 },
	{ "do_loaded", (void *)sample_new, 0 },
	{ "do_absent", (void *)sample_new, 1 },
};

static struct object objects[] RECORD(".init.klp_objects") = {
	{ .name = 0, .funcs = funcs, .nr_funcs = 2 },
	{ .name = "loaded", .funcs = funcs + 2, .nr_funcs = 1 },
	{ .name = "absent", .funcs = funcs + 3, .nr_funcs = 4000000000u },
};
