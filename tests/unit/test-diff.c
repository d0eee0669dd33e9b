/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a diff changes is known, and what is no diff, or asks for what cannot be, is
 * refused with the line. What a change of each kind of file means. */
#include <string.h>

#include "base/error.h"
#include "kmod/build/diff.h"
#include "kmod/build/touched.h"

#define HUNK "@@ -1,2 +1,2 @@ f\n a\n-b\n+c\n"
#define NAMES "--- a/fs/x.c\n+++ b/fs/x.c\n"

static KpDiff *parse(const char *text, gsize size, GError **error)
{
	return kp_diff_parse("x.diff", g_memdup2(text, size), size, error);
}

static const struct {
	const char *text;
	int code;
	const char *message;
} wrong[] = {
	{ "", KP_ERROR_USAGE, "x.diff: the diff is empty" },
	{ "hello\n", KP_ERROR_USAGE, "x.diff: no unified diff is in it" },
	{ NAMES, KP_ERROR_USAGE, "x.diff:1: no hunk follows for fs/x.c" },
	{ "*** a/fs/x.c\n--- b/fs/x.c\n***************\n", KP_ERROR_USAGE, "x.diff:1: it is a context diff" },
	{ "Subject: x\n\n" HUNK, KP_ERROR_USAGE, "x.diff:3: a hunk without the names" },
	{ NAMES "@@ -1,3 +1,3 @@\n a\n-b\n+c\n", KP_ERROR_USAGE, "x.diff:3: the diff is cut: this hunk should have 1 more" },
	{ NAMES "@@ -1,2 +1,2 @@\n a\n*b\n+c\n", KP_ERROR_USAGE, "x.diff:5: the diff is damaged: the hunk of line 3" },
	{ NAMES "@@ -1,1 +1,2 @@\n a\n-b\n+c\n", KP_ERROR_USAGE, "x.diff:5: the diff is damaged" },
	{ NAMES "@@ -1,2 +1,2 @@\n a\n-b\n+c\n+d\n", KP_ERROR_USAGE, "x.diff:7: the diff is damaged: the hunk of line 3 has more" },
	{ NAMES "@@ -1,2 @@\n a\n", KP_ERROR_USAGE, "x.diff:3: the head of this hunk" },
	{ NAMES "@@ -1,99999999999 +1 @@\n a\n", KP_ERROR_USAGE, "x.diff:3: the head of this hunk" },
	{ "--- a/fs/x.c\r\n+++ b/fs/x.c\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n", KP_ERROR_USAGE,
	  "x.diff:1: its lines end with CR LF" },
	{ NAMES "@@ -1 +1 @@\r\n-a\n+b\n", KP_ERROR_USAGE, "x.diff:3: its lines end with CR LF" },
	{ "--- a/../../etc/x.c\n+++ b/../../etc/x.c\n" HUNK, KP_ERROR_REFUSED,
	  "x.diff:2: b/../../etc/x.c leads out of the tree" },
	{ "--- a/fs/x.c\n+++ /etc/x.c\n" HUNK, KP_ERROR_REFUSED, "x.diff:2: /etc/x.c is an absolute path" },
	{ "--- /etc/x.c\n+++ b/fs/x.c\n" HUNK, KP_ERROR_REFUSED, "x.diff:1: /etc/x.c is an absolute path" },
	{ "--- x.c\n+++ x.c\n" HUNK, KP_ERROR_USAGE, "x.diff:2: x.c has no folder in front" },
	{ "--- a/fs//x.c\n+++ b/fs//x.c\n" HUNK, KP_ERROR_REFUSED, "is no plain path" },
	{ "--- a/.git/config\n+++ b/.git/config\n" HUNK, KP_ERROR_REFUSED, "is no plain path" },
	{ "--- \"a/f\\033s/x.c\"\n+++ \"b/f\\033s/x.c\"\n" HUNK, KP_ERROR_REFUSED, "x.diff:2: b/f?s/x.c is no plain path" },
	{ "--- /dev/null\n+++ /dev/null\n" HUNK, KP_ERROR_USAGE, "both files are /dev/null" },
	{ "diff --git a/fs/x.c b/fs/y.c\nsimilarity index 90%\nrename from fs/x.c\nrename to fs/y.c\n"
	  "--- a/fs/x.c\n+++ b/fs/y.c\n" HUNK, KP_ERROR_REFUSED, "x.diff:3: it renames a file" },
	{ "diff --git a/fs/x.c b/fs/y.c\ncopy from fs/x.c\n", KP_ERROR_REFUSED, "x.diff:2: it copies a file" },
	{ "diff --git a/f b/f\nnew file mode 120000\n", KP_ERROR_REFUSED, "x.diff:2: it makes a symbolic link" },
	{ "diff --git a/f.bin b/f.bin\nGIT binary patch\n", KP_ERROR_REFUSED, "x.diff:2: it has binary data" },
	{ NAMES HUNK "Binary files a/f.bin and b/f.bin differ\n", KP_ERROR_REFUSED,
	  "x.diff:7: it has a change of a binary file" },
};

