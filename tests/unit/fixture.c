/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/settings.h"

static const char section_names[] =
	"\0.modinfo\0.kpatch.funcs\0.shstrtab\0.rela.data\0.symtab\0.strtab";

enum {
	NAME_MODINFO = 1, NAME_FUNCS = 10, NAME_STRINGS = 24, NAME_RELA = 34, NAME_DATA = 39,
	NAME_SYMTAB = 45, NAME_STRTAB = 53,
};

static void add_entry(GString *info, const char *key, const char *value)
{
	if (value == NULL)
		return;
	g_string_append_printf(info, "%s=%s", key, value);
	g_string_append_c(info, '\0');
}

static GString *make_modinfo(const FixtureModule *module)
{
	GString *info = g_string_new(NULL);
	g_autofree char *vermagic =
		module->kver == NULL ? NULL :
		g_strdup_printf("%s SMP preempt mod_unload modversions ", module->kver);

	add_entry(info, "license", "GPL");
	add_entry(info, "version", module->version);
	add_entry(info, "name", module->name);
	add_entry(info, "vermagic", vermagic);
	add_entry(info, "salt", module->salt);
	for (const char *const *cve = module->cves; cve != NULL && *cve != NULL; cve++)
		add_entry(info, "kpatch_cve", *cve);
	for (const char *const *entry = module->entries; entry != NULL && *entry != NULL; entry++) {
		g_string_append(info, *entry);
		g_string_append_c(info, '\0');
	}
	if (module->funcs && !module->no_replace)
		add_entry(info, "parmtype", "replace:bool");
	if (module->livepatch)
		add_entry(info, "livepatch", "Y");
	if (module->endless)
		g_string_truncate(info, info->len - 1);
	return info;
}

static void add_section(Elf *elf, guint name, guint type, const void *bytes, gsize size)
{
	GElf_Shdr header;
	Elf_Scn *section = elf_newscn(elf);
	Elf_Data *data = elf_newdata(section);

	data->d_buf = (void *)bytes;
	data->d_size = size;
	data->d_align = 1;
	data->d_type = type == SHT_SYMTAB ? ELF_T_SYM : type == SHT_RELA ? ELF_T_RELA : ELF_T_BYTE;
	g_assert_nonnull(gelf_getshdr(section, &header));
	header.sh_name = name;
	header.sh_type = type;
	g_assert_true(gelf_update_shdr(section, &header));
}

static void change_section(Elf *elf, size_t index, guint64 flags, guint link, guint info,
			   guint64 entry)
{
	Elf_Scn *section = elf_getscn(elf, index);
	GElf_Shdr header;

	g_assert_nonnull(gelf_getshdr(section, &header));
	header.sh_flags = flags;
	header.sh_link = link;
	header.sh_info = info;
	header.sh_entsize = entry;
	g_assert_true(gelf_update_shdr(section, &header));
}

#define KLP_SIZE 104

/* As a compiler lays out "static struct klp_patch patch", include/linux/livepatch.h. */
struct klp {
	guint8 data[2 * KLP_SIZE];
	Elf64_Sym symbols[4];
	Elf64_Rela relocations[2];
};

static const char klp_strings[] = "\0__this_module\0patch";

static void add_klp(Elf *elf, struct klp *klp, const char *how, guint first)
{
	guint count = g_str_equal(how, "both") ? 2 : 1;

	memset(klp, 0, sizeof(*klp));
	klp->data[24] = g_str_equal(how, "yes");
	klp->symbols[1] = (Elf64_Sym){ .st_name = 1, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE) };
	for (guint i = 0; i < count; i++) {
		klp->symbols[2 + i] = (Elf64_Sym){
			.st_name = 15, .st_info = ELF64_ST_INFO(STB_LOCAL, STT_OBJECT),
			.st_shndx = (Elf64_Half)first, .st_value = i * KLP_SIZE, .st_size = KLP_SIZE };
		klp->relocations[i] = (Elf64_Rela){
			.r_offset = i * KLP_SIZE, .r_info = ELF64_R_INFO(1, R_X86_64_64) };
	}
	add_section(elf, NAME_DATA, SHT_PROGBITS, klp->data, sizeof(klp->data));
	add_section(elf, NAME_RELA, SHT_RELA, klp->relocations, count * sizeof(Elf64_Rela));
	add_section(elf, NAME_SYMTAB, SHT_SYMTAB, klp->symbols, (2 + count) * sizeof(Elf64_Sym));
	add_section(elf, NAME_STRTAB, SHT_STRTAB, klp_strings, sizeof(klp_strings));
	change_section(elf, first, SHF_ALLOC | SHF_WRITE, 0, 0, 0);
	change_section(elf, first + 1, SHF_INFO_LINK, first + 2, first, sizeof(Elf64_Rela));
	change_section(elf, first + 2, 0, first + 3, 1, sizeof(Elf64_Sym));
}

