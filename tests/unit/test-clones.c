/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which names are those of clones. */
#include "kmod/build/names.h"

static const struct {
	const char *name;
	const char *base;	/* NULL: it is no clone */
	gboolean cold;
	gboolean piece;
} names[] = {
	{ "foo", NULL, FALSE, FALSE },
	{ "foo.part.0", "foo", FALSE, TRUE },
	{ "foo.isra.12", "foo", FALSE, FALSE },
	{ "foo.constprop.3", "foo", FALSE, FALSE },
	{ "foo.cold", "foo", TRUE, TRUE },
	{ "foo.cold.7", "foo", TRUE, TRUE },
	{ "foo.part.0.isra.0", "foo", FALSE, FALSE },
	{ "foo.isra.0.cold", "foo", TRUE, TRUE },
	{ "foo.constprop.0.part.0.cold.4", "foo", TRUE, TRUE },
	{ "foo.part", NULL, FALSE, FALSE },
	{ "foo.part.", NULL, FALSE, FALSE },
	{ "foo.part.0x", NULL, FALSE, FALSE },
	{ "foo.partner.0", NULL, FALSE, FALSE },
	{ "foo.coldest", NULL, FALSE, FALSE },
	{ "foo.0", NULL, FALSE, FALSE },
	{ "foo.llvm.123", NULL, FALSE, FALSE },
	{ "foo.lto_priv.0.part.0", "foo.lto_priv.0", FALSE, TRUE },
	{ ".part.0", NULL, FALSE, FALSE },
	{ ".cold.part.0", ".cold", FALSE, TRUE },
	{ "", NULL, FALSE, FALSE },
	{ ".", NULL, FALSE, FALSE },
};

static void test_names(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *name = names[i].name;
		g_autofree char *base = kp_clone_base_name(name);

		g_test_message("%s", name);
		g_assert_cmpstr(base, ==, names[i].base != NULL ? names[i].base : name);
		g_assert_cmpint(kp_clone_base(name) > 0, ==, names[i].base != NULL);
		g_assert_cmpint(kp_clone_is_cold(name), ==, names[i].cold);
		g_assert_cmpint(kp_clone_is_piece(name), ==, names[i].piece);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/clones/names", test_names);
	return g_test_run();
}
