/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emit-text.h"

#include <string.h>

#include "names.h"

#define LINE_BYTES 16

/* kpatch.h: the symbol is one that another module exports */
#define KPATCH_EXTERNAL 1

static const char *type_name(guint32 type)
{
	switch (type) {
	case R_X86_64_64: return "R_X86_64_64";
	case R_X86_64_PC32: return "R_X86_64_PC32";
	case R_X86_64_PLT32: return "R_X86_64_PLT32";
	case R_X86_64_32: return "R_X86_64_32";
	case R_X86_64_32S: return "R_X86_64_32S";
	case R_X86_64_PC64: return "R_X86_64_PC64";
	default: return "R_X86_64_NONE";
	}
}

/* Alignment that holds for the place inside its section. */
static guint64 align_of(const KpPiece *piece)
{
	guint64 align = MIN(piece->section->align, 64);

	while (align > 1 && piece->from % align != 0)
		align /= 2;
	return MAX(align, 1);
}

void kp_emit_head(KpEmitter *emitter, const KpPiece *piece)
{
	guint64 flags = piece->section->flags;
	gboolean merge = (flags & SHF_MERGE) != 0 && (flags & SHF_STRINGS) == 0 &&
			 piece->section->entry > 0;

	g_string_append_printf(emitter->out, "\t.section %s,\"%s%s%s%s\",@%s",
			       piece->section->name, flags & SHF_ALLOC ? "a" : "",
			       flags & SHF_WRITE ? "w" : "", flags & SHF_EXECINSTR ? "x" : "",
			       merge ? "M" : "",
			       piece->section->bytes == NULL ? "nobits" : "progbits");
	if (merge)
		g_string_append_printf(emitter->out, ",%" G_GUINT64_FORMAT, piece->section->entry);
	g_string_append_printf(emitter->out, "\n\t.balign %" G_GUINT64_FORMAT "\n%s:\n",
			       align_of(piece), piece->label);
}

void kp_emit_weak(KpEmitter *emitter, const char *name)
{
	if (g_hash_table_add(emitter->weak, g_strdup(name)))
		g_string_append_printf(emitter->out, "\t.weak \"%s\"\n", name);
}

void kp_emit_reloc(KpEmitter *emitter, const KpPiece *piece, const KpReloc *reloc,
		   const char *name, gint64 addend)
{
	g_string_append_printf(emitter->out,
			       "\t.reloc %s+%" G_GUINT64_FORMAT ", %s, \"%s\"%+" G_GINT64_FORMAT "\n",
			       piece->label, reloc->offset - piece->from, type_name(reloc->type), name,
			       addend);
}

const char *kp_emit_string(KpEmitter *emitter, const char *string)
{
	const char *label = g_hash_table_lookup(emitter->strings, string);

	if (label == NULL) {
		char *made = g_strdup_printf(".Ls%u", emitter->string_order->len);
		char *text = g_strdup(string);

		g_hash_table_insert(emitter->strings, text, made);
		g_ptr_array_add(emitter->string_order, text);
		label = made;
	}
	return label;
}

void kp_emit_dynrela(KpEmitter *emitter, const KpPiece *piece, const KpReloc *reloc,
		     const KpReference *reference, gint64 addend)
{
	g_string_append_printf(emitter->out,
		"\t.pushsection .kpatch.dynrelas,\"aw\",@progbits\n\t.balign 8\n"
		"\t.quad %s+%" G_GUINT64_FORMAT ", 0, %u, %u, %s, %s\n"
		"\t.long %d, 0\n\t.quad %" G_GINT64_FORMAT "\n\t.popsection\n",
		piece->label, reloc->offset - piece->from, reloc->type, reference->position,
		kp_emit_string(emitter, reference->name),
		kp_emit_string(emitter, emitter->request->object),
		reference->foreign ? KPATCH_EXTERNAL : 0, addend);
}

