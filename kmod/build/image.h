/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The code and the symbols of a kernel image or module, as its file has them.
 * The bytes are not trusted: every offset is checked before it is followed. */
#ifndef KP_BUILD_IMAGE_H
#define KP_BUILD_IMAGE_H

#include <glib.h>
#include <libelf.h>

#include "elffile.h"

/* A place in code: the number of a section, and an offset in it. Addresses of
 * vmlinux and the offsets of modules are the same thing then. */
typedef struct {
	guint section;		/* 0: nowhere */
	guint64 offset;
} KpPlace;

typedef struct {
	const char *name;
	Elf_Scn *scn;
	guint64 address;
	guint64 size;
	gboolean code;
	gboolean alloc;		/* it is in memory when the kernel runs */
	const guint8 *bytes;	/* of code; NULL if the file has none */
} KpSection;

typedef struct {
	const char *name;
	KpPlace at;
	guint64 size;
	guint index;		/* in the symbol table */
	guint file;		/* which FILE symbol came before; 0: none, or it is global */
	gboolean function;
} KpSymbol;

typedef struct {
	char *path;
	char *object;		/* "vmlinux", or the module's name */
	gboolean module;	/* relocatable: operands are in relocations */
	KpElfFile file;
	Elf *elf;		/* that of file */
	GArray *sections;	/* KpSection, by number */
	GArray *symbols;	/* KpSymbol, by place */
	GPtrArray *by_name;	/* the same, by name, then as /proc/kallsyms has them */
} KpImage;

/* KP_ERROR_USAGE says what is wrong with the file. */
KpImage *kp_image_open(const char *path, GError **error);
void kp_image_free(KpImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpImage, kp_image_free)

const KpSection *kp_image_section(const KpImage *image, guint number);
const KpSection *kp_image_find_section(const KpImage *image, const char *name);

/* The place at @address of an image that is linked. */
KpPlace kp_image_place(const KpImage *image, guint64 address);

/* The function that @at is in, or NULL. */
const KpSymbol *kp_image_function(const KpImage *image, KpPlace at);

/* All symbols whose names begin with @prefix are from the one returned on. */
guint kp_image_first_of(const KpImage *image, const char *prefix);

/* As KPATCH_FUNC_POS() counts; 0 if no other symbol has the name. */
guint kp_image_position(const KpImage *image, const KpSymbol *symbol);

int kp_place_compare(KpPlace a, KpPlace b);

#endif
