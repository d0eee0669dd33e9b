/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emit.h"

#include <string.h>

#include "base/error.h"
#include "emit-text.h"
#include "names.h"
#include "special.h"

void kp_reference_clear(KpReference *reference)
{
	g_free(reference->object);
	g_free(reference->name);
	*reference = (KpReference){ 0 };
}

static const KpReloc *reloc_at(const KpObjectSection *section, guint index)
{
	return &g_array_index(section->relocs, KpReloc, index);
}

static void refuse(KpEmitter *emitter, const char *rule, const char *symbol, char *text,
		   char *advice)
{
	if (g_hash_table_add(emitter->told, g_strdup_printf("%s %s", rule, text)))
		g_ptr_array_add(emitter->findings, kp_finding_new(KP_FINDING_REFUSED, rule, symbol,
								  text, advice));
	else {
		g_free(text);
		g_free(advice);
	}
}

/* Padding that the compiler puts in front of functions for calls of the kernel's own
 * (CONFIG_CALL_PADDING): it counts from the function's start, and goes with it. */
static void function_extent(const KpObject *object, const KpObjectSymbol *symbol, guint64 *from,
			    guint64 *size)
{
	const KpObjectSection *section = kp_object_section(object, symbol->section);
	guint64 end = 0, start = symbol->value;
	gboolean alone = TRUE;

	for (guint i = 0; i < section->symbols->len; i++) {
		const KpObjectSymbol *other = g_ptr_array_index(section->symbols, i);

		if (other->type != STT_FUNC || other->value == symbol->value)
			continue;
		alone = FALSE;
		if (other->value < symbol->value)
			end = MAX(end, other->value + other->size);
	}
	*from = alone ? 0 : start;
	*size = alone ? section->size : symbol->size;
	while (!alone && start > end && symbol->value - start < 16 && section->bytes != NULL &&
	       section->bytes[start - 1] == 0x90)
		start--;
	if (!alone && symbol->value - start == 16) {
		*from = start;
		*size += 16;
	}
}

static void extent_of(const KpObject *object, const KpObjectSymbol *symbol, guint64 *from,
		      guint64 *size)
{
	*from = symbol->value;
	*size = symbol->size;
	if (symbol->type == STT_FUNC)
		function_extent(object, symbol, from, size);
}

static KpPiece *find_piece(const KpEmitter *emitter, guint section, guint64 from)
{
	for (guint i = 0; i < emitter->pieces->len; i++) {
		KpPiece *piece = g_ptr_array_index(emitter->pieces, i);

		if (piece->section->number == section && piece->from == from)
			return piece;
	}
	return NULL;
}

/* A part of the patched object that the patch brings: itself, or noted to be written. */
static KpPiece *want_piece(KpEmitter *emitter, guint section, guint64 from, guint64 size)
{
	KpPiece *piece = find_piece(emitter, section, from);

	if (piece != NULL)
		return piece;
	piece = g_new0(KpPiece, 1);
	piece->section = kp_object_section(emitter->patched, section);
	piece->from = from;
	piece->size = size;
	piece->label = g_strdup_printf(".Lk%u", emitter->pieces->len);
	g_ptr_array_add(emitter->pieces, piece);
	return piece;
}

static KpPiece *want_symbol(KpEmitter *emitter, const KpObjectSymbol *symbol)
{
	guint64 from, size;

	extent_of(emitter->patched, symbol, &from, &size);
	return want_piece(emitter, symbol->section, from, size);
}

static const KpTwin *twin_of(const KpEmitter *emitter, const KpObjectSymbol *symbol)
{
	return kp_comparison_twin(emitter->request->comparison, symbol);
}

static gboolean is_replaced(const KpEmitter *emitter, const KpObjectSymbol *symbol)
{
	const KpTwin *twin = twin_of(emitter, symbol);

	if (g_hash_table_contains(emitter->request->functions, symbol))
		return TRUE;
	/* another name of a function that is */
	return twin != NULL && twin->changed && symbol->type == STT_FUNC &&
	       find_piece(emitter, symbol->section, symbol->value) != NULL;
}

