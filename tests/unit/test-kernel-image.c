/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel image answers for its names and bytes, in whatever it is packed; one that is
 * damaged, or none, is refused with a reason. */
#include <string.h>

#include "base/error.h"
#include "kmod/build/kernel.h"
#include "make-image.h"

#define LIMIT (1024 * 1024)

static KpKernel *open_bytes(const GByteArray *file, GError **error)
{
	g_autoptr(GBytes) bytes = g_bytes_new(file->data, file->len);

	return kp_kernel_new(bytes, LIMIT, error);
}

/* Takes what is handed in. */
static KpKernel *open_and_drop(GByteArray *file)
{
	g_autoptr(GError) error = NULL;
	KpKernel *kernel = open_bytes(file, &error);

	g_assert_no_error(error);
	g_byte_array_unref(file);
	return kernel;
}

static void refused(const GByteArray *file, const char *reason)
{
	g_autoptr(GError) error = NULL;
	KpKernel *kernel = open_bytes(file, &error);

	g_assert_null(kernel);
	g_assert_error(error, KP_ERROR, KP_ERROR_USAGE);
	if (strstr(error->message, reason) == NULL)
		g_error("not '%s' but: %s", reason, error->message);
}

static void compare(const KpKernel *kernel, const GArray *expected)
{
	guint n;
	const KpKernelSymbol *all = kp_kernel_symbols(kernel, &n);

	g_assert_cmpuint(n, ==, expected->len);
	for (guint i = 0; i < n; i++) {
		const ImageSymbol *s = &g_array_index(expected, ImageSymbol, i);

		g_assert_cmpstr(all[i].name, ==, s->name);
		g_assert_cmphex(all[i].address, ==, s->address);
		g_assert_cmpint(all[i].type, ==, s->type);
	}
}

static void test_layout(gconstpointer data)
{
	const ImageLayout *layout = data;
	static const guint sizes[] = { 20, 700, 1533 };

	for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_autoptr(GArray) symbols = image_symbols(layout, sizes[i]);
		g_autoptr(KpKernel) kernel = open_and_drop(image_make(layout, symbols));

		compare(kernel, symbols);
		g_assert_cmpstr(kp_kernel_banner(kernel), ==, IMAGE_BANNER);
	}
}

static KpKernel *sample(GArray **symbols)
{
	const ImageLayout *layout = &image_layouts[4];

	*symbols = image_symbols(layout, 700);
	return open_and_drop(image_make(layout, *symbols));
}

static void test_named(void)
{
	g_autoptr(GArray) symbols = NULL;
	g_autoptr(KpKernel) kernel = sample(&symbols);
	const KpKernelSymbol *const *dups;
	guint n;

	dups = kp_kernel_named(kernel, "dup", &n);
	g_assert_cmpuint(n, ==, 70);
	g_assert_null(dups[n]);
	for (guint i = 0; i < n; i++) {
		g_assert_cmpstr(dups[i]->name, ==, "dup");
		g_assert_true(i == 0 || dups[i]->address > dups[i - 1]->address);
	}
	for (guint i = 0; i < symbols->len; i++) {
		const char *name = g_array_index(symbols, ImageSymbol, i).name;

		g_assert_cmpstr(kp_kernel_named(kernel, name, NULL)[0]->name, ==, name);
	}
	g_assert_null(kp_kernel_named(kernel, "", &n)[0]);
	g_assert_cmpuint(n, ==, 0);
	g_assert_null(kp_kernel_named(kernel, "dupe", NULL)[0]);
	g_assert_null(kp_kernel_named(kernel, "zzz", NULL)[0]);
}

static void at(const KpKernel *kernel, guint64 address, const char *name)
{
	const KpKernelSymbol *symbol = kp_kernel_at(kernel, address);

	g_assert_cmpstr(symbol == NULL ? NULL : symbol->name, ==, name);
}

