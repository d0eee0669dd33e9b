/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The format is that of Documentation/livepatch/module-elf-format.rst. */
#include "postlink.h"

#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "emit.h"

/* include/linux/livepatch.h, include/uapi/linux/elf.h */
#define SHN_LIVEPATCH_INDEX 0xff20
#define SHF_RELA_LIVEPATCH_FLAG 0x00100000

/* Relocations of one section that wait for one object. */
struct late {
	guint section;		/* that they write to */
	char *object;
	GArray *relas;		/* GElf_Rela */
};

struct link {
	Elf *elf;
	Elf_Scn *symtab;
	Elf_Data *symbols;
	size_t strings;			/* the section of their names */
	size_t section_names;
	GHashTable *renames;
	GPtrArray *names;		/* of each symbol: livepatch's, or NULL */
	GPtrArray *late;		/* struct late */
	GString *more_strings;
	GString *more_sections;
	guint64 string_size, section_size;
};

static gboolean fail(GError **error, const char *what)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the module cannot be finished: %s: %s", what,
		    elf_errmsg(-1));
	return FALSE;
}

static guint64 size_of(Elf *elf, size_t section)
{
	GElf_Shdr header = { 0 };
	Elf_Scn *scn = elf_getscn(elf, section);

	return scn != NULL && gelf_getshdr(scn, &header) != NULL ? header.sh_size : 0;
}

static gboolean find_symbols(struct link *link, GError **error)
{
	GElf_Shdr header;

	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(link->elf, scn)) != NULL;) {
		if (gelf_getshdr(scn, &header) == NULL || header.sh_type != SHT_SYMTAB)
			continue;
		link->symtab = scn;
		link->symbols = elf_getdata(scn, NULL);
		link->strings = header.sh_link;
	}
	if (link->symbols == NULL || elf_getshdrstrndx(link->elf, &link->section_names) != 0)
		return fail(error, "it has no symbols");
	link->string_size = size_of(link->elf, link->strings);
	link->section_size = size_of(link->elf, link->section_names);
	return TRUE;
}

/* ".klp.sym.ext4@jbd2.name,0": the object that is waited for. */
static char *waits_for(const char *name)
{
	const char *start = name + strlen(KP_LIVEPATCH_SYMBOL);

	return g_strndup(start, strcspn(start, KP_FOREIGN "."));
}

/* Without what is in front of the '@'. */
static char *final_name(const char *name)
{
	const char *start = name + strlen(KP_LIVEPATCH_SYMBOL);
	gsize length = strcspn(start, KP_FOREIGN ".");

	return start[length] == *KP_FOREIGN ?
	       g_strconcat(KP_LIVEPATCH_SYMBOL, start + length + 1, NULL) : g_strdup(name);
}

/* Makes livepatch's symbol of the weak one at @index. */
static gboolean take_symbol(struct link *link, gsize index, GElf_Sym *sym, const char *name,
			    GError **error)
{
	g_autofree char *final = final_name(name);

	sym->st_name = (guint32)(link->string_size + link->more_strings->len);
	sym->st_shndx = SHN_LIVEPATCH_INDEX;
	sym->st_info = GELF_ST_INFO(STB_GLOBAL, STT_NOTYPE);
	g_string_append_len(link->more_strings, final, (gssize)strlen(final) + 1);
	return gelf_update_sym(link->symbols, (int)index, sym) != 0 ||
	       fail(error, "a symbol cannot be written");
}

static gboolean read_symbols(struct link *link, GError **error)
{
	gsize count = link->symbols->d_size / sizeof(Elf64_Sym);

	for (gsize i = 0; i < count; i++) {
		const char *name, *renamed;
		GElf_Sym sym;

		if (gelf_getsym(link->symbols, (int)i, &sym) == NULL ||
		    (name = elf_strptr(link->elf, link->strings, sym.st_name)) == NULL)
			return fail(error, "a symbol cannot be read");
		renamed = sym.st_shndx == SHN_UNDEF ? g_hash_table_lookup(link->renames, name) : NULL;
		name = renamed != NULL ? renamed : name;
		if (sym.st_shndx != SHN_UNDEF || (!g_str_has_prefix(name, KP_LIVEPATCH_SYMBOL) &&
						  !g_str_has_prefix(name, KP_LATER_SYMBOL))) {
			g_ptr_array_add(link->names, NULL);
			continue;
		}
		g_ptr_array_add(link->names, g_strdup(name));
		if (g_str_has_prefix(name, KP_LIVEPATCH_SYMBOL) &&
		    !take_symbol(link, i, &sym, name, error))
			return FALSE;
	}
	elf_flagdata(link->symbols, ELF_C_SET, ELF_F_DIRTY);
	return TRUE;
}

static struct late *late_of(struct link *link, guint section, const char *name)
{
	g_autofree char *object = waits_for(name);
	struct late *late;

	for (guint i = 0; i < link->late->len; i++) {
		late = g_ptr_array_index(link->late, i);
		if (late->section == section && g_str_equal(late->object, object))
			return late;
	}
	late = g_new0(struct late, 1);
	late->section = section;
	late->object = g_steal_pointer(&object);
	late->relas = g_array_new(FALSE, FALSE, sizeof(GElf_Rela));
	g_ptr_array_add(link->late, late);
	return late;
}

