/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "symbols.h"

#include <gelf.h>
#include <string.h>

#include "base/error.h"

/* largest module information; real ones have some KiB */
#define MODINFO_MAX (1024 * 1024)

/* The symbol table, its names, and the numbers of sections beyond 65,279. */
struct table {
	Elf_Data *symbols;
	Elf_Data *numbers;
	size_t strings;
};

int kp_place_compare(KpPlace a, KpPlace b)
{
	if (a.section != b.section)
		return a.section < b.section ? -1 : 1;
	return a.offset < b.offset ? -1 : a.offset > b.offset;
}

static int compare_places(gconstpointer a, gconstpointer b)
{
	const KpSymbol *left = a, *right = b;
	int order = kp_place_compare(left->at, right->at);

	return order != 0 ? order : (int)left->index - (int)right->index;
}

/* /proc/kallsyms has vmlinux by address, and modules as their files do. */
static int compare_names(gconstpointer a, gconstpointer b, gpointer data)
{
	const KpSymbol *left = *(KpSymbol *const *)a, *right = *(KpSymbol *const *)b;
	const KpImage *image = data;
	int order = strcmp(left->name, right->name);

	if (order == 0 && !image->module)
		order = kp_place_compare(left->at, right->at);
	return order != 0 ? order : (int)left->index - (int)right->index;
}

static gboolean find_table(const KpImage *image, struct table *table)
{
	for (guint i = 1; i < image->sections->len; i++) {
		Elf_Scn *scn = kp_image_section(image, i)->scn;
		GElf_Shdr header;

		if (gelf_getshdr(scn, &header) == NULL)
			return FALSE;
		if (header.sh_type == SHT_SYMTAB_SHNDX)
			table->numbers = elf_getdata(scn, NULL);
		if (header.sh_type != SHT_SYMTAB)
			continue;
		table->symbols = elf_getdata(scn, NULL);
		table->strings = header.sh_link;
	}
	return table->symbols != NULL && table->symbols->d_buf != NULL;
}

/* Names of x86's padding in front of functions, which objtool and kCFI add. */
static gboolean is_padding(const char *name)
{
	return g_str_has_prefix(name, "__pfx_") || g_str_has_prefix(name, "__cfi_");
}

/* No compiler makes others, and a terminal may be hurt by them. */
static gboolean is_plain(const char *name)
{
	for (const char *at = name; *at != '\0'; at++)
		if (!g_ascii_isgraph(*at))
			return FALSE;
	return *name != '\0';
}

static gboolean locate(const KpImage *image, const GElf_Sym *sym, guint number, KpSymbol *symbol)
{
	const KpSection *section = number != SHN_UNDEF ? kp_image_section(image, number) : NULL;

	if (section == NULL || !section->alloc || sym->st_value < section->address ||
	    sym->st_value - section->address >= section->size)
		return FALSE;
	symbol->at = (KpPlace){ number, sym->st_value - section->address };
	symbol->size = MIN(sym->st_size, section->size - symbol->at.offset);
	symbol->function = section->code && GELF_ST_TYPE(sym->st_info) == STT_FUNC &&
			   !is_padding(symbol->name);
	return TRUE;
}

static gboolean take_symbol(KpImage *image, const struct table *table, guint index, guint *file,
			    GError **error)
{
	KpSymbol symbol = { .index = index };
	GElf_Sym sym;
	Elf32_Word number = 0;

	if (gelf_getsymshndx(table->symbols, table->numbers, (int)index, &sym, &number) == NULL ||
	    (symbol.name = elf_strptr(image->elf, table->strings, sym.st_name)) == NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
				    "it is damaged: a symbol has no name");
		return FALSE;
	}
	if (sym.st_shndx != SHN_XINDEX)
		number = sym.st_shndx;
	if (GELF_ST_TYPE(sym.st_info) == STT_FILE)
		*file = index;
	if (GELF_ST_BIND(sym.st_info) == STB_LOCAL)
		symbol.file = *file;
	if (is_plain(symbol.name) && GELF_ST_TYPE(sym.st_info) <= STT_FUNC &&
	    locate(image, &sym, number, &symbol))
		g_array_append_val(image->symbols, symbol);
	return TRUE;
}