static void test_at(void)
{
	g_autoptr(GArray) symbols = NULL;
	g_autoptr(KpKernel) kernel = sample(&symbols);

	at(kernel, IMAGE_BASE, "_text");		/* not its alias _stext */
	at(kernel, IMAGE_BASE + 3, "_text");
	at(kernel, IMAGE_BASE + 4, "er_fn_0");
	at(kernel, IMAGE_BASE + 4 + 8 + 11, "er_fn_1");
	at(kernel, IMAGE_BASE - 1, NULL);
	at(kernel, 0x3f, "fixed_percpu_data");
	at(kernel, 0x40, "runqueues");
	at(kernel, IMAGE_PERCPU - 1, "runqueues");	/* to the end of its segment */
	at(kernel, IMAGE_PERCPU, NULL);
	at(kernel, kp_kernel_named(kernel, "linux_banner", NULL)[0]->address + 9, "linux_banner");
	at(kernel, G_MAXUINT64, NULL);
	g_assert_cmpuint(kp_kernel_named(kernel, "_text", NULL)[0]->size, ==, 4);
	g_assert_cmpuint(kp_kernel_named(kernel, "_stext", NULL)[0]->size, ==, 4);
	g_assert_cmpuint(kp_kernel_named(kernel, "_end", NULL)[0]->size, ==, 0);
}

static void test_bytes(void)
{
	g_autoptr(GArray) symbols = NULL;
	g_autoptr(KpKernel) kernel = sample(&symbols);
	guint64 end = kp_kernel_named(kernel, "linux_banner", NULL)[0]->address;

	for (guint i = 0; i < end - IMAGE_BASE; i++)
		g_assert_cmpuint(*kp_kernel_bytes(kernel, IMAGE_BASE + i, 1), ==, i * 7 % 251);
	while (kp_kernel_bytes(kernel, end, 1) != NULL)
		end++;
	g_assert_nonnull(kp_kernel_bytes(kernel, IMAGE_BASE, end - IMAGE_BASE));
	g_assert_null(kp_kernel_bytes(kernel, IMAGE_BASE, end - IMAGE_BASE + 1));
	g_assert_null(kp_kernel_bytes(kernel, IMAGE_BASE, G_MAXSIZE));
	g_assert_null(kp_kernel_bytes(kernel, IMAGE_BASE - 1, 2));
	g_assert_null(kp_kernel_bytes(kernel, 0x40, 1));	/* memory without bytes */
	g_assert_null(kp_kernel_bytes(kernel, G_MAXUINT64, 1));
}

static const char *const ways[] = { "none", "gzip", "bzip2", "xz", "lzma", "zstd", "lz4" };

static void test_packed(gconstpointer data)
{
	const char *way = data;
	g_autoptr(GArray) symbols = image_symbols(&image_layouts[6], 700);
	g_autoptr(GByteArray) file = image_make(&image_layouts[6], symbols);
	g_autoptr(GByteArray) boot = image_boot(file, way);
	g_autoptr(KpKernel) packed = open_and_drop(image_pack(file, way));
	g_autoptr(KpKernel) booted = open_and_drop(image_boot(file, way));
	g_autoptr(KpKernel) twice = open_and_drop(image_pack(boot, "xz"));

	compare(packed, symbols);
	compare(booted, symbols);
	compare(twice, symbols);
}

/* Wherever it is cut: a reason, and never another kernel. */
static void test_cut(gconstpointer data)
{
	g_autoptr(GArray) symbols = image_symbols(&image_layouts[6], 20);
	g_autoptr(GByteArray) file = image_make(&image_layouts[6], symbols);
	g_autoptr(GByteArray) boot = image_boot(file, data);

	for (guint size = boot->len - 5; size > 0x250; size -= size / 40 + 1) {
		g_byte_array_set_size(boot, size);
		refused(boot, "it is cut: its header tells of");
	}
	g_byte_array_set_size(boot, 0x24f);
	refused(boot, "EFI program");
	g_byte_array_unref(boot);
	boot = image_pack(file, data);
	for (guint size = boot->len - 40; size > 200; size -= size / 40 + 1) {
		g_byte_array_set_size(boot, size);
		refused(boot, strcmp(data, "none") == 0 ? "cut: a segment lies beyond" :
							  "damaged or cut");
	}
}

static void test_damaged_payload(gconstpointer data)
{
	g_autoptr(GArray) symbols = image_symbols(&image_layouts[6], 20);
	g_autoptr(GByteArray) file = image_make(&image_layouts[6], symbols);
	g_autoptr(GByteArray) boot = image_boot(file, data);

	boot->data[boot->len - 8]++;	/* the size that it unpacks to */
	refused(boot, "damaged");
}

static void test_limit(void)
{
	g_autoptr(GByteArray) zeros = g_byte_array_new();
	g_autoptr(GByteArray) bomb = NULL;

	g_byte_array_set_size(zeros, LIMIT + 1);
	memset(zeros->data, 0, zeros->len);
	bomb = image_pack(zeros, "xz");
	g_assert_cmpuint(bomb->len, <, 2000);
	refused(bomb, "longer than 1048576 bytes");
}

