/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "object.h"

#include <gelf.h>
#include <string.h>

#include "base/error.h"
#include "insn.h"

static gboolean refuse(GError **error, const char *reason)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE, reason);
	return FALSE;
}

/* x86-64 psABI, table 4.10; what GCC and objtool write for kernels. */
static const struct {
	guint32 type;
	guint8 size;
	gboolean relative;
} reloc_table[] = {
	{ R_X86_64_64, 8, FALSE },    { R_X86_64_PC32, 4, TRUE },   { R_X86_64_PLT32, 4, TRUE },
	{ R_X86_64_32, 4, FALSE },    { R_X86_64_32S, 4, FALSE },   { R_X86_64_PC64, 8, TRUE },
	{ R_X86_64_NONE, 0, FALSE },
};

guint kp_reloc_size(guint32 type)
{
	for (gsize i = 0; i < G_N_ELEMENTS(reloc_table); i++)
		if (reloc_table[i].type == type)
			return reloc_table[i].size;
	return 0;
}

gboolean kp_reloc_is_relative(guint32 type)
{
	for (gsize i = 0; i < G_N_ELEMENTS(reloc_table); i++)
		if (reloc_table[i].type == type)
			return reloc_table[i].relative;
	return FALSE;
}

static gboolean take_section(KpObject *object, Elf_Scn *scn, size_t names, GError **error)
{
	KpObjectSection section = { .number = object->sections->len };
	GElf_Shdr header;
	Elf_Data *data;

	if (gelf_getshdr(scn, &header) == NULL ||
	    (section.name = elf_strptr(object->file.elf, names, header.sh_name)) == NULL)
		return refuse(error, "it is damaged: a section has no header or name");
	if (header.sh_type != SHT_NOBITS &&
	    (header.sh_offset > object->file.size ||
	     header.sh_size > object->file.size - header.sh_offset))
		return refuse(error, "it is damaged or truncated: a section lies beyond its end");
	section.type = header.sh_type;
	section.flags = header.sh_flags;
	section.size = header.sh_size;
	section.align = MAX(header.sh_addralign, 1);
	section.entry = header.sh_entsize;
	data = header.sh_type == SHT_NOBITS ? NULL : elf_rawdata(scn, NULL);
	if (data != NULL && data->d_buf != NULL && data->d_size == header.sh_size)
		section.bytes = data->d_buf;
	else if (header.sh_type != SHT_NOBITS && header.sh_size > 0)
		return refuse(error, "it is damaged: a section cannot be read");
	section.relocs = g_array_new(FALSE, FALSE, sizeof(KpReloc));
	section.symbols = g_ptr_array_new();
	g_array_append_val(object->sections, section);
	return TRUE;
}

static KpObjectSection *section_at(const KpObject *object, guint number)
{
	return number > 0 && number < object->sections->len ?
	       &g_array_index(object->sections, KpObjectSection, number) : NULL;
}

static gboolean read_sections(KpObject *object, GError **error)
{
	KpObjectSection none = { .name = "", .relocs = g_array_new(FALSE, FALSE, sizeof(KpReloc)),
				 .symbols = g_ptr_array_new() };
	size_t names;

	g_array_append_val(object->sections, none);
	if (elf_getshdrstrndx(object->file.elf, &names) != 0)
		return refuse(error, "it is damaged: it has no section names");
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(object->file.elf, scn)) != NULL;)
		if (!take_section(object, scn, names, error))
			return FALSE;
	return TRUE;
}

/* The symbol table, its strings, and the numbers of sections beyond 65,279. */
struct table {
	Elf_Data *symbols;
	Elf_Data *numbers;
	size_t strings;
	size_t number;		/* of its section */
};

static gboolean find_table(const KpObject *object, struct table *table)
{
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(object->file.elf, scn)) != NULL;) {
		GElf_Shdr header;

		if (gelf_getshdr(scn, &header) == NULL)
			return FALSE;
		if (header.sh_type == SHT_SYMTAB_SHNDX)
			table->numbers = elf_getdata(scn, NULL);
		if (header.sh_type != SHT_SYMTAB || table->symbols != NULL)
			continue;
		table->symbols = elf_getdata(scn, NULL);
		table->strings = header.sh_link;
		table->number = elf_ndxscn(scn);
	}
	return table->symbols != NULL && table->symbols->d_buf != NULL;
}

static guint number_of(const KpObject *object, guint16 shndx, Elf32_Word extended)
{
	guint number = shndx == SHN_XINDEX ? extended : shndx;

	if (shndx == SHN_UNDEF)
		return KP_SECTION_NONE;
	if (shndx >= SHN_LORESERVE && shndx != SHN_XINDEX)
		return KP_SECTION_OTHER;
	return number < object->sections->len && number > 0 ? number : KP_SECTION_OTHER;
}

