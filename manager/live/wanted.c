/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/wanted-private.h"

#include <libelf.h>
#include <string.h>

/* linux/livepatch.h of the kernel: an undefined symbol that livepatch resolves */
#define LIVEPATCH_SECTION 0xff20
#define LIVEPATCH_SYMBOL ".klp.sym."
/* no patch has as many */
#define WANTED_MAX 100000

/* The layout that existing tools know (kmod/patch/kpatch-patch.h), in bytes. */
static const struct layout {
	const char *section;
	KpWantedKind kind;
	gsize size;		/* of a record */
	gsize sympos;		/* an unsigned long */
	gsize name;		/* pointers, which relocations fill */
	gsize object;
	gsize external;		/* an int: whoever exports it; 0: there is none */
} layouts[] = {
	{ ".kpatch.funcs", KP_WANTED_FUNCTION, 56, 32, 40, 48, 0 },
	{ ".kpatch.dynrelas", KP_WANTED_SYMBOL, 64, 24, 32, 40, 48 },
};

static void wanted_free(gpointer data)
{
	KpWanted *wanted = data;

	g_free(wanted->object);
	g_free(wanted->name);
	g_free(wanted);
}

void kp_wanted_add(GPtrArray *all, KpWantedKind kind, const char *object, const char *name,
		   gulong sympos)
{
	KpWanted *wanted;

	if (all->len >= WANTED_MAX || !g_utf8_validate(name, -1, NULL) ||
	    (object != NULL && !g_utf8_validate(object, -1, NULL)))
		return;
	wanted = g_new0(KpWanted, 1);
	wanted->kind = kind;
	wanted->object = g_strdup(object);
	wanted->name = g_strdup(name);
	wanted->sympos = sympos;
	g_ptr_array_add(all, wanted);
}

/* The text at @offset of section @index, or NULL. */
static const char *text_at(Elf *elf, size_t index, guint64 offset)
{
	Elf_Scn *scn = elf_getscn(elf, index);
	Elf_Data *data = scn != NULL ? elf_rawdata(scn, NULL) : NULL;

	if (data == NULL || data->d_buf == NULL || offset >= data->d_size ||
	    memchr((const char *)data->d_buf + offset, '\0', data->d_size - offset) == NULL)
		return NULL;
	return (const char *)data->d_buf + offset;
}

const char *kp_wanted_text(Elf *elf, Elf_Data *symbols, const GElf_Rela *rela)
{
	GElf_Sym symbol;

	if (gelf_getsym(symbols, (int)GELF_R_SYM(rela->r_info), &symbol) == NULL ||
	    symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= SHN_LORESERVE)
		return NULL;
	return text_at(elf, symbol.st_shndx, symbol.st_value + (guint64)rela->r_addend);
}

static const struct layout *layout_of(const char *section)
{
	for (gsize i = 0; section != NULL && i < G_N_ELEMENTS(layouts); i++)
		if (g_str_equal(layouts[i].section, section))
			return &layouts[i];
	return NULL;
}

/* One record, the names of which are in @names and @objects. */
static void add_record(GPtrArray *all, const struct layout *layout, const char *record,
		       const char *name, const char *object)
{
	unsigned long sympos;
	int external = 0;

	memcpy(&sympos, record + layout->sympos, sizeof(sympos));
	if (layout->external != 0)
		memcpy(&external, record + layout->external, sizeof(external));
	if (name == NULL || object == NULL)
		return;
	if (external != 0)
		kp_wanted_add(all, KP_WANTED_IMPORT, NULL, name, 0);
	else
		kp_wanted_add(all, layout->kind, object, name, sympos);
}

/* @records and the relocations that fill their pointers. */
static void add_records(GPtrArray *all, Elf *elf, const struct layout *layout,
			const Elf_Data *records, Elf_Data *relas, Elf_Data *symbols)
{
	gsize count = records->d_size / layout->size;
	g_autofree const char **names = g_new0(const char *, count + 1);
	g_autofree const char **objects = g_new0(const char *, count + 1);
	GElf_Rela rela;

	for (int i = 0; gelf_getrela(relas, i, &rela) != NULL; i++) {
		gsize at = rela.r_offset / layout->size, field = rela.r_offset % layout->size;

		if (at < count && field == layout->name)
			names[at] = kp_wanted_text(elf, symbols, &rela);
		else if (at < count && field == layout->object)
			objects[at] = kp_wanted_text(elf, symbols, &rela);
	}
	for (gsize i = 0; records->d_buf != NULL && i < count; i++)
		add_record(all, layout, (const char *)records->d_buf + i * layout->size, names[i],
			   objects[i]);
}

