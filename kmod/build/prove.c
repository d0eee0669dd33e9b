/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "prove.h"

#include <string.h>

#include "insn.h"
#include "oracle.h"

static const KpReloc *reloc_at(const KpObjectSection *section, guint index)
{
	return &g_array_index(section->relocs, KpReloc, index);
}

/* objtool makes a nop of a jump that a static key switches; and of calls of __fentry__. */
static gsize made_nop(const guint8 *ours, const guint8 *theirs, gsize size)
{
	static const guint8 nop5[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 }, nop2[] = { 0x66, 0x90 };

	if (size >= 5 && ours[0] == 0xe9 && memcmp(theirs, nop5, 5) == 0)
		return 5;
	if (size >= 2 && ours[0] == 0xeb && memcmp(theirs, nop2, 2) == 0)
		return 2;
	return 0;
}

/* G_MAXUINT64: the same but for operands; or where the first other byte is. */
static guint64 first_other_byte(const KpObjectSection *section, const KpObjectSymbol *symbol,
				const guint8 *theirs)
{
	const guint8 *ours = section->bytes + symbol->value;
	guint next, end;

	kp_object_relocs(section, symbol->value, symbol->size, &next, &end);
	for (guint64 i = 0; i < symbol->size;) {
		gsize skip;

		if (next < end && reloc_at(section, next)->offset == symbol->value + i) {
			i += kp_reloc_size(reloc_at(section, next++)->type);
			continue;
		}
		if (ours[i] == theirs[i]) {
			i++;
			continue;
		}
		skip = made_nop(ours + i, theirs + i, symbol->size - i);
		if (skip == 0)
			return i;
		for (i += skip; next < end && reloc_at(section, next)->offset < symbol->value + i;)
			next++;
	}
	return G_MAXUINT64;
}

/* What ends one function's comparison: where, and why in words. */
struct difference {
	guint64 at;
	char *why;
};

/* The first operand that leads to something else than ours does; at is G_MAXUINT64 if all
 * agree. With @proof, notes where they lead. */
static struct difference first_other_operand(const KpObject *object, const KpOracle *oracle,
					     const KpObjectSymbol *symbol, guint64 address,
					     KpProof *proof)
{
	const KpObjectSection *section = kp_object_section(object, symbol->section);
	guint next, end;

	kp_object_relocs(section, symbol->value, symbol->size, &next, &end);
	for (; next < end; next++) {
		const KpReloc *reloc = reloc_at(section, next);
		guint64 at = reloc->offset - symbol->value;
		KpTarget target;
		KpSpot spot;
		char *why;

		if (!kp_object_target(object, section, reloc, &target) ||
		    (target.symbol != NULL && g_str_equal(target.symbol->name, "__fentry__")) ||
		    !kp_oracle_operand(oracle, address, at, reloc, &target, &spot))
			continue;
		why = kp_oracle_disagrees(oracle, object, &target, &spot);
		if (why != NULL)
			return (struct difference){ at, why };
		if (proof != NULL && target.symbol != NULL)
			kp_oracle_note(oracle, proof, target.symbol, &spot);
	}
	return (struct difference){ G_MAXUINT64, NULL };
}

static char *instruction_text(const guint8 *bytes, gsize size)
{
	gsize length = kp_insn_length(bytes, size);
	GString *text = g_string_new(NULL);

	for (gsize i = 0; i < length; i++)
		g_string_append_printf(text, "%s%02x", i > 0 ? " " : "", bytes[i]);
	return g_string_free(text, FALSE);
}

/* The instruction that the byte at @at belongs to, on both sides. */
static void show_difference(const KpObjectSection *section, const guint8 *theirs, KpProofOf *of,
			    guint64 at)
{
	const guint8 *ours = section->bytes + of->symbol->value;
	guint64 start = 0;

	while (start < at) {
		gsize length = kp_insn_length(ours + start, of->symbol->size - start);

		if (length == 0 || start + length > at)
			break;
		start += length;
	}
	of->at = start;
	of->ours = instruction_text(ours + start, of->symbol->size - start);
	of->theirs = instruction_text(theirs + start, of->symbol->size - start);
}