/* A file of nothing but layers ends. */
static void test_layers(void)
{
	g_autoptr(GArray) symbols = image_symbols(&image_layouts[6], 20);
	GByteArray *now = image_make(&image_layouts[6], symbols);

	for (guint i = 0; i < 5; i++) {
		g_autoptr(GByteArray) inner = now;

		now = image_pack(inner, i % 2 != 0 ? "gzip" : "bzip2");
	}
	refused(now, "packed more often");
	g_byte_array_unref(now);
}

static void test_strangers(void)
{
	static const struct {
		const char *bytes;
		gsize size;
		const char *reason;
	} rows[] = {
		{ "", 0, "it is empty" },
		{ "#!/bin/sh\n", 10, "no kernel image: name a vmlinuz or vmlinux" },
		{ "\211LZO\0\r\n\032\n", 9, "packed with LZO, which is not supported" },
		{ "MZ\220\0", 4, "EFI program" },
		{ "\177ELF", 4, "no readable ELF header" },
		{ "\037\213", 2, "packed with gzip in it cannot be unpacked" },
		{ "BZh91", 5, "packed with bzip2 in it cannot be unpacked" },
		{ "]\0\0\200\0xx", 7, "packed with lzma in it cannot be unpacked" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GByteArray) file = g_byte_array_new();

		g_byte_array_append(file, (const guint8 *)rows[i].bytes, (guint)rows[i].size);
		refused(file, rows[i].reason);
	}
}

/* One byte of the file, another value, what is said of it. */
static void test_other_files(void)
{
	static const struct {
		guint offset;
		guint8 value;
		const char *reason;
	} rows[] = {
		{ 16, 1, "no kernel image: a module?" },		/* ET_REL */
		{ 18, 183, "for another machine than x86-64" },		/* EM_AARCH64 */
		{ 4, 1, "for another machine than x86-64" },		/* ELFCLASS32 */
		{ 64, 4, "no kallsyms tables" },			/* PT_NOTE */
		{ 64 + 32 + 3, 1, "a segment lies beyond its end" },
	};
	g_autoptr(GArray) symbols = image_symbols(&image_layouts[6], 20);

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GByteArray) file = image_make(&image_layouts[6], symbols);

		file->data[rows[i].offset] = rows[i].value;
		refused(file, rows[i].reason);
	}
}

static void test_unknown_payload(void)
{
	g_autoptr(GArray) symbols = image_symbols(&image_layouts[6], 20);
	g_autoptr(GByteArray) file = image_make(&image_layouts[6], symbols);
	g_autoptr(GByteArray) boot = image_boot(file, "zstd");

	memset(boot->data + 2 * 512 + 0x180, 'x', 8);
	refused(boot, "packed in a way that is not known");
	boot->data[0x206] = 7;
	refused(boot, "boot protocol before 2.08");
}

static void test_files(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(kp_kernel_open("/nonexistent/vmlinuz", &error));
	g_assert_true(g_str_has_prefix(error->message, "/nonexistent/vmlinuz: it cannot be opened"));
	g_clear_error(&error);
	g_assert_null(kp_kernel_open("/dev/null", &error));
	g_assert_cmpstr(error->message, ==, "/dev/null: it is no file");
}

static void add(const char *what, const char *name, gconstpointer data, GTestDataFunc run)
{
	g_autofree char *path = g_strdup_printf("/kernel/%s/%s", what, name);

	g_test_add_data_func(path, data, run);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < n_image_layouts; i++)
		add("layout", image_layouts[i].name, &image_layouts[i], test_layout);
	for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
		add("packed", ways[i], ways[i], test_packed);
		add("cut", ways[i], ways[i], test_cut);
		if (i > 0)
			add("damaged", ways[i], ways[i], test_damaged_payload);
	}
	g_test_add_func("/kernel/named", test_named);
	g_test_add_func("/kernel/at", test_at);
	g_test_add_func("/kernel/bytes", test_bytes);
	g_test_add_func("/kernel/limit", test_limit);
	g_test_add_func("/kernel/layers", test_layers);
	g_test_add_func("/kernel/strangers", test_strangers);
	g_test_add_func("/kernel/other-files", test_other_files);
	g_test_add_func("/kernel/unknown-payload", test_unknown_payload);
	g_test_add_func("/kernel/files", test_files);
	return g_test_run();
}
