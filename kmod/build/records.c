/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "records.h"

#include <gelf.h>
#include <string.h>

#include "bytes.h"

/* struct kpatch_patch_func: seven words, of which the last two are pointers. */
#define RECORD_SIZE 56
#define RECORD_SYMPOS 32
#define RECORD_NAME 40
#define RECORD_OBJECT 48

/* A longer name is none: KSYM_NAME_LEN is 512. */
#define NAME_MAX_SIZE 512

/* The relocations of .kpatch.funcs, and what they refer to. */
struct pointers {
	const KpImage *image;
	Elf_Data *entries;
	Elf_Data *symbols;
};

static gboolean find_pointers(const KpImage *image, guint number, struct pointers *pointers)
{
	for (guint i = 1; i < image->sections->len; i++) {
		const KpSection *symbols;
		GElf_Shdr header;

		if (gelf_getshdr(kp_image_section(image, i)->scn, &header) == NULL ||
		    header.sh_type != SHT_RELA || header.sh_info != number)
			continue;
		symbols = header.sh_link != 0 ? kp_image_section(image, header.sh_link) : NULL;
		if (symbols == NULL)
			continue;
		pointers->image = image;
		pointers->entries = elf_getdata(kp_image_section(image, i)->scn, NULL);
		pointers->symbols = elf_getdata(symbols->scn, NULL);
		return pointers->entries != NULL && pointers->symbols != NULL &&
		       pointers->symbols->d_type == ELF_T_SYM;
	}
	return FALSE;
}

/* The text at @offset of section @number. */
static char *text_at(const KpImage *image, guint number, guint64 offset)
{
	const KpSection *section = number != 0 ? kp_image_section(image, number) : NULL;
	Elf_Data *data = section != NULL ? elf_rawdata(section->scn, NULL) : NULL;
	const char *text;
	gsize left, length;

	if (data == NULL || data->d_buf == NULL || offset >= data->d_size)
		return NULL;
	text = (const char *)data->d_buf + offset;
	left = MIN(data->d_size - offset, NAME_MAX_SIZE);
	length = strnlen(text, left);
	return length < left && g_utf8_validate(text, (gssize)length, NULL) ?
	       g_strndup(text, length) : NULL;
}

/* The text that the pointer at @offset leads to, or NULL. */
static char *follow(const struct pointers *pointers, guint64 offset)
{
	GElf_Rela rela;
	GElf_Sym sym;

	for (int n = 0; gelf_getrela(pointers->entries, n, &rela) != NULL; n++) {
		if (rela.r_offset != offset)
			continue;
		if (GELF_R_SYM(rela.r_info) > G_MAXINT ||
		    gelf_getsym(pointers->symbols, (int)GELF_R_SYM(rela.r_info), &sym) == NULL)
			return NULL;
		return text_at(pointers->image, sym.st_shndx,
			       sym.st_value + (guint64)rela.r_addend);
	}
	return NULL;
}

static char *read_record(const struct pointers *pointers, const guint8 *record, guint64 offset)
{
	g_autofree char *name = follow(pointers, offset + RECORD_NAME);
	g_autofree char *object = follow(pointers, offset + RECORD_OBJECT);
	guint64 position = kp_le64(record + RECORD_SYMPOS);

	if (name == NULL || object == NULL || position > G_MAXUINT)
		return NULL;
	return g_strdup_printf("%s:%s,%u", object, name, (guint)position);
}

char **kp_records_read(const KpImage *patch)
{
	const KpSection *section = kp_image_find_section(patch, ".kpatch.funcs");
	GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
	Elf_Data *data = section != NULL ? elf_rawdata(section->scn, NULL) : NULL;
	struct pointers pointers = { 0 };

	if (data != NULL && data->d_buf != NULL &&
	    find_pointers(patch, (guint)elf_ndxscn(section->scn), &pointers))
		for (gsize at = 0; data->d_size - at >= RECORD_SIZE; at += RECORD_SIZE) {
			char *text = read_record(&pointers, (guint8 *)data->d_buf + at, at);

			if (text == NULL) {
				g_ptr_array_set_size(found, 0);
				break;
			}
			g_ptr_array_add(found, text);
		}
	g_ptr_array_set_free_func(found, NULL);
	g_ptr_array_add(found, NULL);
	return (char **)g_ptr_array_free(found, FALSE);
}