/* The places that have our bytes, and our operands as far as they can be told. */
static GArray *fitting(const KpObject *object, const KpOracle *oracle, KpProofOf *of)
{
	const KpObjectSection *section = kp_object_section(object, of->symbol->section);
	g_autoptr(GArray) candidates = kp_oracle_named(oracle, of->symbol->name);
	GArray *fits = g_array_new(FALSE, FALSE, sizeof(guint64));

	of->state = candidates->len == 0 ? KP_PROOF_ABSENT : KP_PROOF_DIFFERS;
	for (guint i = 0; i < candidates->len; i++) {
		guint64 address = g_array_index(candidates, guint64, i);
		const guint8 *theirs = kp_oracle_bytes(oracle, address, of->symbol->size);
		guint64 at = theirs != NULL ? first_other_byte(section, of->symbol, theirs) : 0;
		struct difference other = { at, NULL };

		if (theirs != NULL && at == G_MAXUINT64)
			other = first_other_operand(object, oracle, of->symbol, address, NULL);
		if (theirs != NULL && other.at == G_MAXUINT64) {
			g_array_append_val(fits, address);
			continue;
		}
		if (of->why == NULL && theirs != NULL) {
			of->why = other.why != NULL ? g_strdup(other.why) : g_strdup("it has another instruction");
			show_difference(section, theirs, of, other.at);
		}
		g_free(other.why);
	}
	if (of->state == KP_PROOF_DIFFERS && of->why == NULL)
		of->why = g_strdup("its bytes are not in the file");
	return fits;
}

static void settle(KpProof *proof, const KpOracle *oracle, const KpObject *object, KpProofOf *of,
		   guint64 address)
{
	KpSpot spot = { .address = address };

	of->state = KP_PROOF_SAME;
	g_clear_pointer(&of->why, g_free);
	g_clear_pointer(&of->ours, g_free);
	g_clear_pointer(&of->theirs, g_free);
	spot.known = TRUE;
	kp_oracle_note(oracle, proof, of->symbol, &spot);
	first_other_operand(object, oracle, of->symbol, address, proof);
}

/* What is behind ".text": the linker keeps the order of functions inside of each kind. */
static gboolean same_kind(const KpObject *object, const KpObjectSymbol *a, const KpObjectSymbol *b)
{
	const char *left = kp_object_section(object, a->section)->name;
	const char *right = kp_object_section(object, b->section)->name;
	gboolean unlikely = g_str_has_prefix(left, ".text.unlikely");

	if (!g_str_has_prefix(left, ".text.") || !g_str_has_prefix(right, ".text."))
		return g_str_equal(left, right);
	return unlikely == g_str_has_prefix(right, ".text.unlikely");
}

/* The next function of the object, forwards or backwards, whose place is proven. */
static guint64 neighbour(const KpProof *proof, const KpObject *object, guint index, gint step)
{
	const KpProofOf *of = g_ptr_array_index(proof->functions, index);

	for (gint i = (gint)index + step; i >= 0 && i < (gint)proof->functions->len; i += step) {
		const KpProofOf *other = g_ptr_array_index(proof->functions, i);
		const KpProofPlace *place = other->state == KP_PROOF_SAME ?
					    kp_proof_place(proof, other->symbol) : NULL;

		if (place != NULL && same_kind(object, of->symbol, other->symbol))
			return place->address;
	}
	return 0;
}

/* Equal bodies: ours lies between our neighbours, or an operand has told already. */
static void settle_by_place(KpProof *proof, const KpOracle *oracle, const KpObject *object,
			    guint index, const GArray *fits)
{
	KpProofOf *of = g_ptr_array_index(proof->functions, index);
	const KpProofPlace *place = kp_proof_place(proof, of->symbol);
	guint64 before = neighbour(proof, object, index, -1), after = neighbour(proof, object, index, 1);
	guint64 found = 0;
	guint hits = 0;

	for (guint i = 0; i < fits->len; i++) {
		guint64 address = g_array_index(fits, guint64, i);

		if (place != NULL ? address != place->address :
		    before == 0 || after == 0 || address <= before || address >= after)
			continue;
		found = address;
		hits++;
	}
	of->state = KP_PROOF_AMBIGUOUS;
	if (hits == 1)
		settle(proof, oracle, object, of, found);
}

