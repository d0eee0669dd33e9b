/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include <string.h>

#include "names.h"
#include "special.h"

/* as many bytes of changed data, or callers, as are shown */
#define SHOWN_MAX 8

static void add(KpJudgement *judgement, KpWeight weight, const char *rule, const char *symbol,
		char *text, char *advice)
{
	g_ptr_array_add(judgement->findings, kp_finding_new(weight, rule, symbol, text, advice));
}

static const char *section_of(const KpObject *object, const KpObjectSymbol *symbol)
{
	return kp_object_section(object, symbol->section)->name;
}

static gboolean has_prefix_of(const char *name, const char *const *prefixes)
{
	for (; *prefixes != NULL; prefixes++)
		if (g_str_has_prefix(name, *prefixes))
			return TRUE;
	return FALSE;
}

static gboolean is_boot_only(const char *section)
{
	static const char *const prefixes[] = { ".init.", ".exit.", ".initcall", ".con_initcall",
						".meminit", ".devinit", ".cpuinit", ".head.text", NULL };

	return has_prefix_of(section, prefixes);
}

/* What tells objtool, modinfo or the debugger something. */
static gboolean is_ignored(const char *section)
{
	static const char *const prefixes[] = { ".discard", "__dyndbg", ".kpatch.", NULL };

	return has_prefix_of(section, prefixes) ||
	       kp_special_find(section)->kind != KP_SPECIAL_UNKNOWN;
}

/* Sections that only hold what has names and is used by them. */
static gboolean is_ordinary(const char *section)
{
	static const char *const prefixes[] = { ".data", ".bss", ".rodata", ".text", NULL };

	return has_prefix_of(section, prefixes) || g_str_equal(section, ".static_call.text");
}

static char *bytes_text(const KpObjectSection *section, const KpObjectSymbol *symbol, guint64 from)
{
	GString *text = g_string_new(NULL);

	for (guint64 i = from; i < MIN(symbol->size, from + SHOWN_MAX); i++)
		g_string_append_printf(text, "%s%02x", i > from ? " " : "",
				       section->bytes != NULL ? section->bytes[symbol->value + i] : 0);
	return g_string_free(text, FALSE);
}

/* Old and new bytes from the first that differs; pointers are zero in objects. */
static char *data_difference(const KpComparison *comparison, const KpTwin *twin)
{
	const KpObjectSection *a = kp_object_section(comparison->original, twin->original->section);
	const KpObjectSection *b = kp_object_section(comparison->patched, twin->patched->section);
	guint64 at = 0, size = MIN(twin->original->size, twin->patched->size);
	g_autofree char *old = NULL, *new = NULL;

	if (a->bytes == NULL && b->bytes == NULL)
		return g_strdup(twin->why);
	while (at < size && (a->bytes != NULL ? a->bytes[twin->original->value + at] : 0) ==
			    (b->bytes != NULL ? b->bytes[twin->patched->value + at] : 0))
		at++;
	if (at == size)
		return g_strdup(twin->why);
	old = bytes_text(a, twin->original, at);
	new = bytes_text(b, twin->patched, at);
	return g_strdup_printf("%s; from byte %" G_GUINT64_FORMAT " on it was %s and is %s now",
			       twin->why, at, old, new);
}

static void judge_changed_data(const KpJudgeRequest *request, KpJudgement *judgement,
			       const KpTwin *twin)
{
	const char *section = section_of(request->comparison->original, twin->original);
	g_autofree char *difference = NULL;

	if (is_ignored(section))
		return;
	difference = data_difference(request->comparison, twin);
	if (is_boot_only(section)) {
		add(judgement, KP_FINDING_LEFT_OUT, "boot-only", twin->patched->name,
		    g_strdup_printf("%s is used at boot alone (%s)", twin->patched->name, section), NULL);
		return;
	}
	add(judgement, KP_FINDING_REFUSED, "data-changed", twin->patched->name,
	    g_strdup_printf("the data of %s would change: %s", twin->patched->name, difference),
	    g_strdup("the running kernel's copy has been used already: leave it as it was, and write the new value in a hook (KPATCH_PRE_PATCH) or keep it in a shadow variable"));
}

static void judge_new_data(const KpJudgeRequest *request, KpJudgement *judgement,
			   const KpTwin *twin)
{
	const char *section = section_of(request->comparison->patched, twin->patched);

	if (is_ignored(section) || is_ordinary(section))
		return;
	if (is_boot_only(section)) {
		add(judgement, KP_FINDING_LEFT_OUT, "boot-only", twin->patched->name,
		    g_strdup_printf("%s is used at boot alone (%s)", twin->patched->name, section), NULL);
		return;
	}
	add(judgement, KP_FINDING_REFUSED, "table-entry", twin->patched->name,
	    g_strdup_printf("%s is new in %s, a table that is read when the kernel or the module starts",
			    twin->patched->name, section),
	    g_strdup("a live patch cannot add to it: register what is meant in a hook (KPATCH_POST_PATCH), if the kernel has a function for it"));
}