Elf_Data *kp_wanted_data(Elf *elf, size_t index)
{
	Elf_Scn *scn = elf_getscn(elf, index);

	return scn != NULL ? elf_getdata(scn, NULL) : NULL;
}

/* @header: of relocations. They are of no interest unless they fill records. */
static void read_relocations(GPtrArray *all, Elf *elf, size_t names, Elf_Scn *scn,
			     const GElf_Shdr *header)
{
	Elf_Scn *target = elf_getscn(elf, header->sh_info);
	GElf_Shdr of;
	const struct layout *layout = target != NULL && gelf_getshdr(target, &of) != NULL ?
		layout_of(elf_strptr(elf, names, of.sh_name)) : NULL;
	Elf_Data *records = layout != NULL ? elf_rawdata(target, NULL) : NULL;
	Elf_Data *symbols = layout != NULL ? kp_wanted_data(elf, header->sh_link) : NULL;
	Elf_Data *relas = layout != NULL ? elf_getdata(scn, NULL) : NULL;

	if (records != NULL && symbols != NULL && relas != NULL)
		add_records(all, elf, layout, records, relas, symbols);
}

/* ".klp.sym.OBJECT.NAME,SYMPOS"; the names of objects have no dot. */
static void add_livepatch_symbol(GPtrArray *all, const char *text)
{
	const char *object = text + strlen(LIVEPATCH_SYMBOL);
	const char *dot = strchr(object, '.'), *comma = strrchr(text, ',');

	if (g_str_has_prefix(text, LIVEPATCH_SYMBOL) && dot != NULL && comma != NULL && comma > dot) {
		g_autofree char *of = g_strndup(object, (gsize)(dot - object));
		g_autofree char *name = g_strndup(dot + 1, (gsize)(comma - dot - 1));

		kp_wanted_add(all, KP_WANTED_SYMBOL, of, name, strtoul(comma + 1, NULL, 10));
	}
}

static void read_symbols(GPtrArray *all, Elf *elf, Elf_Scn *scn, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Sym symbol;

	for (int i = 1; data != NULL && gelf_getsym(data, i, &symbol) != NULL; i++) {
		const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);

		if (name == NULL || *name == '\0')
			continue;
		if (symbol.st_shndx == LIVEPATCH_SECTION)
			add_livepatch_symbol(all, name);
		else if (symbol.st_shndx == SHN_UNDEF && GELF_ST_BIND(symbol.st_info) == STB_GLOBAL)
			kp_wanted_add(all, KP_WANTED_IMPORT, NULL, name, 0);
	}
}

GPtrArray *kp_wanted_read(int fd)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(wanted_free);
	Elf *elf;
	size_t names;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf == NULL || elf_getshdrstrndx(elf, &names) != 0) {
		elf_end(elf);
		return all;
	}
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
		GElf_Shdr header;

		if (gelf_getshdr(scn, &header) == NULL)
			continue;
		if (header.sh_type == SHT_RELA)
			read_relocations(all, elf, names, scn, &header);
		else if (header.sh_type == SHT_SYMTAB)
			read_symbols(all, elf, scn, &header);
	}
	kp_wanted_klp(all, elf);
	elf_end(elf);
	return all;
}

char **kp_wanted_functions(int fd)
{
	g_autoptr(GPtrArray) wanted = kp_wanted_read(fd);
	GPtrArray *functions = g_ptr_array_new();

	for (guint i = 0; i < wanted->len; i++) {
		const KpWanted *entry = g_ptr_array_index(wanted, i);

		if (entry->kind == KP_WANTED_FUNCTION)
			g_ptr_array_add(functions, g_strdup_printf("%s:%s", entry->object, entry->name));
	}
	g_ptr_array_add(functions, NULL);
	return (char **)g_ptr_array_free(functions, FALSE);
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **kp_wanted_objects(const GPtrArray *wanted)
{
	GPtrArray *objects = g_ptr_array_new();

	for (guint i = 0; i < wanted->len; i++) {
		const KpWanted *entry = g_ptr_array_index(wanted, i);

		if (entry->object != NULL &&
		    !g_ptr_array_find_with_equal_func(objects, entry->object, g_str_equal, NULL))
			g_ptr_array_add(objects, g_strdup(entry->object));
	}
	g_ptr_array_sort(objects, compare_texts);
	g_ptr_array_add(objects, NULL);
	return (char **)g_ptr_array_free(objects, FALSE);
}
