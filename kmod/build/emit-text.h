/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The assembler text that emit.c makes, line by line. */
#ifndef KP_BUILD_EMIT_TEXT_H
#define KP_BUILD_EMIT_TEXT_H

#include "emit.h"

/* A part of the patched object that the patch brings, under a label of its own. */
typedef struct {
	const KpObjectSection *section;
	guint64 from;
	guint64 size;
	char *label;
	gboolean written;
} KpPiece;

typedef struct {
	const KpEmitRequest *request;
	const KpObject *patched;
	GString *out;
	GPtrArray *pieces;		/* KpPiece, in the order of the text */
	GHashTable *strings;		/* text to its label */
	GPtrArray *string_order;	/* the texts, as they came */
	GHashTable *told;		/* refusals, each once */
	GHashTable *weak;		/* names that are declared */
	GHashTable *static_calls;	/* names without __SCT__ */
	GHashTable *renames;		/* see KpEmitted */
	GPtrArray *findings;
	GPtrArray *sites;		/* see KpEmitted */
	GPtrArray *records;
} KpEmitter;

void kp_emit_head(KpEmitter *emitter, const KpPiece *piece);
void kp_emit_reloc(KpEmitter *emitter, const KpPiece *piece, const KpReloc *reloc,
		   const char *name, gint64 addend);
/* The loader does not mind that it is not there: postlink takes its relocations out. */
void kp_emit_weak(KpEmitter *emitter, const char *name);
void kp_emit_dynrela(KpEmitter *emitter, const KpPiece *piece, const KpReloc *reloc,
		     const KpReference *reference, gint64 addend);
/* The label of a copy of @string, which kp_emit_tail() writes. */
const char *kp_emit_string(KpEmitter *emitter, const char *string);
/* The bytes, and the symbols among them. */
void kp_emit_bytes(KpEmitter *emitter, const KpPiece *piece);
void kp_emit_key(KpEmitter *emitter, const char *name);
void kp_emit_record(KpEmitter *emitter, const KpObjectSymbol *symbol, const KpPiece *piece,
		    const KpReference *reference);
void kp_emit_tail(KpEmitter *emitter);

#endif