static gboolean has_fentry(const KpObject *object, const KpObjectSymbol *symbol)
{
	const KpObjectSection *table = kp_object_find_section(object, "__mcount_loc");
	guint size = table != NULL ? kp_special_entry_size(table) : 0;

	for (guint64 at = 0; size > 0 && at < table->size; at += size) {
		KpTarget owner;

		if (kp_special_owner(object, table, at, size, &owner) && owner.symbol != NULL &&
		    owner.section == symbol->section && owner.symbol->value == symbol->value)
			return TRUE;
	}
	return FALSE;
}

/* Functions of the object that call @symbol and can be replaced. */
static char *callers_of(const KpObject *object, const KpObjectSymbol *symbol)
{
	GString *names = g_string_new(NULL);
	guint found = 0;

	for (guint i = 0; i < object->symbols->len && found < SHOWN_MAX; i++) {
		const KpObjectSymbol *caller = &g_array_index(object->symbols, KpObjectSymbol, i);
		const KpObjectSection *section = kp_object_section(object, caller->section);
		gboolean calls = FALSE;
		guint n, end;

		if (!kp_symbol_is_function(caller) || caller == symbol || !has_fentry(object, caller))
			continue;
		kp_object_relocs(section, caller->value, caller->size, &n, &end);
		for (; n < end && !calls; n++) {
			KpTarget target;

			calls = kp_object_target(object, section,
						 &g_array_index(section->relocs, KpReloc, n), &target) &&
				target.symbol == symbol;
		}
		if (calls)
			g_string_append_printf(names, "%s%s", found++ > 0 ? ", " : "", caller->name);
	}
	return g_string_free(names, FALSE);
}

static void refuse_untraceable(const KpJudgeRequest *request, KpJudgement *judgement,
			       const KpObjectSymbol *symbol)
{
	g_autofree char *callers = callers_of(request->comparison->patched, symbol);

	add(judgement, KP_FINDING_REFUSED, "no-fentry", symbol->name,
	    g_strdup_printf("%s cannot be redirected: the compiler put no call of __fentry__ at its start (it is notrace, or in a part of the kernel that is)",
			    symbol->name),
	    *callers != '\0' ? g_strdup_printf("make the change in its callers: %s", callers) :
	    g_strdup("make the change in functions that call it"));
}

/* Code that runs where nothing may be redirected, or that the switch itself runs. */
static gboolean refuse_forbidden(const KpJudgeRequest *request, KpJudgement *judgement,
				 const KpObjectSymbol *symbol)
{
	static const char *const sections[] = { ".noinstr.text", ".entry.text", ".cpuidle.text",
						".irqentry.text", ".softirqentry.text", NULL };
	static const char *const own_path[] = { "arch_stack_walk_reliable", "multi_cpu_stop",
		"stack_trace_save_tsk_reliable", "stop_machine", "stop_machine_cpuslocked",
		"unwind_next_frame", "__unwind_start", "text_poke_bp", "ftrace_modify_all_code",
		"klp_try_switch_task", "klp_check_stack", "kallsyms_on_each_symbol",
		"kallsyms_on_each_match_symbol", NULL };
	const char *section = section_of(request->comparison->original, symbol);

	if (has_prefix_of(section, sections))
		add(judgement, KP_FINDING_REFUSED, "entry-code", symbol->name,
		    g_strdup_printf("%s is in %s: code of the kernel's entry, where nothing can be redirected",
				    symbol->name, section),
		    g_strdup("make the change in a function that it calls, or that calls it"));
	else if (g_strv_contains(own_path, symbol->name))
		add(judgement, KP_FINDING_REFUSED, "own-path", symbol->name,
		    g_strdup_printf("%s runs while a patch is switched", symbol->name),
		    g_strdup("make the change in a function that it calls, or boot a kernel that has it"));
	else
		return FALSE;
	return TRUE;
}

static void refuse_unproven(const KpJudgeRequest *request, KpJudgement *judgement,
			    const KpTwin *twin)
{
	const KpProofOf *of = kp_proof_of(request->proof, twin->original);
	static const char *const words[] = {
		[KP_PROOF_DIFFERS] = "differs from the kernel's",
		[KP_PROOF_ABSENT] = "is not in the kernel",
		[KP_PROOF_OVERRIDDEN] = "is weak, and another file's is in the kernel",
		[KP_PROOF_AMBIGUOUS] = "is in the kernel several times, and nothing tells which is meant",
	};

	if (of == NULL || of->state == KP_PROOF_SAME)
		return;
	add(judgement, KP_FINDING_REFUSED, "not-proven", twin->original->name,
	    g_strdup_printf("%s, compiled from the source as it was, %s (%s)%s%s",
			    twin->original->name, words[of->state], request->image,
			    of->why != NULL ? ": " : "", of->why != NULL ? of->why : ""),
	    g_strdup("'kpatch-build --prove' with the same options says what is different, and the usual causes"));
}