static gboolean take_symbol(KpObject *object, const struct table *table, guint index,
			    GError **error)
{
	KpObjectSymbol symbol = { .index = index };
	const KpObjectSection *section;
	Elf32_Word extended = 0;
	GElf_Sym sym;

	if (gelf_getsymshndx(table->symbols, table->numbers, (int)index, &sym, &extended) == NULL ||
	    (symbol.name = elf_strptr(object->file.elf, table->strings, sym.st_name)) == NULL)
		return refuse(error, "it is damaged: a symbol has no name");
	symbol.section = number_of(object, sym.st_shndx, extended);
	symbol.type = GELF_ST_TYPE(sym.st_info);
	symbol.bind = GELF_ST_BIND(sym.st_info);
	symbol.value = sym.st_value;
	symbol.size = sym.st_size;
	section = section_at(object, symbol.section);
	if (section != NULL) {
		if (symbol.value > section->size)
			return refuse(error, "it is damaged: a symbol lies beyond its section");
		symbol.size = MIN(symbol.size, section->size - symbol.value);
		if (symbol.type == STT_SECTION)
			symbol.name = section->name;
	}
	g_array_append_val(object->symbols, symbol);
	return TRUE;
}

static gint compare_values(gconstpointer a, gconstpointer b)
{
	const KpObjectSymbol *left = *(KpObjectSymbol *const *)a;
	const KpObjectSymbol *right = *(KpObjectSymbol *const *)b;

	if (left->value != right->value)
		return left->value < right->value ? -1 : 1;
	return (gint)left->index - (gint)right->index;
}

static void share_out_symbols(KpObject *object)
{
	for (guint i = 0; i < object->symbols->len; i++) {
		KpObjectSymbol *symbol = &g_array_index(object->symbols, KpObjectSymbol, i);
		KpObjectSection *section = section_at(object, symbol->section);

		if (section != NULL && *symbol->name != '\0' && symbol->type <= STT_FUNC)
			g_ptr_array_add(section->symbols, symbol);
	}
	for (guint i = 0; i < object->sections->len; i++)
		g_ptr_array_sort(g_array_index(object->sections, KpObjectSection, i).symbols,
				 compare_values);
}

static gboolean read_symbols(KpObject *object, struct table *table, GError **error)
{
	gsize count = find_table(object, table) ? table->symbols->d_size / sizeof(Elf64_Sym) : 0;

	if (count == 0)
		return refuse(error, "it has no symbols: a stripped file does not do");
	for (gsize i = 0; i < MIN(count, G_MAXINT); i++)
		if (!take_symbol(object, table, (guint)i, error))
			return FALSE;
	share_out_symbols(object);
	return TRUE;
}

static gboolean take_reloc(const KpObject *object, KpObjectSection *section, Elf_Data *data,
			   gsize index, GError **error)
{
	KpReloc reloc = { 0 };
	GElf_Rela rela;
	guint size;

	if (gelf_getrela(data, (int)index, &rela) == NULL ||
	    GELF_R_SYM(rela.r_info) >= object->symbols->len)
		return refuse(error, "it is damaged: a relocation has no symbol");
	reloc.offset = rela.r_offset;
	reloc.type = (guint32)GELF_R_TYPE(rela.r_info);
	reloc.addend = rela.r_addend;
	reloc.symbol = &g_array_index(object->symbols, KpObjectSymbol, GELF_R_SYM(rela.r_info));
	size = kp_reloc_size(reloc.type);
	if (size == 0 && reloc.type != R_X86_64_NONE) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "section %s has a relocation of type %u, which kernels of x86-64 do not have",
			    section->name, reloc.type);
		return FALSE;
	}
	if (section->size < size || reloc.offset > section->size - size)
		return refuse(error, "it is damaged: a relocation lies beyond its section");
	if (size > 0)
		g_array_append_val(section->relocs, reloc);
	return TRUE;
}

static gint compare_offsets(gconstpointer a, gconstpointer b)
{
	const KpReloc *left = a, *right = b;

	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* Debug information has most of all relocations, and libdw reads it by itself. */
static gboolean read_relocs(KpObject *object, const struct table *table, GError **error)
{
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(object->file.elf, scn)) != NULL;) {
		KpObjectSection *section;
		GElf_Shdr header;
		Elf_Data *data;

		if (gelf_getshdr(scn, &header) == NULL)
			return refuse(error, "it is damaged: a section has no header");
		section = section_at(object, header.sh_info);
		if (header.sh_type != SHT_RELA || header.sh_link != table->number ||
		    section == NULL || g_str_has_prefix(section->name, ".debug"))
			continue;
		data = elf_getdata(scn, NULL);
		for (gsize i = 0; data != NULL && i < data->d_size / sizeof(Elf64_Rela); i++)
			if (!take_reloc(object, section, data, i, error))
				return FALSE;
		g_array_sort(section->relocs, compare_offsets);
	}
	return TRUE;
}

