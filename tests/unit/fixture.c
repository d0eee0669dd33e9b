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

static const char section_names[] = "\0.modinfo\0.kpatch.funcs\0.shstrtab";

enum { NAME_MODINFO = 1, NAME_FUNCS = 10, NAME_STRINGS = 24 };

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
	if (module->livepatch)
		add_entry(info, "livepatch", "Y");
	if (module->endless)
		g_string_truncate(info, info->len - 1);
	return info;
}

static void add_section(Elf *elf, guint name, guint type, const void *bytes, gsize size)
{
	Elf_Scn *section = elf_newscn(elf);
	Elf_Data *data = elf_newdata(section);
	GElf_Shdr header;

	data->d_buf = (void *)bytes;
	data->d_size = size;
	data->d_align = 1;
	g_assert_nonnull(gelf_getshdr(section, &header));
	header.sh_name = name;
	header.sh_type = type;
	g_assert_true(gelf_update_shdr(section, &header));
}

static void write_elf(int fd, const FixtureModule *module, const GString *info)
{
	static const char funcs[64];
	Elf *elf;
	GElf_Ehdr header;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	g_assert_nonnull(gelf_newehdr(elf, ELFCLASS64));
	gelf_getehdr(elf, &header);
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_machine = module->machine != 0 ? module->machine : EM_X86_64;
	header.e_type = ET_REL;
	header.e_shstrndx = module->funcs ? 3 : 2;
	g_assert_true(gelf_update_ehdr(elf, &header));
	add_section(elf, NAME_MODINFO, SHT_PROGBITS, info->str, info->len);
	if (module->funcs)
		add_section(elf, NAME_FUNCS, SHT_PROGBITS, funcs, sizeof(funcs));
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
