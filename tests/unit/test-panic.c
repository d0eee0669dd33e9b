/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <time.h>

#include "fixture.h"
#include "live/panic.h"

#define NAME "kpatch_6_1_0_1_2"

/* What kernels say last. */
static const struct {
	const char *what;
	const char *text;
	gboolean wanted;
} rows[] = {
	{ "a panic that it asked for",
	  "<0>[   14.2] Kernel panic - not syncing: kpatch test: kpatch_6_1_0_1_2 dies\n"
	  "<4>[   14.2] CPU: 0 PID: 9 Comm: kworker/0:1 Tainted: G           OE  6.1.0-56-amd64 #1\n"
	  "<4>[   14.2] Workqueue: events die [kpatch_6_1_0_1_2]\n"
	  "<4>[   14.2] Call Trace:\n"
	  "<4>[   14.2]  <TASK>\n"
	  "<4>[   14.2]  dump_stack_lvl+0x44/0x5c\n"
	  "<4>[   14.2]  panic+0x118/0x2ed\n"
	  "<4>[   14.2]  ? _raw_spin_unlock.cold+0x11/0x30\n"
	  "<4>[   14.2]  die+0x1c/0x20 [kpatch_6_1_0_1_2]\n"
	  "<4>[   14.2]  process_one_work+0x1c7/0x380\n", TRUE },
	{ "a fault in its code",
	  "BUG: kernel NULL pointer dereference, address: 0000000000000008\n"
	  "#PF: supervisor read access in kernel mode\n"
	  "Oops: 0000 [#1] PREEMPT SMP NOPTI\n"
	  "RIP: 0010:meminfo_proc_show+0x1c/0x40 [kpatch_6_1_0_1_2]\n"
	  "Call Trace:\n seq_read_iter+0x11f/0x460\n", TRUE },
	{ "with a build ID",
	  "Oops: Oops: 0000 [#1] SMP\n"
	  "RIP: 0010:show+0x1c/0x40 [kpatch_6_1_0_1_2 1c6a2bb0ff]\n", TRUE },
	{ "on another architecture",
	  "Unable to handle kernel paging request at virtual address dead000000000100\n"
	  "pc : show+0x14/0x30 [kpatch_6_1_0_1_2]\nlr : seq_read+0x10/0x20\n", TRUE },
	{ "a fault in what it called",
	  "BUG: unable to handle page fault for address: ffffffffc0a01000\n"
	  "RIP: 0010:strlen+0x4/0x30\n"
	  "Call Trace:\n <TASK>\n show+0x14/0x30 [kpatch_6_1_0_1_2]\n", FALSE },
	{ "a fault in another module",
	  "Oops: 0000 [#1] SMP\nRIP: 0010:show+0x4/0x30 [kpatch_6_1_0_1_20]\n"
	  "Call Trace:\n show+0x14/0x30 [kpatch_6_1_0_1_2]\n", FALSE },
	{ "it was loaded", "Kernel panic - not syncing: Fatal exception\n"
	  "Modules linked in: kpatch_6_1_0_1_2(OE) kpatch(OE)\n", FALSE },
	{ "only found on the stack",
	  "Kernel panic - not syncing: x\nCall Trace:\n ? show.cold+0x14/0x30 [kpatch_6_1_0_1_2]\n"
	  " sysrq_handle_crash+0x16/0x20\n", FALSE },
	{ "a warning",
	  "WARNING: CPU: 0 PID: 1 at x.c:1 show+0x14/0x30 [kpatch_6_1_0_1_2]\n"
	  "RIP: 0010:show+0x14/0x30 [kpatch_6_1_0_1_2]\n", FALSE },
	{ "a first death that was another's",
	  "Oops: 0000 [#1] SMP\nRIP: 0010:a+0x4/0x30 [ext4]\n"
	  "Oops: 0000 [#2] SMP\nRIP: 0010:show+0x4/0x30 [kpatch_6_1_0_1_2]\n", TRUE },
	{ "nothing", "", FALSE },
	{ "no text", "\xff\xfe Oops: \xff\n\xff+0x1/0x2 [kpatch_6_1_0_1_2]\n", FALSE },
};

static void test_blames(gconstpointer data)
{
	gsize row = GPOINTER_TO_SIZE(data);

	g_assert_cmpint(kp_panic_blames(rows[row].text, NAME), ==, rows[row].wanted);
}

/* The firmware keeps it in pieces, the last of which has the smallest name. */
static void test_pieces(void)
{
	char *root = fixture_folder();

	g_assert_false(kp_panic_is_of(root, NAME, 0));
	fixture_write(root, "sys/fs/pstore/dmesg-efi_pstore-170000000001001",
		      "Panic#1 Part1\nCall Trace:\n panic+0x1/0x2\n die+0x1/0x2 [kpatch_6_1_0_1_2]\n", -1);
	g_assert_false(kp_panic_is_of(root, NAME, 0));
	fixture_write(root, "sys/fs/pstore/dmesg-efi_pstore-170000000002001",
		      "Panic#1 Part2\nKernel panic - not syncing: x\n", -1);
	g_assert_true(kp_panic_is_of(root, NAME, 0));
	g_assert_true(kp_panic_is_of(root, NAME, time(NULL) - 60));
	/* an earlier death */
	g_assert_false(kp_panic_is_of(root, NAME, time(NULL) + 60));
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strdup_printf("/panic/%s", rows[i].what);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_blames);
	}
	g_test_add_func("/panic/pieces", test_pieces);
	return g_test_run();
}