static void test_wrong(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(parse(wrong[i].text, strlen(wrong[i].text), &error));
		if (strstr(error->message, wrong[i].message) == NULL)
			g_error("not '%s' but: %s", wrong[i].message, error->message);
		g_assert_error(error, KP_ERROR, wrong[i].code);
	}
}

static void test_zero_byte(void)
{
	g_autoptr(GError) error = NULL;
	static const char text[] = NAMES "@@ -1 +1 @@\n-\0\n+b\n";

	g_assert_null(parse(text, sizeof(text) - 1, &error));
	g_assert_cmpstr(error->message, ==, "x.diff:4: it has a zero byte: it is no text");
}

static const KpDiffFile *file_of(const KpDiff *diff, guint n)
{
	return g_ptr_array_index(diff->files, n);
}

/* A mail, with words that look like a diff's, two files, and a signature. */
static void test_mail(void)
{
	static const char text[] =
		"From: x\nSubject: [PATCH] fs: rename from here\n\n--- what?\nrename from here\n---\n fs/x.c | 2 +-\n\n"
		"diff --git a/fs/x.c b/fs/x.c\nindex 1..2 100644\n" NAMES HUNK
		"@@ -20,0 +21,2 @@\n+d\n+e\n"
		"diff --git a/fs/new file.c b/fs/new file.c\nnew file mode 100644\n"
		"--- /dev/null\n+++ b/fs/new file.c\t\n@@ -0,0 +1 @@\n+--- x\n"
		"--- \"a/fs/\\303\\244.c\"\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\\ No newline at end of file\n"
		"-- \n2.39.5\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(KpDiff) diff = parse(text, strlen(text), &error);
	const KpHunk *hunk;

	g_assert_no_error(error);
	g_assert_cmpuint(diff->files->len, ==, 3);
	g_assert_cmpstr(file_of(diff, 0)->name, ==, "fs/x.c");
	g_assert_cmpuint(file_of(diff, 0)->line, ==, 11);
	g_assert_cmpuint(file_of(diff, 0)->hunks->len, ==, 2);
	hunk = &g_array_index(file_of(diff, 0)->hunks, KpHunk, 1);
	g_assert_cmpuint(hunk->line, ==, 17);
	g_assert_cmpuint(hunk->old_start, ==, 20);
	g_assert_cmpuint(hunk->old_count, ==, 0);
	g_assert_cmpuint(hunk->new_start, ==, 21);
	g_assert_cmpuint(hunk->new_count, ==, 2);
	g_assert_cmpint(strncmp(diff->text + hunk->from, "@@ -20,0 +21,2 @@\n+d\n+e\n", hunk->to - hunk->from), ==, 0);
	g_assert_cmpstr(file_of(diff, 1)->name, ==, "fs/new file.c");
	g_assert_true(file_of(diff, 1)->creates && !file_of(diff, 1)->deletes);
	g_assert_cmpstr(file_of(diff, 2)->name, ==, "fs/\303\244.c");
	g_assert_true(file_of(diff, 2)->deletes && !file_of(diff, 2)->creates);
}

