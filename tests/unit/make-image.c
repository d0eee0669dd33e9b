/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "make-image.h"

#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <string.h>

/* scripts/kallsyms.c at those releases; "UP": without KALLSYMS_ABSOLUTE_PERCPU. */
const ImageLayout image_layouts[] = {
	{ "4.18", FALSE, IMAGE_PERCPU_ABSOLUTE, FALSE, FALSE, 8, 8 },
	{ "5.10", FALSE, IMAGE_PERCPU_ABSOLUTE, FALSE, FALSE, 4, 8 },
	{ "5.10 UP", FALSE, IMAGE_BASED, FALSE, FALSE, 4, 8 },
	{ "5.10 without BASE_RELATIVE", FALSE, IMAGE_WHOLE, FALSE, FALSE, 4, 8 },
	{ "6.1", FALSE, IMAGE_PERCPU_ABSOLUTE, FALSE, TRUE, 4, 8 },
	{ "6.2", FALSE, IMAGE_PERCPU_ABSOLUTE, TRUE, TRUE, 4, 8 },
	{ "6.4", TRUE, IMAGE_PERCPU_ABSOLUTE, FALSE, TRUE, 4, 8 },
	{ "6.4 without BASE_RELATIVE", TRUE, IMAGE_WHOLE, FALSE, TRUE, 4, 8 },
	{ "6.15", TRUE, IMAGE_BASED, FALSE, TRUE, 4, 8 },
	{ "7.0", TRUE, IMAGE_ITSELF, FALSE, TRUE, 4, 4 },
};
const gsize n_image_layouts = G_N_ELEMENTS(image_layouts);

static void symbol(GArray *symbols, guint64 address, char type, char *name)
{
	ImageSymbol one = { address, type, name };

	g_array_append_val(symbols, one);
}

static void clear_symbol(gpointer data)
{
	g_free(((ImageSymbol *)data)->name);
}

GArray *image_symbols(const ImageLayout *layout, guint n)
{
	GArray *symbols = g_array_new(FALSE, FALSE, sizeof(ImageSymbol));
	guint64 at = IMAGE_BASE;

	g_array_set_clear_func(symbols, clear_symbol);
	if (layout->kind == IMAGE_PERCPU_ABSOLUTE) {
		symbol(symbols, 0, 'A', g_strdup("fixed_percpu_data"));
		symbol(symbols, 0x40, 'A', g_strdup("runqueues"));
	}
	symbol(symbols, at, 'T', g_strdup("_text"));
	symbol(symbols, at, 'T', g_strdup("_stext"));
	for (guint i = 0; i < n; i++) {
		at += 4 + i % 3 * 4;
		if (i % 10 == 3)
			symbol(symbols, at, 't', g_strdup("dup"));
		else
			symbol(symbols, at, i % 2 != 0 ? 't' : 'T', g_strdup_printf("er_fn_%u", i));
	}
	/* The longest there could be: KSYM_NAME_LEN was 128, and is 512 since 6.1. Its type is a
	 * token too, so a length of 128 has one byte before, and two since. */
	symbol(symbols, at + 4, 't', g_strnfill(layout->long_names ? 300 : 127, 'q'));
	at = (at + 16 + 63) / 64 * 64;
	symbol(symbols, at, 'D', g_strdup("linux_banner"));
	symbol(symbols, at + 0x100000, 'B', g_strdup("_end"));
	return symbols;
}

static void put(GByteArray *out, guint64 value, guint width)
{
	guint64 little = GUINT64_TO_LE(value);

	g_byte_array_append(out, (const guint8 *)&little, width);
}

static void align(GByteArray *out, guint to)
{
	while (out->len % to != 0)
		put(out, 0, 1);
}