static void write_bytes(GString *out, const guint8 *bytes, guint64 size)
{
	for (guint64 i = 0; i < size; i++)
		g_string_append_printf(out, "%s0x%02x%s", i % LINE_BYTES == 0 ? "\t.byte " : ",",
				       bytes[i], i % LINE_BYTES == LINE_BYTES - 1 || i + 1 == size ?
				       "\n" : "");
}

/* Operands that relocations fill are zero: what is there in the object is not used. */
static guint8 *clean_bytes(const KpPiece *piece)
{
	guint8 *bytes = g_memdup2(piece->section->bytes + piece->from, piece->size);
	guint first, end;

	kp_object_relocs(piece->section, piece->from, piece->size, &first, &end);
	for (guint i = first; i < end; i++) {
		const KpReloc *reloc = &g_array_index(piece->section->relocs, KpReloc, i);

		for (guint n = 0; n < kp_reloc_size(reloc->type); n++)
			if (reloc->offset - piece->from + n < piece->size)
				bytes[reloc->offset - piece->from + n] = 0;
	}
	return bytes;
}

static void write_range(KpEmitter *emitter, const guint8 *bytes, guint64 from, guint64 to)
{
	if (bytes == NULL && to > from)
		g_string_append_printf(emitter->out, "\t.skip %" G_GUINT64_FORMAT "\n", to - from);
	else
		write_bytes(emitter->out, bytes + from, to - from);
}

void kp_emit_bytes(KpEmitter *emitter, const KpPiece *piece)
{
	g_autofree guint8 *bytes = piece->section->bytes != NULL && piece->size > 0 ?
				   clean_bytes(piece) : NULL;
	guint64 at = 0;

	for (guint i = 0; i < piece->section->symbols->len; i++) {
		const KpObjectSymbol *symbol = g_ptr_array_index(piece->section->symbols, i);
		gboolean function = symbol->type == STT_FUNC;

		if (symbol->type == STT_NOTYPE || symbol->value < piece->from ||
		    symbol->value - piece->from >= piece->size)
			continue;
		write_range(emitter, bytes, at, symbol->value - piece->from);
		at = symbol->value - piece->from;
		g_string_append_printf(emitter->out,
				       "\t.type \"%s\", @%s\n\t.size \"%s\", %" G_GUINT64_FORMAT "\n\"%s\":\n",
				       symbol->name, function ? "function" : "object", symbol->name,
				       symbol->size, symbol->name);
	}
	write_range(emitter, bytes, at, piece->size);
}

void kp_emit_key(KpEmitter *emitter, const char *name)
{
	g_string_append_printf(emitter->out,
			       "\t.section .discard.addressable,\"aw\",@progbits\n\t.balign 8\n"
			       "\t.quad \"%s\"\n", name);
}

void kp_emit_record(KpEmitter *emitter, const KpObjectSymbol *symbol, const KpPiece *piece,
		    const KpReference *reference)
{
	const char *object = emitter->request->object;

	g_string_append_printf(emitter->out,
		"\t.section .kpatch.funcs,\"aw\",@progbits\n\t.balign 8\n"
		"\t.quad %s+%" G_GUINT64_FORMAT ", 0, 0, 0, %u, %s, %s\n"
		"\t.section .modinfo,\"a\",@progbits\n\t.asciz \"kpatch_func=%s:%s\"\n",
		piece->label, symbol->value - piece->from, reference->position,
		kp_emit_string(emitter, reference->name), kp_emit_string(emitter, object), object,
		reference->name);
}

void kp_emit_tail(KpEmitter *emitter)
{
	for (guint i = 0; i < emitter->string_order->len; i++) {
		const char *text = g_ptr_array_index(emitter->string_order, i);
		const char *label = g_hash_table_lookup(emitter->strings, text);

		g_string_append_printf(emitter->out,
				       "\t.section .rodata.str1.1,\"aMS\",@progbits,1\n%s:\n", label);
		write_bytes(emitter->out, (const guint8 *)text, strlen(text) + 1);
	}
	g_string_append(emitter->out, "\t.section .note.GNU-stack,\"\",@progbits\n");
}