/* Does anything of the original object use the function's address, but to call it? */
static gboolean address_was_taken(const KpObject *object, const KpObjectSymbol *symbol)
{
	for (guint s = 1; s < object->sections->len; s++) {
		const KpObjectSection *section = kp_object_section(object, s);

		if (!kp_section_is_allocated(section) ||
		    kp_special_find(section->name)->kind != KP_SPECIAL_UNKNOWN)
			continue;
		for (guint i = 0; i < section->relocs->len; i++) {
			KpTarget target;

			if (reloc_at(section, i)->type != R_X86_64_PLT32 &&
			    reloc_at(section, i)->symbol->section == symbol->section &&
			    kp_object_target(object, section, reloc_at(section, i), &target) &&
			    target.symbol == symbol && target.offset == 0)
				return TRUE;
		}
	}
	return FALSE;
}

/* A pointer to a replaced function is one to the original where the kernel has such
 * pointers itself: it may be compared, and kept when the patch is gone. */
static gboolean is_own(const KpEmitter *emitter, const KpReloc *reloc, const KpTarget *target,
		       gboolean special)
{
	const KpObjectSymbol *symbol = target->symbol;
	const KpTwin *twin = twin_of(emitter, symbol);

	if (twin == NULL || twin->original == NULL)
		return TRUE;	/* new, or a copy */
	if (symbol->type != STT_FUNC)
		return FALSE;
	if (kp_clone_is_cold(symbol->name))
		return TRUE;
	if (!is_replaced(emitter, symbol))
		return FALSE;
	return special || target->offset != 0 || reloc->type == R_X86_64_PLT32 ||
	       !address_was_taken(emitter->request->comparison->original, twin->original);
}

/* Of vmlinux, objtool makes a site of each static call, which it knows by its name. A
 * call into a module goes to the trampoline there, which the module keeps up to date. */
static const char *weak_name(KpEmitter *emitter, const KpReference *reference, char **text)
{
	gboolean module = !g_str_equal(reference->object, "vmlinux");
	gboolean later = emitter->request->kpatch && module;

	g_free(*text);
	*text = g_strdup_printf("%s%s%s%s.%s,%u", later ? KP_LATER_SYMBOL : KP_LIVEPATCH_SYMBOL,
				reference->foreign ? emitter->request->object : "",
				reference->foreign ? KP_FOREIGN : "", reference->object,
				reference->name, reference->position);
	if (module || (!g_str_has_prefix(reference->name, "__SCT__") &&
		       !g_str_has_prefix(reference->name, "__SCK__")))
		return *text;
	g_hash_table_insert(emitter->renames, g_strdup(reference->name), g_strdup(*text));
	return reference->name;
}

/* Tables are read when the patch is loaded, and livepatch fills in a module's symbols
 * when that is there. */
static gboolean module_in_table(KpEmitter *emitter, const KpPiece *piece,
				const KpReference *reference)
{
	static const char *const tables[] = { "__jump_table", ".altinstructions",
					      ".parainstructions", ".altinstr_replacement" };

	if (g_str_equal(reference->object, "vmlinux"))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
		if (!g_str_equal(piece->section->name, tables[i]))
			continue;
		refuse(emitter, i == 0 ? "module-static-key" : "special-section", reference->name,
		       g_strdup_printf("an entry in %s uses %s of module %s, which may not be there yet",
				       piece->section->name, reference->name, reference->object),
		       i == 0 ? g_strdup_printf("in the patched function, write static_key_enabled(&%s) in place of static_branch_likely() or static_branch_unlikely()",
						reference->name) :
		       g_strdup("leave that function as it was, and make the change in one that it calls"));
		return TRUE;
	}
	return FALSE;
}

/* For kp_check(): what has to be found at that place of the module. */
static void note_site(KpEmitter *emitter, const KpPiece *piece, const KpReloc *reloc, char *name,
		      gint64 addend)
{
	KpEmittedSite *site = g_new0(KpEmittedSite, 1);

	site->name = name;
	site->addend = addend;
	site->section = piece->section;
	site->offset = reloc->offset;
	g_ptr_array_add(emitter->sites, site);
}