static guint count_functions(const KpImage *image)
{
	guint n = 0;

	for (guint i = 0; i < image->symbols->len; i++)
		n += g_array_index(image->symbols, KpSymbol, i).function;
	return n;
}

gboolean kp_symbols_read(KpImage *image, GError **error)
{
	struct table table = { NULL, NULL, 0 };
	guint file = 0;
	gsize count = find_table(image, &table) ? table.symbols->d_size / sizeof(Elf64_Sym) : 0;

	for (gsize i = 1; i < MIN(count, G_MAXINT); i++)
		if (!take_symbol(image, &table, (guint)i, &file, error))
			return FALSE;
	if (count_functions(image) == 0) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE,
				    "it has no symbols of functions: a stripped file does not do");
		return FALSE;
	}
	g_array_sort(image->symbols, compare_places);
	for (guint i = 0; i < image->symbols->len; i++)
		g_ptr_array_add(image->by_name, &g_array_index(image->symbols, KpSymbol, i));
	g_ptr_array_sort_with_data(image->by_name, compare_names, image);
	return TRUE;
}

/* The last symbol that begins at or before @at. */
static guint last_before(const KpImage *image, KpPlace at)
{
	guint low = 0, high = image->symbols->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const KpSymbol *symbol = &g_array_index(image->symbols, KpSymbol, middle);

		if (kp_place_compare(symbol->at, at) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const KpSymbol *kp_image_function(const KpImage *image, KpPlace at)
{
	for (guint i = last_before(image, at); i > 0; i--) {
		const KpSymbol *symbol = &g_array_index(image->symbols, KpSymbol, i - 1);

		if (symbol->at.section != at.section)
			break;
		if (symbol->function)
			return at.offset == symbol->at.offset ||
			       at.offset - symbol->at.offset < symbol->size ? symbol : NULL;
	}
	return NULL;
}

guint kp_image_first_of(const KpImage *image, const char *prefix)
{
	guint low = 0, high = image->by_name->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const KpSymbol *symbol = g_ptr_array_index(image->by_name, middle);

		if (strcmp(symbol->name, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

guint kp_image_position(const KpImage *image, const KpSymbol *symbol)
{
	guint position = 0, count = 0;

	for (guint i = kp_image_first_of(image, symbol->name); i < image->by_name->len; i++) {
		const KpSymbol *other = g_ptr_array_index(image->by_name, i);

		if (!g_str_equal(other->name, symbol->name))
			break;
		count++;
		if (other == symbol)
			position = count;
	}
	return count > 1 ? position : 0;
}

static void take_values(GPtrArray *values, const char *data, gsize size, const char *key)
{
	gsize length = strlen(key);

	for (gsize at = 0; at < size; at += strnlen(data + at, size - at) + 1) {
		gsize entry = strnlen(data + at, size - at);

		if (at + entry < size && entry > length && data[at + length] == '=' &&
		    memcmp(data + at, key, length) == 0 &&
		    g_utf8_validate(data + at, (gssize)entry, NULL))
			g_ptr_array_add(values, g_strdup(data + at + length + 1));
	}
}

char **kp_symbols_modinfo_all(const KpImage *image, const char *key)
{
	const KpSection *section = kp_image_find_section(image, ".modinfo");
	Elf_Data *data = section != NULL && section->size <= MODINFO_MAX ?
			 elf_rawdata(section->scn, NULL) : NULL;
	GPtrArray *values = g_ptr_array_new();

	if (data != NULL && data->d_buf != NULL)
		take_values(values, data->d_buf, data->d_size, key);
	g_ptr_array_add(values, NULL);
	return (char **)g_ptr_array_free(values, FALSE);
}

char *kp_symbols_modinfo(const KpImage *image, const char *key)
{
	g_auto(GStrv) values = kp_symbols_modinfo_all(image, key);

	return g_strdup(values[0]);
}
