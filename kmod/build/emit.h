/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The changed functions of one object as assembler text, with all that they newly need
 * and the entries of special sections that are about them. */
#ifndef KP_BUILD_EMIT_H
#define KP_BUILD_EMIT_H

#include "compare.h"

/* How the patch reaches a symbol that it does not bring itself. */
typedef enum {
	KP_REFERENCE_EXPORTED,	/* the loader links it, as in any module */
	KP_REFERENCE_PLACED,	/* by name and position: a relocation of livepatch or kpatch.ko */
} KpReferenceKind;

typedef struct {
	KpReferenceKind kind;
	char *object;		/* "vmlinux", or a module's name */
	char *name;
	guint position;		/* as sympos: 0 if the name is unique in the object */
	gboolean foreign;	/* a module other than the one that is patched exports it */
} KpReference;
void kp_reference_clear(KpReference *reference);

/* Fills @reference for @symbol of the patched object: its twin is @original, or it is
 * defined elsewhere (NULL). FALSE with KP_ERROR_REFUSED: what to do instead. */
typedef gboolean (*KpResolve)(gpointer data, const KpObjectSymbol *symbol,
			      const KpObjectSymbol *original, KpReference *reference,
			      GError **error);

typedef struct {
	const KpComparison *comparison;
	const char *object;	/* whose code is patched: "vmlinux", or a module's name */
	gboolean kpatch;	/* for kpatch.ko; else for livepatch */
	GHashTable *functions;	/* set of KpObjectSymbol: changed functions to be replaced */
	KpResolve resolve;
	gpointer data;
} KpEmitRequest;

/* One operand that leads out of the patch. */
typedef struct {
	char *name;		/* exported, or livepatch's name */
	gint64 addend;
	const KpObjectSection *section;	/* of the patched object */
	guint64 offset;
} KpEmittedSite;

typedef struct {
	char *text;		/* for the assembler */
	GPtrArray *findings;	/* KpFinding; a refusal makes the text useless */
	GHashTable *renames;	/* names that objtool must know: to livepatch's names for them */
	GPtrArray *sites;	/* KpEmittedSite: all operands that lead out of the patch */
	GPtrArray *functions;	/* KpObjectSymbol of the patched object: all that it brings */
	GPtrArray *records;	/* char*: "OBJECT:FUNCTION,POSITION" of each function replaced */
} KpEmitted;

/* Never NULL. The objects must be there as long as findings are read. */
KpEmitted *kp_emit(const KpEmitRequest *request);
void kp_emitted_free(KpEmitted *emitted);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpEmitted, kp_emitted_free)

/* Symbols of these names are left for kp_postlink(). */
#define KP_LIVEPATCH_SYMBOL ".klp.sym."
#define KP_LATER_SYMBOL ".kpatch.sym."	/* kpatch.ko's dynamic relocations */
/* "ext4@jbd2": what ext4's code uses of jbd2, which is resolved when ext4 is. */
#define KP_FOREIGN "@"

#endif