/* "er" and "fn_" have tokens of their own, all else stands for itself. */
static void put_name(GByteArray *out, const ImageSymbol *s, gboolean two_bytes)
{
	g_autoptr(GByteArray) tokens = g_byte_array_new();

	put(tokens, (guchar)s->type, 1);
	for (const char *at = s->name; *at != '\0';) {
		gboolean er = g_str_has_prefix(at, "er"), fn = g_str_has_prefix(at, "fn_");

		put(tokens, er ? 0x80 : fn ? 0x81 : (guchar)*at, 1);
		at += er ? 2 : fn ? 3 : 1;
	}
	if (two_bytes && tokens->len > 127) {
		put(out, 0x80 | (tokens->len & 0x7f), 1);
		put(out, tokens->len >> 7, 1);
	} else {
		put(out, tokens->len, 1);
	}
	g_byte_array_append(out, tokens->data, tokens->len);
}

static void put_names(GByteArray *out, const ImageLayout *layout, const GArray *symbols)
{
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(guint32));
	guint32 start;

	align(out, layout->align);
	put(out, symbols->len, 4);
	align(out, layout->align);
	start = out->len;
	for (guint i = 0; i < symbols->len; i++) {
		guint32 mark = out->len - start;

		if (i % 256 == 0)
			g_array_append_val(marks, mark);
		put_name(out, &g_array_index(symbols, ImageSymbol, i), layout->long_names);
	}
	align(out, layout->align);
	for (guint i = 0; i < marks->len; i++)
		put(out, g_array_index(marks, guint32, i), layout->marker);
}

static void put_tokens(GByteArray *out, const ImageLayout *layout)
{
	g_autoptr(GByteArray) index = g_byte_array_new();
	guint start;

	align(out, layout->align);
	start = out->len;
	for (guint i = 0; i < 256; i++) {
		char self[2] = { i > ' ' && i < 0x7f ? (char)i : '\0', '\0' };
		const char *text = i == 0x80 ? "er" : i == 0x81 ? "fn_" : self;

		put(index, out->len - start, 2);
		g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text) + 1);
	}
	align(out, layout->align);
	g_byte_array_append(out, index->data, index->len);
}

static void put_addresses(GByteArray *out, const ImageLayout *layout, const GArray *symbols)
{
	align(out, layout->align);
	for (guint i = 0; i < symbols->len; i++) {
		guint64 address = g_array_index(symbols, ImageSymbol, i).address;

		switch (layout->kind) {
		case IMAGE_PERCPU_ABSOLUTE:
			put(out, address < IMAGE_BASE ? address : IMAGE_BASE - 1 - address, 4);
			break;
		case IMAGE_BASED:
			put(out, address - IMAGE_BASE, 4);
			break;
		case IMAGE_WHOLE:
			put(out, address, 8);
			break;
		case IMAGE_ITSELF:
			put(out, address - (IMAGE_BASE + out->len), 4);
			break;
		}
	}
	if (layout->kind == IMAGE_PERCPU_ABSOLUTE || layout->kind == IMAGE_BASED) {
		align(out, 8);
		put(out, IMAGE_BASE, 8);
	}
}

static void put_order(GByteArray *out, const ImageLayout *layout, const GArray *symbols)
{
	align(out, layout->align);
	for (guint i = 0; i < symbols->len; i++) {
		put(out, i >> 16 & 0xff, 1);
		put(out, i >> 8 & 0xff, 1);
		put(out, i & 0xff, 1);
	}
}

/* What lies at IMAGE_BASE. */
static GByteArray *make_memory(const ImageLayout *layout, const GArray *symbols)
{
	GByteArray *out = g_byte_array_new();
	guint64 code = g_array_index(symbols, ImageSymbol, symbols->len - 2).address - IMAGE_BASE;

	for (guint i = 0; i < code; i++)
		put(out, i * 7 % 251, 1);
	g_byte_array_append(out, (const guint8 *)IMAGE_BANNER "\n", sizeof(IMAGE_BANNER "\n"));
	align(out, 64);
	if (!layout->behind)
		put_addresses(out, layout, symbols);
	put_names(out, layout, symbols);
	if (layout->order)
		put_order(out, layout, symbols);
	put_tokens(out, layout);
	if (layout->behind) {
		put_addresses(out, layout, symbols);
		put_order(out, layout, symbols);
	}
	return out;
}