/* A reference that loader, livepatch or kpatch.ko resolves. */
static void write_outside(KpEmitter *emitter, const KpPiece *piece, const KpReloc *reloc,
			  const KpObjectSymbol *symbol, gint64 addend)
{
	const KpTwin *twin = symbol->section != KP_SECTION_NONE ? twin_of(emitter, symbol) : NULL;
	KpReference reference = { 0 };
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	const char *name;

	if (!emitter->request->resolve(emitter->request->data, symbol,
				       twin != NULL ? twin->original : NULL, &reference, &error)) {
		refuse(emitter, "unresolved", symbol->name, g_strdup(error->message), NULL);
		return;
	}
	if (reference.kind == KP_REFERENCE_EXPORTED) {
		kp_emit_reloc(emitter, piece, reloc, reference.name, addend);
		note_site(emitter, piece, reloc, g_strdup(reference.name), addend);
	} else if (!module_in_table(emitter, piece, &reference)) {
		name = weak_name(emitter, &reference, &text);
		kp_emit_weak(emitter, name);
		kp_emit_reloc(emitter, piece, reloc, name, addend);
		if (text != NULL && g_str_has_prefix(text, KP_LATER_SYMBOL))
			kp_emit_dynrela(emitter, piece, reloc, &reference, addend);
		note_site(emitter, piece, reloc, g_steal_pointer(&text), addend);
	}
	if (g_str_has_prefix(reference.name, "__SCT__") && g_str_equal(reference.object, "vmlinux"))
		g_hash_table_add(emitter->static_calls, g_strdup(reference.name + strlen("__SCT__")));
	kp_reference_clear(&reference);
}

/* A place that has no name: strings, constants, code of alternatives. */
static void write_anonymous(KpEmitter *emitter, const KpPiece *piece, const KpReloc *reloc,
			    const KpTarget *target, gint64 correction)
{
	const KpObjectSection *section = kp_object_section(emitter->patched, target->section);
	const char *string = kp_section_is_strings(section) ?
			     kp_object_string(section, target->offset) : NULL;
	guint64 size, from = (guint64)target->offset;
	KpPiece *to;

	if (string != NULL) {
		kp_emit_reloc(emitter, piece, reloc, kp_emit_string(emitter, string), correction);
		return;
	}
	if (target->offset < 0 || from > section->size ||
	    (kp_section_is_writable(section) && !kp_section_is_code(section))) {
		refuse(emitter, "unresolved", NULL,
		       g_strdup_printf("an operand leads to a place in %s that has no name", section->name),
		       g_strdup("this is a fault of kpatch-build: please report it with the diff"));
		return;
	}
	if (kp_section_is_mergeable(section) && section->entry > 0 && from % section->entry == 0)
		size = MIN(section->entry, section->size - from);
	else
		size = kp_anonymous_size(emitter->patched, section, from);
	to = want_piece(emitter, target->section, from, size);
	kp_emit_reloc(emitter, piece, reloc, to->label, correction);
}

/* One operand of @piece. */
static void write_reloc(KpEmitter *emitter, const KpPiece *piece, const KpReloc *reloc)
{
	gboolean special = kp_special_find(piece->section->name)->kind == KP_SPECIAL_ENTRIES;
	KpTarget target;
	gint64 correction;
	KpPiece *to;

	if (!kp_object_target(emitter->patched, piece->section, reloc, &target)) {
		refuse(emitter, "unknown-instruction", NULL,
		       g_strdup_printf("an instruction in %s is none that is known, at +0x%" G_GINT64_MODIFIER "x",
				       piece->section->name, reloc->offset),
		       g_strdup("this is a fault of kpatch-build: please report it with the diff"));
		return;
	}
	correction = kp_section_is_code(piece->section) && kp_reloc_is_relative(reloc->type) ?
		     -(gint64)reloc->tail : 0;
	if (target.symbol == NULL) {
		write_anonymous(emitter, piece, reloc, &target, correction);
		return;
	}
	if (target.section == KP_SECTION_NONE || target.section == KP_SECTION_OTHER ||
	    !is_own(emitter, reloc, &target, special)) {
		write_outside(emitter, piece, reloc, target.symbol, target.offset + correction);
		return;
	}
	to = want_symbol(emitter, target.symbol);
	kp_emit_reloc(emitter, piece, reloc, to->label,
		      (gint64)(target.symbol->value - to->from) + target.offset + correction);
}