static void write_elf(int fd, const FixtureModule *module, const GString *info)
{
	static const char funcs[64];
	guint sections = module->funcs ? 2 : 1;
	struct klp klp;
	Elf *elf;
	GElf_Ehdr header;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	g_assert_nonnull(gelf_newehdr(elf, ELFCLASS64));
	gelf_getehdr(elf, &header);
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_machine = module->machine != 0 ? module->machine : EM_X86_64;
	header.e_type = ET_REL;
	header.e_shstrndx = (Elf64_Half)(sections + (module->klp != NULL ? 5 : 1));
	g_assert_true(gelf_update_ehdr(elf, &header));
	add_section(elf, NAME_MODINFO, SHT_PROGBITS, info->str, info->len);
	if (module->funcs)
		add_section(elf, NAME_FUNCS, SHT_PROGBITS, funcs, sizeof(funcs));
	if (module->klp != NULL)
		add_klp(elf, &klp, module->klp, sections + 1);
	add_section(elf, NAME_STRINGS, SHT_STRTAB, section_names, sizeof(section_names));
	g_assert_cmpint(elf_update(elf, ELF_C_WRITE), >, 0);
	elf_end(elf);
}

GBytes *fixture_module(const FixtureModule *module)
{
	GString *info = make_modinfo(module);
	g_autofree char *path = NULL;
	char *content = NULL;
	gsize size = 0;
	int fd = g_file_open_tmp("kpatch-unit-XXXXXX", &path, NULL);

	g_assert_cmpint(fd, >=, 0);
	write_elf(fd, module, info);
	close(fd);
	g_string_free(info, TRUE);
	g_assert_true(g_file_get_contents(path, &content, &size, NULL));
	unlink(path);
	return g_bytes_new_take(content, size);
}

char *fixture_folder(void)
{
	char *folder = g_dir_make_tmp("kpatch-unit-XXXXXX", NULL);

	g_assert_nonnull(folder);
	return folder;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void fixture_remove(char *folder)
{
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	g_free(folder);
}

void fixture_write(const char *root, const char *path, const void *data, gssize size)
{
	g_autofree char *full = g_build_filename(root, path, NULL);
	g_autofree char *folder = g_path_get_dirname(full);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
	g_assert_true(g_file_set_contents_full(full, data, size, G_FILE_SET_CONTENTS_CONSISTENT,
					       0644, NULL));
}

void fixture_patch(const char *root, const char *folder, const char *kver,
		   const char *version)
{
	g_autofree char *name = g_strdup_printf("kpatch_test_%s", version);
	g_autofree char *path = g_strdup_printf("%s/%s/kpatch-test-%s.ko", folder, kver, version);
	const FixtureModule module = { .name = g_strdelimit(name, "-", '_'), .kver = kver,
				       .version = version, .funcs = TRUE };
	g_autoptr(GBytes) bytes = fixture_module(&module);

	fixture_write(root, path, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
}

void fixture_machine(const char *root, const char *kver)
{
	g_autofree char *line = g_strdup_printf("%s\n", kver);

	fixture_write(root, "proc/sys/kernel/osrelease", line, -1);
	fixture_write(root, "proc/sys/kernel/random/boot_id", "boot-1\n", -1);
	fixture_write(root, "proc/sys/kernel/ftrace_enabled", "1\n", -1);
	fixture_write(root, "proc/cmdline", "root=/dev/vda quiet\n", -1);
	/* signatures have tests of their own */
	fixture_write(root, KP_SETTINGS_FILE, "[verify]\nmodules=off\n", -1);
}

void fixture_live(const char *root, const char *backend, const char *name,
		  const char *version, gboolean enabled)
{
	g_autofree char *flag = g_strdup_printf("sys/kernel/%s/%s/enabled", backend, name);
	g_autofree char *file = g_strdup_printf("sys/module/%s/version", name);

	fixture_write(root, flag, enabled ? "1\n" : "0\n", -1);
	fixture_write(root, file, version, -1);
}