static void free_of(gpointer data)
{
	KpProofOf *of = data;

	g_free(of->ours);
	g_free(of->theirs);
	g_free(of->why);
	g_free(of);
}

static void free_place(gpointer data)
{
	g_free(((KpProofPlace *)data)->name);
	g_free(data);
}

static void collect(KpProof *proof, const KpObject *object)
{
	for (guint i = 0; i < object->symbols->len; i++) {
		const KpObjectSymbol *symbol = &g_array_index(object->symbols, KpObjectSymbol, i);
		const KpObjectSection *section = kp_object_section(object, symbol->section);
		KpProofOf *of;

		if (!kp_symbol_is_function(symbol) || section->bytes == NULL || symbol->size == 0)
			continue;
		of = g_new0(KpProofOf, 1);
		of->symbol = symbol;
		g_ptr_array_add(proof->functions, of);
	}
}

KpProof *kp_prove(const KpObject *object, const KpOracle *oracle)
{
	KpProof *proof = g_new0(KpProof, 1);
	g_autoptr(GPtrArray) fits = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);

	proof->functions = g_ptr_array_new_with_free_func(free_of);
	proof->places = g_hash_table_new_full(NULL, NULL, NULL, free_place);
	collect(proof, object);
	for (guint i = 0; i < proof->functions->len; i++) {
		KpProofOf *of = g_ptr_array_index(proof->functions, i);
		GArray *places = fitting(object, oracle, of);

		g_ptr_array_add(fits, places);
		if (places->len == 1)
			settle(proof, oracle, object, of, g_array_index(places, guint64, 0));
		else if (places->len == 0 && of->symbol->bind == STB_WEAK)
			of->state = KP_PROOF_OVERRIDDEN;
	}
	for (guint i = 0; i < proof->functions->len; i++)
		if (((GArray *)g_ptr_array_index(fits, i))->len > 1)
			settle_by_place(proof, oracle, object, i, g_ptr_array_index(fits, i));
	for (guint i = 0; i < proof->functions->len; i++)
		proof->count[((KpProofOf *)g_ptr_array_index(proof->functions, i))->state]++;
	return proof;
}

void kp_proof_free(KpProof *proof)
{
	if (proof == NULL)
		return;
	g_ptr_array_unref(proof->functions);
	g_hash_table_unref(proof->places);
	g_free(proof);
}

const KpProofOf *kp_proof_of(const KpProof *proof, const KpObjectSymbol *symbol)
{
	for (guint i = 0; i < proof->functions->len; i++) {
		const KpProofOf *of = g_ptr_array_index(proof->functions, i);

		if (of->symbol == symbol)
			return of;
	}
	return NULL;
}

const KpProofPlace *kp_proof_place(const KpProof *proof, const KpObjectSymbol *symbol)
{
	const KpProofPlace *place = g_hash_table_lookup(proof->places, symbol);

	return place != NULL && !place->contradicted ? place : NULL;
}

/* "x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0" of the banner. */
static char *compiler_of(const char *banner)
{
	const char *start = banner != NULL ? strstr(banner, ") (") : NULL;
	const char *end = start != NULL ? strstr(start, ", ") : NULL;

	return end != NULL ? g_strndup(start + 3, (gsize)(end - start) - 3) : NULL;
}

char *kp_proof_cause(const KpProof *proof, const char *banner, const char *compiler)
{
	guint wrong = proof->count[KP_PROOF_DIFFERS] + proof->count[KP_PROOF_ABSENT];
	g_autofree char *theirs = compiler_of(banner);

	if (wrong == 0)
		return NULL;
	if (theirs != NULL && compiler != NULL && strstr(theirs, compiler) == NULL &&
	    strstr(compiler, theirs) == NULL)
		return g_strdup_printf("the compiler is another one: the kernel was made by %s, and this is %s. Name that one with --cc",
				       theirs, compiler);
	if (wrong * 2 > proof->functions->len)
		return g_strdup("most functions differ: the configuration or the flags of make are others. Name the kernel's own configuration with --config (/boot/config-KVER), and flags that the distribution adds with --make VAR=VALUE");
	return g_strdup("few functions differ: the source is of another release, or lacks a patch of the distribution's. Take the source package of exactly this kernel");
}