/* Takes what waits out of one section of relocations. */
static gboolean sort_out(struct link *link, Elf_Data *data, guint section, GError **error)
{
	gsize count = data->d_size / sizeof(Elf64_Rela), kept = 0;

	for (gsize i = 0; i < count; i++) {
		const char *name;
		GElf_Rela rela;

		if (gelf_getrela(data, (int)i, &rela) == NULL ||
		    GELF_R_SYM(rela.r_info) >= link->names->len)
			return fail(error, "a relocation cannot be read");
		name = g_ptr_array_index(link->names, GELF_R_SYM(rela.r_info));
		if (name == NULL) {
			if (gelf_update_rela(data, (int)kept++, &rela) == 0)
				return fail(error, "a relocation cannot be written");
		} else if (g_str_has_prefix(name, KP_LIVEPATCH_SYMBOL)) {
			g_array_append_val(late_of(link, section, name)->relas, rela);
		}
	}
	data->d_size = kept * sizeof(Elf64_Rela);
	elf_flagdata(data, ELF_C_SET, ELF_F_DIRTY);
	return TRUE;
}

static gboolean read_relocs(struct link *link, GError **error)
{
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(link->elf, scn)) != NULL;) {
		GElf_Shdr header;
		Elf_Data *data;

		if (gelf_getshdr(scn, &header) == NULL)
			return fail(error, "a section cannot be read");
		if (header.sh_type != SHT_RELA || header.sh_link != elf_ndxscn(link->symtab))
			continue;
		data = elf_getdata(scn, NULL);
		if (data != NULL && !sort_out(link, data, header.sh_info, error))
			return FALSE;
		header.sh_size = data != NULL ? data->d_size : 0;
		if (gelf_update_shdr(scn, &header) == 0)
			return fail(error, "a section cannot be written");
	}
	return TRUE;
}

static Elf_Data *add_data(Elf_Scn *scn, gpointer bytes, gsize size, Elf_Type type, gsize align)
{
	Elf_Data *data = elf_newdata(scn);

	if (data == NULL)
		return NULL;
	data->d_buf = bytes;
	data->d_size = size;
	data->d_type = type;
	data->d_align = align;
	data->d_version = EV_CURRENT;
	return data;
}

static gboolean add_section(struct link *link, const struct late *late, GError **error)
{
	Elf_Scn *scn = elf_newscn(link->elf), *to = elf_getscn(link->elf, late->section);
	GElf_Shdr header, target;
	g_autofree char *name = NULL;

	if (scn == NULL || to == NULL || gelf_getshdr(scn, &header) == NULL ||
	    gelf_getshdr(to, &target) == NULL)
		return fail(error, "a section cannot be added");
	name = g_strdup_printf(".klp.rela.%s.%s", late->object,
			       elf_strptr(link->elf, link->section_names, target.sh_name));
	header.sh_name = (guint32)(link->section_size + link->more_sections->len);
	g_string_append_len(link->more_sections, name, (gssize)strlen(name) + 1);
	header.sh_type = SHT_RELA;
	header.sh_flags = SHF_ALLOC | SHF_INFO_LINK | SHF_RELA_LIVEPATCH_FLAG;
	header.sh_link = (guint32)elf_ndxscn(link->symtab);
	header.sh_info = late->section;
	header.sh_addralign = 8;
	header.sh_entsize = sizeof(Elf64_Rela);
	header.sh_size = late->relas->len * sizeof(Elf64_Rela);
	if (gelf_update_shdr(scn, &header) == 0 ||
	    add_data(scn, late->relas->data, header.sh_size, ELF_T_RELA, 8) == NULL)
		return fail(error, "a section cannot be written");
	return TRUE;
}

static gboolean add_strings(struct link *link, size_t section, GString *more, GError **error)
{
	Elf_Scn *scn = elf_getscn(link->elf, section);

	if (more->len == 0)
		return TRUE;
	return (scn != NULL && add_data(scn, more->str, more->len, ELF_T_BYTE, 1) != NULL) ||
	       fail(error, "names cannot be added");
}

static gboolean add_all(struct link *link, GError **error)
{
	for (guint i = 0; i < link->late->len; i++)
		if (!add_section(link, g_ptr_array_index(link->late, i), error))
			return FALSE;
	/* one section may have both kinds of names */
	if (link->strings == link->section_names && link->more_sections->len > 0) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    "the module cannot be finished: its linker put names of sections and symbols together");
		return FALSE;
	}
	return add_strings(link, link->strings, link->more_strings, error) &&
	       add_strings(link, link->section_names, link->more_sections, error) &&
	       (elf_update(link->elf, ELF_C_WRITE) >= 0 || fail(error, "it cannot be written"));
}

static void free_late(gpointer data)
{
	struct late *late = data;

	g_array_unref(late->relas);
	g_free(late->object);
	g_free(late);
}

gboolean kp_postlink(const char *path, GHashTable *renames, GError **error)
{
	struct link link = { .renames = renames };
	int fd = open(path, O_RDWR | O_CLOEXEC);
	gboolean done;

	elf_version(EV_CURRENT);
	link.elf = fd >= 0 ? elf_begin(fd, ELF_C_RDWR, NULL) : NULL;
	link.names = g_ptr_array_new_with_free_func(g_free);
	link.late = g_ptr_array_new_with_free_func(free_late);
	link.more_strings = g_string_new(NULL);
	link.more_sections = g_string_new(NULL);
	if (link.elf == NULL)
		done = fail(error, "it cannot be opened");
	else
		done = find_symbols(&link, error) && read_symbols(&link, error) &&
		       read_relocs(&link, error) && add_all(&link, error);
	elf_end(link.elf);
	if (fd >= 0)
		close(fd);
	g_ptr_array_unref(link.names);
	g_ptr_array_unref(link.late);
	g_string_free(link.more_strings, TRUE);
	g_string_free(link.more_sections, TRUE);
	return done;
}
