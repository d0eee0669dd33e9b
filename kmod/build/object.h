/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A relocatable object as kpatch-build's stages see it: sections, symbols,
 * relocations, and what each operand leads to. Made by a compiler with
 * -ffunction-sections -fdata-sections, or a .ko. The bytes are not trusted: every
 * offset is checked before it is followed. */
#ifndef KP_BUILD_OBJECT_H
#define KP_BUILD_OBJECT_H

#include <glib.h>
#include <libelf.h>

#include "elffile.h"

/* In place of the number of a section. */
#define KP_SECTION_NONE 0u		/* the symbol is defined elsewhere */
#define KP_SECTION_OTHER G_MAXUINT	/* absolute, common, livepatch's */

typedef struct {
	const char *name;	/* of a section's symbol: the section's */
	guint index;		/* in the symbol table */
	guint section;		/* its number, or KP_SECTION_* */
	guint64 value;		/* offset in the section */
	guint64 size;		/* bytes, cut to the section */
	guint8 type;		/* STT_* */
	guint8 bind;		/* STB_* */
} KpObjectSymbol;

typedef struct {
	guint64 offset;		/* of the field, in its section */
	guint32 type;		/* R_X86_64_* */
	gint64 addend;
	const KpObjectSymbol *symbol;
	/* In code: from the field to the end of its instruction, which is what the
	 * processor counts from; 4, or more where an immediate follows. 0: not code,
	 * or no instruction that is known. */
	guint8 tail;
} KpReloc;

typedef struct {
	const char *name;
	guint number;
	guint32 type;		/* SHT_* */
	guint64 flags;		/* SHF_* */
	guint64 size;
	guint64 align;
	guint64 entry;		/* of mergeable constants: bytes each */
	const guint8 *bytes;	/* NULL if the file has none */
	GArray *relocs;		/* KpReloc, by offset; never NULL */
	GPtrArray *symbols;	/* KpObjectSymbol with names, by value; never NULL */
} KpObjectSection;

typedef struct {
	char *path;
	KpElfFile file;
	GArray *sections;	/* KpObjectSection, by number */
	GArray *symbols;	/* KpObjectSymbol, by index */
} KpObject;

/* What an operand leads to: a place counted from a symbol or, without one, from the
 * start of a section. */
typedef struct {
	const KpObjectSymbol *symbol;	/* NULL: a place that has no name */
	guint section;			/* KP_SECTION_NONE: defined elsewhere */
	gint64 offset;
} KpTarget;

/* KP_ERROR_USAGE says what is wrong with the file at @path. */
KpObject *kp_object_open(const char *path, GError **error);
void kp_object_free(KpObject *object);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpObject, kp_object_free)

/* NULL for a number that no section has. */
const KpObjectSection *kp_object_section(const KpObject *object, guint number);
const KpObjectSection *kp_object_find_section(const KpObject *object, const char *name);
/* The first symbol of that name that @object defines or, without one, refers to. */
const KpObjectSymbol *kp_object_symbol(const KpObject *object, const char *name);

gboolean kp_symbol_is_function(const KpObjectSymbol *symbol);
/* A variable or constant that has a name and a size. */
gboolean kp_symbol_is_data(const KpObjectSymbol *symbol);
/* The compiler's own, or one that another file may define too (weak). */
gboolean kp_symbol_is_local(const KpObjectSymbol *symbol);

/* How many bytes a relocation writes; 0 for types that kernels do not have. */
guint kp_reloc_size(guint32 type);
/* Its value counts from its own place. */
gboolean kp_reloc_is_relative(guint32 type);

/* FALSE: the instruction around an operand is none that is known. */
gboolean kp_object_target(const KpObject *object, const KpObjectSection *section,
			  const KpReloc *reloc, KpTarget *target);

/* The indexes in section->relocs of those within @size bytes from @from. */
void kp_object_relocs(const KpObjectSection *section, guint64 from, guint64 size, guint *first,
		      guint *end);

/* The text at @offset of a section of strings; NULL if it does not end there. */
const char *kp_object_string(const KpObjectSection *section, gint64 offset);
gboolean kp_section_is_strings(const KpObjectSection *section);
gboolean kp_section_is_mergeable(const KpObjectSection *section);
gboolean kp_section_is_code(const KpObjectSection *section);
gboolean kp_section_is_writable(const KpObjectSection *section);
gboolean kp_section_is_allocated(const KpObjectSection *section);

/* @name without the numbers that the compiler counts with: "x.12" is "x",
 * "f.isra.0" is "f.isra", "__UNIQUE_ID_note123" is "__UNIQUE_ID_note". Caller frees. */
char *kp_symbol_plain_name(const char *name);

#endif