static const struct {
	const char *name;
	KpTouched touched;
	const char *reason;
} kinds[] = {
	{ "fs/namei.c", KP_TOUCHED_CODE, NULL },
	{ "arch/x86/kvm/x86.c", KP_TOUCHED_CODE, NULL },
	{ "include/linux/fs.h", KP_TOUCHED_HEADER, NULL },
	{ "include/vdso/bits.h", KP_TOUCHED_HEADER, "programs have code of it" },
	{ "kernel/trace/x.inc", KP_TOUCHED_OTHER, NULL },
	{ "Documentation/admin-guide/x.rst", KP_TOUCHED_LEFT_OUT, "documentation" },
	{ "Documentation/Kconfig", KP_TOUCHED_LEFT_OUT, "documentation" },
	{ "MAINTAINERS", KP_TOUCHED_LEFT_OUT, "documentation" },
	{ "tools/perf/builtin-top.c", KP_TOUCHED_LEFT_OUT, "for programs" },
	{ "arch/arm64/kernel/entry.S", KP_TOUCHED_LEFT_OUT, "another architecture" },
	{ "arch/arm64/mm/fault.c", KP_TOUCHED_LEFT_OUT, "another architecture" },
	{ "arch/x86/um/signal.c", KP_TOUCHED_LEFT_OUT, "another architecture" },
	{ "Makefile", KP_TOUCHED_REFUSED, "how the kernel is built" },
	{ "fs/ext4/Makefile", KP_TOUCHED_REFUSED, "how the kernel is built" },
	{ "fs/Kconfig", KP_TOUCHED_REFUSED, "how the kernel is built" },
	{ "fs/Kconfig.binfmt", KP_TOUCHED_REFUSED, "how the kernel is built" },
	{ "include/asm-generic/Kbuild", KP_TOUCHED_REFUSED, "how the kernel is built" },
	{ "scripts/mod/modpost.c", KP_TOUCHED_REFUSED, "how the kernel is built" },
	{ "arch/x86/boot/compressed/misc.c", KP_TOUCHED_REFUSED, "before the kernel" },
	{ "arch/x86/realmode/init.c", KP_TOUCHED_REFUSED, "before the kernel" },
	{ "arch/x86/entry/vdso/vma.c", KP_TOUCHED_REFUSED, "vDSO" },
	{ "lib/vdso/gettimeofday.c", KP_TOUCHED_REFUSED, "vDSO" },
	{ "arch/x86/entry/entry_64.S", KP_TOUCHED_REFUSED, "change the C functions that call it" },
	{ "arch/x86/kernel/vmlinux.lds.S", KP_TOUCHED_REFUSED, "assembler" },
	{ "include/asm-generic/vmlinux.lds.h", KP_TOUCHED_REFUSED, "memory" },
	{ "arch/x86/kernel/asm-offsets_64.c", KP_TOUCHED_REFUSED, "constants" },
	{ "rust/kernel/lib.rs", KP_TOUCHED_REFUSED, "Rust" },
	{ "drivers/net/phy/ax88796b_rust.rs", KP_TOUCHED_REFUSED, "Rust" },
};

static void test_kinds(void)
{
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const char *reason;

		g_test_message("%s", kinds[i].name);
		g_assert_cmpint(kp_touched(kinds[i].name, &reason), ==, kinds[i].touched);
		g_assert_true((reason == NULL) == (kinds[i].reason == NULL));
		g_assert_true(reason == NULL || strstr(reason, kinds[i].reason) != NULL);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/diff/wrong", test_wrong);
	g_test_add_func("/diff/zero-byte", test_zero_byte);
	g_test_add_func("/diff/mail", test_mail);
	g_test_add_func("/diff/kinds", test_kinds);
	return g_test_run();
}