static void judge_changed_function(const KpJudgeRequest *request, KpJudgement *judgement,
				   const KpTwin *twin)
{
	const KpObject *patched = request->comparison->patched;
	const char *section = section_of(request->comparison->original, twin->original);

	if (is_boot_only(section) || is_boot_only(section_of(patched, twin->patched))) {
		add(judgement, KP_FINDING_LEFT_OUT, "boot-only", twin->patched->name,
		    g_strdup_printf("%s runs at boot, or when its module goes, alone (%s)",
				    twin->patched->name, section), NULL);
		return;
	}
	g_hash_table_add(judgement->functions, (gpointer)twin->patched);
	if (refuse_forbidden(request, judgement, twin->original))
		return;
	/* a cold part is entered from its function alone */
	if (!kp_clone_is_cold(twin->patched->name) && !has_fentry(request->comparison->original,
								   twin->original))
		refuse_untraceable(request, judgement, twin->patched);
	if (request->proof != NULL)
		refuse_unproven(request, judgement, twin);
}

static gboolean is_export(const KpObjectSymbol *symbol)
{
	return symbol->section != KP_SECTION_NONE &&
	       (g_str_has_prefix(symbol->name, "__export_symbol_") ||
		g_str_has_prefix(symbol->name, "__ksymtab_"));
}

static void judge_exports(KpJudgement *judgement, const KpObject *has, const KpObject *lacks,
			  const char *text, const char *advice)
{
	for (guint i = 0; i < has->symbols->len; i++) {
		const KpObjectSymbol *symbol = &g_array_index(has->symbols, KpObjectSymbol, i);
		const char *name = symbol->name;

		if (!is_export(symbol) || kp_object_symbol(lacks, name) != NULL)
			continue;
		name += strlen(g_str_has_prefix(name, "__ksymtab_") ? "__ksymtab_" : "__export_symbol_");
		add(judgement, KP_FINDING_REFUSED, "export", name, g_strconcat("the diff ", text, " of ", name, NULL),
		    g_strdup(advice));
	}
}

static void judge_initcalls(const KpJudgeRequest *request, KpJudgement *judgement)
{
	for (guint i = 1; i < request->comparison->patched->sections->len; i++) {
		const KpObjectSection *section = kp_object_section(request->comparison->patched, i);
		const KpObjectSection *before;

		if (!g_str_has_prefix(section->name, ".initcall"))
			continue;
		before = kp_object_find_section(request->comparison->original, section->name);
		if (before == NULL || before->size != section->size)
			add(judgement, KP_FINDING_REFUSED, "table-entry", section->name,
			    g_strdup_printf("the diff adds an initcall (%s), which would never be called",
					    section->name),
			    g_strdup("call it from a hook (KPATCH_PRE_PATCH)"));
	}
}

static KpFinding *copy_finding(const KpFinding *finding)
{
	return kp_finding_new(finding->weight, finding->rule, finding->symbol,
			      g_strdup(finding->text), g_strdup(finding->advice));
}

KpJudgement *kp_judge(const KpJudgeRequest *request)
{
	KpJudgement *judgement = g_new0(KpJudgement, 1);
	const KpComparison *comparison = request->comparison;

	judgement->findings = kp_findings_new();
	judgement->functions = g_hash_table_new(NULL, NULL);
	for (guint i = 0; i < comparison->findings->len; i++)
		g_ptr_array_add(judgement->findings, copy_finding(comparison->findings->pdata[i]));
	for (guint i = 0; i < comparison->twins->len; i++) {
		const KpTwin *twin = g_ptr_array_index(comparison->twins, i);

		if (twin->changed && kp_twin_is_function(twin))
			judge_changed_function(request, judgement, twin);
		else if (twin->changed)
			judge_changed_data(request, judgement, twin);
		else if (twin->original == NULL && !kp_twin_is_function(twin))
			judge_new_data(request, judgement, twin);
	}
	judge_exports(judgement, comparison->patched, comparison->original,
		      "adds the export",
		      "no module can link with it: leave the export out, code of the patch itself can use the function without it");
	judge_exports(judgement, comparison->original, comparison->patched,
		      "takes away the export",
		      "modules use it: leave the export in");
	judge_initcalls(request, judgement);
	return judgement;
}

void kp_judgement_free(KpJudgement *judgement)
{
	if (judgement == NULL)
		return;
	g_ptr_array_unref(judgement->findings);
	g_hash_table_unref(judgement->functions);
	g_free(judgement);
}
