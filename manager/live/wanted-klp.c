/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules that the kernel's own klp-build made (6.19 and newer) say in two tables what they
 * replace: records of objects, each of which has a row of records of functions (struct
 * klp_object_ext and klp_func_ext, include/linux/livepatch_external.h of the kernel). */
#include "live/wanted-private.h"

#include <libelf.h>
#include <string.h>

/* Of the records, in bytes. Pointers are filled by relocations. */
#define FUNC_SIZE 24
#define FUNC_NAME 0
#define FUNC_SYMPOS 16
#define OBJECT_SIZE 64
#define OBJECT_NAME 0
#define OBJECT_FUNCS 8
#define OBJECT_COUNT 56

/* A table, where it is and what fills it; all NULL if the module has none. */
struct table {
	size_t index;
	Elf_Data *records, *relas, *symbols;
};

/* What both are called, first by newer kernels. */
static const char *const funcs_names[] = { ".init.klp_funcs", "__klp_funcs" };
static const char *const objects_names[] = { ".init.klp_objects", "__klp_objects" };

static gboolean is_called(const char *name, const char *const names[2])
{
	return name != NULL && (g_str_equal(name, names[0]) || g_str_equal(name, names[1]));
}

static struct table find_table(Elf *elf, size_t names, const char *const called[2])
{
	struct table table = { 0 };

	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
		GElf_Shdr header, of;
		Elf_Scn *target;

		if (gelf_getshdr(scn, &header) == NULL || header.sh_type != SHT_RELA)
			continue;
		target = elf_getscn(elf, header.sh_info);
		if (target == NULL || gelf_getshdr(target, &of) == NULL ||
		    !is_called(elf_strptr(elf, names, of.sh_name), called))
			continue;
		table.index = header.sh_info;
		table.records = elf_rawdata(target, NULL);
		table.relas = elf_getdata(scn, NULL);
		table.symbols = kp_wanted_data(elf, header.sh_link);
	}
	return table;
}

static gsize count_of(const struct table *table, gsize size)
{
	if (table->records == NULL || table->records->d_buf == NULL ||
	    table->relas == NULL || table->symbols == NULL)
		return 0;
	return table->records->d_size / size;
}

/* The record after the last one that @rela's pointer to @funcs may begin a row with is
 * @count; so is where it leads if that is no record. */
static gsize row_of(const struct table *objects, const struct table *funcs, gsize count,
		    const GElf_Rela *rela)
{
	GElf_Sym symbol;
	guint64 at;

	if (gelf_getsym(objects->symbols, (int)GELF_R_SYM(rela->r_info), &symbol) == NULL ||
	    symbol.st_shndx != funcs->index)
		return count;
	at = (symbol.st_value + (guint64)rela->r_addend) / FUNC_SIZE;
	return at < count ? (gsize)at : count;
}

/* The functions from @first on that the record @object has, but for those that another had:
 * *@left of all were nobody's yet. Rows do not overlap, but in a file that means harm. */
static void add_row(GPtrArray *all, const struct table *funcs, const char **names, gsize first,
		    gsize count, const char *object, const char *name, gsize *left)
{
	guint32 of_object;

	memcpy(&of_object, object + OBJECT_COUNT, sizeof(of_object));
	for (gsize i = first; i < count && i - first < of_object && *left > 0; i++, --*left) {
		guint64 sympos;

		memcpy(&sympos, (const char *)funcs->records->d_buf + i * FUNC_SIZE + FUNC_SYMPOS,
		       sizeof(sympos));
		if (names[i] != NULL)
			kp_wanted_add(all, KP_WANTED_FUNCTION, name != NULL ? name : "vmlinux",
				      names[i], sympos);
	}
}

static void read_objects(GPtrArray *all, Elf *elf, const struct table *objects,
			 const struct table *funcs, const char **names, gsize count)
{
	gsize total = count_of(objects, OBJECT_SIZE), left = count;
	g_autofree const char **called = g_new0(const char *, total + 1);
	g_autofree gsize *first = g_new(gsize, total + 1);
	GElf_Rela rela;

	for (gsize i = 0; i < total; i++)
		first[i] = count;
	for (int i = 0; total > 0 && gelf_getrela(objects->relas, i, &rela) != NULL; i++) {
		gsize at = rela.r_offset / OBJECT_SIZE;

		if (at < total && rela.r_offset % OBJECT_SIZE == OBJECT_NAME)
			called[at] = kp_wanted_text(elf, objects->symbols, &rela);
		else if (at < total && rela.r_offset % OBJECT_SIZE == OBJECT_FUNCS)
			first[at] = row_of(objects, funcs, count, &rela);
	}
	for (gsize i = 0; i < total; i++)
		add_row(all, funcs, names, first[i], count,
			(const char *)objects->records->d_buf + i * OBJECT_SIZE, called[i],
			&left);
}

void kp_wanted_klp(GPtrArray *all, Elf *elf)
{
	g_autofree const char **called = NULL;
	struct table funcs, objects;
	GElf_Rela rela;
	size_t names;
	gsize count;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return;
	funcs = find_table(elf, names, funcs_names);
	objects = find_table(elf, names, objects_names);
	count = count_of(&funcs, FUNC_SIZE);
	called = g_new0(const char *, count + 1);
	for (int i = 0; count > 0 && gelf_getrela(funcs.relas, i, &rela) != NULL; i++)
		if (rela.r_offset / FUNC_SIZE < count && rela.r_offset % FUNC_SIZE == FUNC_NAME)
			called[rela.r_offset / FUNC_SIZE] = kp_wanted_text(elf, funcs.symbols, &rela);
	read_objects(all, elf, &objects, &funcs, called, count);
}