static gboolean is_boot_only(const KpObjectSection *section)
{
	return g_str_has_prefix(section->name, ".init") || g_str_has_prefix(section->name, ".exit");
}

static void write_piece(KpEmitter *emitter, KpPiece *piece)
{
	guint first, end;

	piece->written = TRUE;
	if (is_boot_only(piece->section)) {
		refuse(emitter, "boot-only", NULL,
		       g_strdup_printf("it refers to something in %s, which is gone after the boot",
				       piece->section->name),
		       g_strdup("leave __init, __exit and __initdata away from what the patch needs"));
		return;
	}
	kp_emit_head(emitter, piece);
	kp_object_relocs(piece->section, piece->from, piece->size, &first, &end);
	for (guint i = first; i < end; i++)
		write_reloc(emitter, piece, reloc_at(piece->section, i));
	kp_emit_bytes(emitter, piece);
}

/* Is the place that an entry is about in something that the patch brings? */
static gboolean is_covered(const KpEmitter *emitter, const KpTarget *place)
{
	guint64 at = place->symbol != NULL ? place->symbol->value + (guint64)place->offset :
		     (guint64)place->offset;

	for (guint i = 0; i < emitter->pieces->len; i++) {
		const KpPiece *piece = g_ptr_array_index(emitter->pieces, i);

		if (piece->section->number == place->section && kp_section_is_code(piece->section) &&
		    at >= piece->from && at - piece->from < MAX(piece->size, 1))
			return TRUE;
	}
	return FALSE;
}

static gboolean resolve_symbol(const KpEmitter *emitter, const KpObjectSymbol *symbol,
				  KpReference *reference)
{
	const KpTwin *twin = symbol->section != KP_SECTION_NONE ? twin_of(emitter, symbol) : NULL;

	return emitter->request->resolve(emitter->request->data, symbol,
					 twin != NULL ? twin->original : NULL, reference, NULL);
}

static void note_tracepoint(KpEmitter *emitter, const char *name, const KpObjectSymbol *function)
{
	char *text = g_strdup_printf("tracepoint %s in %s has no static key: its branch is tested at each call, or with kernels before 5.14 never taken",
				     name, function->name);

	if (g_hash_table_add(emitter->told, g_strdup(text)))
		g_ptr_array_add(emitter->findings, kp_finding_new(KP_FINDING_NOTE, "module-tracepoint",
								  function->name, text, NULL));
	else
		g_free(text);
}

/* The entry of a tracepoint that a module has: its key cannot be used. Without the entry
 * the branch is what the compiler wrote: a jump to the call, which tests by itself
 * whether somebody listens, or with older kernels a nop. */
static gboolean is_module_tracepoint(KpEmitter *emitter, const KpObjectSection *section,
				     guint64 at, guint size, const KpTarget *owner)
{
	KpReference reference = { 0 };
	gboolean found;
	KpTarget key;
	guint first, end;

	if (g_str_equal(emitter->request->object, "vmlinux") ||
	    !g_str_equal(section->name, "__jump_table"))
		return FALSE;
	kp_object_relocs(section, at, size, &first, &end);
	if (!kp_object_target(emitter->patched, section, reloc_at(section, end - 1), &key) ||
	    key.symbol == NULL || !g_str_has_prefix(key.symbol->name, "__tracepoint_"))
		return FALSE;
	found = resolve_symbol(emitter, key.symbol, &reference) &&
		!g_str_equal(reference.object, "vmlinux");
	kp_reference_clear(&reference);
	if (found && owner->symbol != NULL)
		note_tracepoint(emitter, key.symbol->name + strlen("__tracepoint_"), owner->symbol);
	return found;
}

static void want_entries(KpEmitter *emitter, const KpObjectSection *section)
{
	guint size = kp_special_entry_size(section);

	if (size == 0 && section->size > 0) {
		refuse(emitter, "special-section", NULL,
		       g_strdup_printf("section %s is not made of entries of one size", section->name),
		       g_strdup("this is a fault of kpatch-build: please report it with the diff"));
		return;
	}
	for (guint64 at = 0; at < section->size; at += size) {
		KpTarget owner;

		if (kp_special_owner(emitter->patched, section, at, size, &owner) &&
		    is_covered(emitter, &owner) &&
		    !is_module_tracepoint(emitter, section, at, size, &owner))
			want_piece(emitter, section->number, at, size);
	}
}