/* The place of the next symbol behind @at: where instructions surely begin. */
static guint64 next_start(const KpObjectSection *section, guint64 at)
{
	for (guint i = 0; i < section->symbols->len; i++) {
		const KpObjectSymbol *symbol = g_ptr_array_index(section->symbols, i);

		if (symbol->value > at)
			return symbol->value;
	}
	return section->size;
}

/* Goes through the instructions, and notes of each operand where its own ends. */
static void note_tails(KpObjectSection *section)
{
	guint64 at = 0, symbol = next_start(section, 0);
	guint next = 0;

	while (at < section->size && next < section->relocs->len) {
		gsize length = kp_insn_length(section->bytes + at, section->size - at);
		guint64 end = length > 0 && at + length <= symbol ? at + length : symbol;

		for (; next < section->relocs->len; next++) {
			KpReloc *reloc = &g_array_index(section->relocs, KpReloc, next);

			if (reloc->offset >= end)
				break;
			if (end == at + length && reloc->offset + kp_reloc_size(reloc->type) <= end)
				reloc->tail = (guint8)(end - reloc->offset);
		}
		at = end;
		if (at >= symbol)
			symbol = next_start(section, at);
	}
}

KpObject *kp_object_open(const char *path, GError **error)
{
	g_autoptr(KpObject) object = g_new0(KpObject, 1);
	struct table table = { 0 };

	object->path = g_strdup(path);
	object->sections = g_array_new(FALSE, FALSE, sizeof(KpObjectSection));
	object->symbols = g_array_new(FALSE, FALSE, sizeof(KpObjectSymbol));
	if (!kp_elf_file_open(&object->file, path, error) ||
	    (!object->file.relocatable && !refuse(error, "it is linked: an object or module is wanted")) ||
	    !read_sections(object, error) || !read_symbols(object, &table, error) ||
	    !read_relocs(object, &table, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	for (guint i = 0; i < object->sections->len; i++) {
		KpObjectSection *section = &g_array_index(object->sections, KpObjectSection, i);

		if (kp_section_is_code(section) && section->bytes != NULL)
			note_tails(section);
	}
	return g_steal_pointer(&object);
}

void kp_object_free(KpObject *object)
{
	if (object == NULL)
		return;
	for (guint i = 0; i < object->sections->len; i++) {
		g_array_unref(g_array_index(object->sections, KpObjectSection, i).relocs);
		g_ptr_array_unref(g_array_index(object->sections, KpObjectSection, i).symbols);
	}
	g_array_unref(object->sections);
	g_array_unref(object->symbols);
	kp_elf_file_close(&object->file);
	g_free(object->path);
	g_free(object);
}

const KpObjectSection *kp_object_section(const KpObject *object, guint number)
{
	return section_at(object, number);
}

const KpObjectSection *kp_object_find_section(const KpObject *object, const char *name)
{
	for (guint i = 1; i < object->sections->len; i++)
		if (g_str_equal(section_at(object, i)->name, name))
			return section_at(object, i);
	return NULL;
}

const KpObjectSymbol *kp_object_symbol(const KpObject *object, const char *name)
{
	const KpObjectSymbol *found = NULL;

	for (guint i = 0; i < object->symbols->len; i++) {
		const KpObjectSymbol *symbol = &g_array_index(object->symbols, KpObjectSymbol, i);

		if (symbol->type > STT_FUNC || !g_str_equal(symbol->name, name))
			continue;
		if (symbol->section != KP_SECTION_NONE)
			return symbol;
		if (found == NULL)
			found = symbol;
	}
	return found;
}

static gboolean is_defined(const KpObjectSymbol *symbol)
{
	return symbol->section != KP_SECTION_NONE && symbol->section != KP_SECTION_OTHER;
}

gboolean kp_symbol_is_function(const KpObjectSymbol *symbol)
{
	/* padding that objtool and kCFI name, in front of functions */
	return symbol->type == STT_FUNC && is_defined(symbol) &&
	       !g_str_has_prefix(symbol->name, "__pfx_") &&
	       !g_str_has_prefix(symbol->name, "__cfi_");
}

gboolean kp_symbol_is_data(const KpObjectSymbol *symbol)
{
	return symbol->type == STT_OBJECT && is_defined(symbol);
}

gboolean kp_symbol_is_local(const KpObjectSymbol *symbol)
{
	return symbol->bind == STB_LOCAL;
}

/* Constants that the linker may merge have no identity: their content counts. */
static const KpObjectSymbol *symbol_at(const KpObjectSection *section, gint64 offset)
{
	const KpObjectSymbol *only = NULL, *found = NULL;
	guint names = 0;

	if (kp_section_is_mergeable(section))
		return NULL;
	for (guint i = 0; i < section->symbols->len; i++) {
		const KpObjectSymbol *symbol = g_ptr_array_index(section->symbols, i);

		if (!kp_symbol_is_function(symbol) && !kp_symbol_is_data(symbol))
			continue;
		if (only == NULL || only->value != symbol->value) {
			only = symbol;
			names++;
		}
		if (found == NULL && offset >= (gint64)symbol->value &&
		    (guint64)offset - symbol->value < MAX(symbol->size, 1))
			found = symbol;
	}
	/* alone in its section, it is what is meant, how far off ever */
	if (found == NULL && names == 1 && (kp_symbol_is_function(only) ||
	    (only->value == 0 && only->size == section->size)))
		return only;
	return found;
}

gboolean kp_object_target(const KpObject *object, const KpObjectSection *section,
			  const KpReloc *reloc, KpTarget *target)
{
	const KpObjectSymbol *symbol = reloc->symbol;
	const KpObjectSection *in = section_at(object, symbol->section);
	gint64 offset = reloc->addend;

	if (kp_section_is_code(section) && kp_reloc_is_relative(reloc->type)) {
		if (reloc->tail == 0)
			return FALSE;
		offset += reloc->tail;
	}
	*target = (KpTarget){ symbol, symbol->section, offset };
	if (in == NULL || kp_symbol_is_function(symbol) ||
	    (kp_symbol_is_data(symbol) && !kp_section_is_mergeable(in)))
		return TRUE;
	offset = (gint64)((guint64)offset + symbol->value);
	target->symbol = symbol_at(in, offset);
	target->offset = target->symbol == NULL ? offset :
			 (gint64)((guint64)offset - target->symbol->value);
	return TRUE;
}

/* The first relocation at or behind @offset. */
static guint first_at(const KpObjectSection *section, guint64 offset)
{
	guint low = 0, high = section->relocs->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (g_array_index(section->relocs, KpReloc, middle).offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void kp_object_relocs(const KpObjectSection *section, guint64 from, guint64 size, guint *first,
		      guint *end)
{
	*first = first_at(section, from);
	*end = first_at(section, size <= G_MAXUINT64 - from ? from + size : G_MAXUINT64);
}

const char *kp_object_string(const KpObjectSection *section, gint64 offset)
{
	if (offset < 0 || (guint64)offset >= section->size || section->bytes == NULL)
		return NULL;
	if (memchr(section->bytes + offset, '\0', section->size - (guint64)offset) == NULL)
		return NULL;
	return (const char *)section->bytes + offset;
}

gboolean kp_section_is_strings(const KpObjectSection *section)
{
	return (section->flags & SHF_STRINGS) != 0 && kp_section_is_mergeable(section);
}

gboolean kp_section_is_mergeable(const KpObjectSection *section)
{
	return (section->flags & SHF_MERGE) != 0;
}

gboolean kp_section_is_code(const KpObjectSection *section)
{
	return (section->flags & SHF_EXECINSTR) != 0;
}

gboolean kp_section_is_writable(const KpObjectSection *section)
{
	return (section->flags & SHF_WRITE) != 0;
}

gboolean kp_section_is_allocated(const KpObjectSection *section)
{
	return (section->flags & SHF_ALLOC) != 0;
}

/* How much of "__UNIQUE_ID_note123" (and of "…123.45") is its name. */
static gsize unique_length(const char *name)
{
	gsize length = strlen(name);

	if (!g_str_has_prefix(name, "__UNIQUE_ID_"))
		return length;
	while (length > 0 && (g_ascii_isdigit(name[length - 1]) || name[length - 1] == '.'))
		length--;
	return length;
}

char *kp_symbol_plain_name(const char *name)
{
	gsize length = unique_length(name);
	GString *plain = g_string_sized_new(length);

	for (gsize i = 0; i < length;) {
		gsize digits = name[i] == '.' ? strspn(name + i + 1, "0123456789") : 0;

		if (digits > 0 && (name[i + 1 + digits] == '\0' || name[i + 1 + digits] == '.'))
			i += digits + 1;
		else
			g_string_append_c(plain, name[i++]);
	}
	return g_string_free(plain, FALSE);
}