GByteArray *image_make(const ImageLayout *layout, const GArray *symbols)
{
	g_autoptr(GByteArray) memory = make_memory(layout, symbols);
	GByteArray *out = g_byte_array_new();
	guint64 start = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);
	Elf64_Ehdr header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
		.e_phoff = sizeof(header), .e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2,
	};
	Elf64_Phdr program[2] = {
		{ .p_type = PT_LOAD, .p_offset = start, .p_vaddr = IMAGE_BASE,
		  .p_filesz = memory->len, .p_memsz = memory->len + IMAGE_BSS },
		{ .p_type = PT_LOAD, .p_offset = start, .p_memsz = IMAGE_PERCPU },
	};

	g_byte_array_append(out, (const guint8 *)&header, sizeof(header));
	g_byte_array_append(out, (const guint8 *)program, sizeof(program));
	g_byte_array_append(out, memory->data, memory->len);
	return out;
}

static la_ssize_t take(struct archive *archive, void *data, const void *bytes, size_t size)
{
	g_byte_array_append(data, bytes, (guint)size);
	return (la_ssize_t)size;
}

static GByteArray *pack_by_library(const GByteArray *file, const char *packing)
{
	GByteArray *out = g_byte_array_new();
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	g_assert_cmpint(archive_write_set_format_raw(archive), ==, ARCHIVE_OK);
	g_assert_cmpint(archive_write_add_filter_by_name(archive, packing), ==, ARCHIVE_OK);
	archive_write_set_bytes_per_block(archive, 0);
	g_assert_cmpint(archive_write_open(archive, out, NULL, take, NULL), ==, ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_pathname(entry, "vmlinux");
	g_assert_cmpint(archive_write_header(archive, entry), ==, ARCHIVE_OK);
	g_assert_cmpint(archive_write_data(archive, file->data, file->len), ==, file->len);
	g_assert_cmpint(archive_write_close(archive), ==, ARCHIVE_OK);
	archive_entry_free(entry);
	archive_write_free(archive);
	return out;
}

/* As `lz4 -l`, which the kernel uses: blocks with their sizes; here of literals alone
 * (lz4_Block_format.md). */
static GByteArray *pack_lz4_legacy(const GByteArray *file)
{
	GByteArray *out = g_byte_array_new();
	guint rest = file->len - 15;

	put(out, 0x184c2102, 4);
	put(out, 1 + rest / 255 + 1 + file->len, 4);
	put(out, 0xf0, 1);
	for (guint i = 0; i < rest / 255; i++)
		put(out, 255, 1);
	put(out, rest % 255, 1);
	g_byte_array_append(out, file->data, file->len);
	return out;
}

GByteArray *image_pack(const GByteArray *file, const char *packing)
{
	GByteArray *copy;

	if (strcmp(packing, "lz4") == 0)
		return pack_lz4_legacy(file);
	if (strcmp(packing, "none") != 0)
		return pack_by_library(file, packing);
	copy = g_byte_array_new();
	g_byte_array_append(copy, file->data, file->len);
	return copy;
}

GByteArray *image_boot(const GByteArray *file, const char *packing)
{
	g_autoptr(GByteArray) packed = image_pack(file, packing);
	GByteArray *out = g_byte_array_new();
	guint32 at = 0x180, length;

	/* gzip ends with the size anyway (RFC 1952), the others get it appended. */
	if (strcmp(packing, "gzip") != 0 && strcmp(packing, "none") != 0)
		put(packed, file->len, 4);
	length = packed->len;
	g_byte_array_set_size(out, 2 * 512 + at);
	memset(out->data, 0, out->len);
	memcpy(out->data, "MZ", 2);
	out->data[0x1f1] = 1;
	memcpy(out->data + 0x202, "HdrS\x0f\x02", 6);
	memcpy(out->data + 0x248, &at, 4);
	memcpy(out->data + 0x24c, &length, 4);
	g_byte_array_append(out, packed->data, packed->len);
	put(out, 0x55aa, 4);
	return out;
}
