/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ELF file of an x86-64 kernel, opened and looked at so far that libelf may
 * be asked about it. The bytes are not trusted. */
#ifndef KP_BUILD_ELFFILE_H
#define KP_BUILD_ELFFILE_H

#include <glib.h>
#include <libelf.h>

typedef struct {
	int fd;			/* -1: not open */
	Elf *elf;
	guint64 size;		/* of the file, in bytes */
	gboolean relocatable;	/* a module or object, as against a linked image */
} KpElfFile;

/* Fills @file, which kp_elf_file_close() empties in any case. KP_ERROR_USAGE
 * says what is wrong with the file, without its name. */
gboolean kp_elf_file_open(KpElfFile *file, const char *path, GError **error);
void kp_elf_file_close(KpElfFile *file);

#endif