/* Nothing that points into what the patch brings is left out unless it is known. */
static void refuse_unknown(KpEmitter *emitter, const KpObjectSection *section)
{
	for (guint i = 0; i < section->relocs->len; i++) {
		const KpReloc *reloc = reloc_at(section, i);
		gboolean named = FALSE;
		KpTarget target;

		for (guint n = 0; n < section->symbols->len; n++) {
			const KpObjectSymbol *symbol = g_ptr_array_index(section->symbols, n);

			named |= symbol->type != STT_NOTYPE && reloc->offset >= symbol->value &&
				 reloc->offset - symbol->value < symbol->size;
		}
		if (named || find_piece(emitter, section->number, 0) != NULL ||
		    !kp_object_target(emitter->patched, section, reloc, &target) ||
		    !is_covered(emitter, &target))
			continue;
		refuse(emitter, "special-section", target.symbol != NULL ? target.symbol->name : NULL,
		       g_strdup_printf("section %s says something about it that kpatch-build does not know",
				       section->name),
		       g_strdup("leave that function as it was, and make the change in one that it calls"));
		return;
	}
}

/* What the kit's macros left in the object: hooks, forced functions, uses. */
static void want_kit(KpEmitter *emitter)
{
	for (guint i = 1; i < emitter->patched->sections->len; i++) {
		const KpObjectSection *section = kp_object_section(emitter->patched, i);

		if (g_str_has_prefix(section->name, ".kpatch.") && section->size > 0)
			want_piece(emitter, i, 0, section->size);
	}
}

static void write_all(KpEmitter *emitter)
{
	guint written = 0;

	do {
		for (; written < emitter->pieces->len; written++)
			write_piece(emitter, g_ptr_array_index(emitter->pieces, written));
		for (guint i = 1; i < emitter->patched->sections->len; i++) {
			const KpObjectSection *section = kp_object_section(emitter->patched, i);

			if (kp_special_find(section->name)->kind == KP_SPECIAL_ENTRIES)
				want_entries(emitter, section);
		}
	} while (written < emitter->pieces->len);
	for (guint i = 1; i < emitter->patched->sections->len; i++) {
		const KpObjectSection *section = kp_object_section(emitter->patched, i);

		if (kp_special_find(section->name)->kind == KP_SPECIAL_UNKNOWN &&
		    !kp_section_is_code(section) && kp_section_is_allocated(section))
			refuse_unknown(emitter, section);
	}
}

/* objtool makes a site of each static call, and looks for its key by name. */
static void write_keys(KpEmitter *emitter)
{
	GHashTableIter iter;
	gpointer call;

	g_hash_table_iter_init(&iter, emitter->static_calls);
	while (g_hash_table_iter_next(&iter, &call, NULL)) {
		g_autofree char *name = g_strdup_printf("__SCK__%s", (const char *)call);
		const KpObjectSymbol *key = kp_object_symbol(emitter->patched, name);
		KpReference reference = { 0 };
		g_autofree char *text = NULL;

		if (key == NULL || key->section != KP_SECTION_NONE ||
		    !emitter->request->resolve(emitter->request->data, key, NULL, &reference, NULL))
			continue;
		if (reference.kind == KP_REFERENCE_PLACED)
			kp_emit_weak(emitter, weak_name(emitter, &reference, &text));
		kp_emit_key(emitter, name);
		kp_reference_clear(&reference);
	}
}

static gint by_place(gconstpointer a, gconstpointer b)
{
	const KpObjectSymbol *left = *(KpObjectSymbol *const *)a;
	const KpObjectSymbol *right = *(KpObjectSymbol *const *)b;

	return (gint)left->index - (gint)right->index;
}

