/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image.h"

#include <gelf.h>
#include <string.h>

#include "base/error.h"
#include "names.h"
#include "symbols.h"

static gboolean refuse(GError **error, const char *reason)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_USAGE, reason);
	return FALSE;
}

static gboolean open_elf(KpImage *image, GError **error)
{
	if (!kp_elf_file_open(&image->file, image->path, error))
		return FALSE;
	image->module = image->file.relocatable;
	image->elf = image->file.elf;
	return TRUE;
}

static const guint8 *code_bytes(Elf_Scn *scn, const GElf_Shdr *header)
{
	Elf_Data *data = header->sh_type == SHT_PROGBITS ? elf_rawdata(scn, NULL) : NULL;

	return data != NULL && data->d_size == header->sh_size ? data->d_buf : NULL;
}

static gboolean take_section(KpImage *image, Elf_Scn *scn, size_t names, guint64 size,
			     GError **error)
{
	KpSection section = { .scn = scn };
	GElf_Shdr header;

	if (gelf_getshdr(scn, &header) == NULL ||
	    (section.name = elf_strptr(image->elf, names, header.sh_name)) == NULL)
		return refuse(error, "it is damaged: a section has no header or name");
	if (header.sh_type != SHT_NOBITS &&
	    (header.sh_offset > size || header.sh_size > size - header.sh_offset))
		return refuse(error, "it is damaged or truncated: a section lies beyond its end");
	/* The relocatable file's sections have no addresses, whatever is written there. */
	section.address = image->module ? 0 : header.sh_addr;
	section.size = header.sh_size;
	section.alloc = (header.sh_flags & SHF_ALLOC) != 0;
	section.code = section.alloc && (header.sh_flags & SHF_EXECINSTR) != 0;
	if (section.code)
		section.bytes = code_bytes(scn, &header);
	g_array_append_val(image->sections, section);
	return TRUE;
}

static gboolean read_sections(KpImage *image, guint64 size, GError **error)
{
	KpSection none = { .name = "" };
	size_t names;

	if (elf_getshdrstrndx(image->elf, &names) != 0)
		return refuse(error, "it is damaged: it has no section names");
	g_array_append_val(image->sections, none);
	for (Elf_Scn *scn = NULL; (scn = elf_nextscn(image->elf, scn)) != NULL;)
		if (!take_section(image, scn, names, size, error))
			return FALSE;
	return TRUE;
}

/* A file that has only what a debugger needs has the sections, and no bytes. */
static gboolean code_ok(const KpImage *image, GError **error)
{
	for (guint i = 0; i < image->sections->len; i++) {
		const KpSection *section = kp_image_section(image, i);

		if (section->code && section->size > 0 && section->bytes != NULL)
			return TRUE;
	}
	return refuse(error, "it has no code: a file of debug information alone? Name the one it belongs to");
}

/* As the kernel's KBUILD_MODNAME: a module says its name, if it is linked. */
static char *object_name(const KpImage *image)
{
	g_autofree char *base = g_path_get_basename(image->path);
	g_autofree char *told = kp_symbols_modinfo(image, "name");
	char *dot = strchr(base, '.');

	if (!image->module)
		return g_strdup("vmlinux");
	if (told != NULL)
		return kp_plain_text(told);
	if (dot != NULL)
		*dot = '\0';
	return g_strdelimit(kp_plain_text(base), "-", '_');
}

KpImage *kp_image_open(const char *path, GError **error)
{
	g_autoptr(KpImage) image = g_new0(KpImage, 1);

	image->path = g_strdup(path);
	image->sections = g_array_new(FALSE, FALSE, sizeof(KpSection));
	image->symbols = g_array_new(FALSE, FALSE, sizeof(KpSymbol));
	image->by_name = g_ptr_array_new();
	if (!open_elf(image, error) || !read_sections(image, image->file.size, error) ||
	    !code_ok(image, error) || !kp_symbols_read(image, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	image->object = object_name(image);
	return g_steal_pointer(&image);
}

void kp_image_free(KpImage *image)
{
	if (image == NULL)
		return;
	g_ptr_array_unref(image->by_name);
	g_array_unref(image->symbols);
	g_array_unref(image->sections);
	kp_elf_file_close(&image->file);
	g_free(image->object);
	g_free(image->path);
	g_free(image);
}

const KpSection *kp_image_section(const KpImage *image, guint number)
{
	return number < image->sections->len ?
	       &g_array_index(image->sections, KpSection, number) : NULL;
}

const KpSection *kp_image_find_section(const KpImage *image, const char *name)
{
	for (guint i = 1; i < image->sections->len; i++)
		if (g_str_equal(kp_image_section(image, i)->name, name))
			return kp_image_section(image, i);
	return NULL;
}

KpPlace kp_image_place(const KpImage *image, guint64 address)
{
	for (guint i = 1; i < image->sections->len; i++) {
		const KpSection *section = kp_image_section(image, i);

		if (section->code && address >= section->address &&
		    address - section->address < section->size)
			return (KpPlace){ i, address - section->address };
	}
	return (KpPlace){ 0, 0 };
}