/* One record a place: ftrace knows functions by where they are, not by their names. */
static void write_records(KpEmitter *emitter, GPtrArray *functions)
{
	g_autoptr(GHashTable) done = g_hash_table_new(NULL, NULL);

	for (guint i = 0; i < functions->len; i++) {
		const KpObjectSymbol *symbol = g_ptr_array_index(functions, i);
		KpPiece *piece = want_symbol(emitter, symbol);
		const KpTwin *twin = twin_of(emitter, symbol);
		KpReference reference = { 0 };
		g_autoptr(GError) error = NULL;

		if (kp_clone_is_cold(symbol->name) || !g_hash_table_add(done, piece))
			continue;
		if (!emitter->request->resolve(emitter->request->data, symbol, twin->original,
					       &reference, &error)) {
			refuse(emitter, "unresolved", symbol->name, g_strdup(error->message), NULL);
			continue;
		}
		kp_emit_record(emitter, symbol, piece, &reference);
		g_ptr_array_add(emitter->records,
				g_strdup_printf("%s:%s,%u", emitter->request->object,
						reference.name, reference.position));
		kp_reference_clear(&reference);
	}
}

static GPtrArray *sorted_functions(const KpEmitRequest *request)
{
	GPtrArray *functions = g_ptr_array_new();
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, request->functions);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		g_ptr_array_add(functions, key);
	g_ptr_array_sort(functions, by_place);
	return functions;
}

static GPtrArray *functions_of(const KpEmitter *emitter)
{
	GPtrArray *functions = g_ptr_array_new();

	for (guint i = 0; i < emitter->pieces->len; i++) {
		const KpPiece *piece = g_ptr_array_index(emitter->pieces, i);

		for (guint n = 0; n < piece->section->symbols->len; n++) {
			const KpObjectSymbol *symbol = g_ptr_array_index(piece->section->symbols, n);

			if (kp_symbol_is_function(symbol) && symbol->value >= piece->from &&
			    symbol->value - piece->from < piece->size)
				g_ptr_array_add(functions, (gpointer)symbol);
		}
	}
	return functions;
}

static void free_piece(gpointer data)
{
	g_free(((KpPiece *)data)->label);
	g_free(data);
}

static void free_site(gpointer data)
{
	g_free(((KpEmittedSite *)data)->name);
	g_free(data);
}

KpEmitted *kp_emit(const KpEmitRequest *request)
{
	KpEmitted *emitted = g_new0(KpEmitted, 1);
	g_autoptr(GPtrArray) functions = sorted_functions(request);
	KpEmitter emitter = { .request = request, .patched = request->comparison->patched };

	emitter.out = g_string_new("/* SPDX-License-Identifier: GPL-2.0-only */\n");
	emitter.pieces = g_ptr_array_new_with_free_func(free_piece);
	emitter.strings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	emitter.string_order = g_ptr_array_new();
	emitter.told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	emitter.weak = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	emitter.static_calls = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	emitter.renames = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	emitter.findings = kp_findings_new();
	emitter.sites = g_ptr_array_new_with_free_func(free_site);
	emitter.records = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < functions->len; i++)
		want_symbol(&emitter, g_ptr_array_index(functions, i));
	want_kit(&emitter);
	write_all(&emitter);
	emitted->functions = functions_of(&emitter);
	write_keys(&emitter);
	write_records(&emitter, functions);
	kp_emit_tail(&emitter);
	emitted->text = g_string_free(emitter.out, FALSE);
	emitted->findings = emitter.findings;
	emitted->renames = emitter.renames;
	emitted->sites = emitter.sites;
	emitted->records = emitter.records;
	g_ptr_array_unref(emitter.pieces);
	g_ptr_array_unref(emitter.string_order);
	g_hash_table_unref(emitter.strings);
	g_hash_table_unref(emitter.told);
	g_hash_table_unref(emitter.weak);
	g_hash_table_unref(emitter.static_calls);
	return emitted;
}

void kp_emitted_free(KpEmitted *emitted)
{
	if (emitted == NULL)
		return;
	g_free(emitted->text);
	g_ptr_array_unref(emitted->findings);
	g_hash_table_unref(emitted->renames);
	g_ptr_array_unref(emitted->functions);
	g_ptr_array_unref(emitted->sites);
	g_ptr_array_unref(emitted->records);
	g_free(emitted);
}
