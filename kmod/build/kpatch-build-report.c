/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people and programs are told. Names out of diffs, objects and images, and what other
 * programs printed, are made harmless here, once. */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <unistd.h>

#include "base/names.h"
#include "kpatch-build.h"

static const char *const weight_words[] = {
	[KP_FINDING_NOTE] = "note", [KP_FINDING_LEFT_OUT] = "left out", [KP_FINDING_REFUSED] = "refused",
};

static const char *const proof_words[] = {
	[KP_PROOF_SAME] = "same", [KP_PROOF_DIFFERS] = "differs", [KP_PROOF_ABSENT] = "absent",
	[KP_PROOF_OVERRIDDEN] = "overridden", [KP_PROOF_AMBIGUOUS] = "ambiguous",
};

static void put(FILE *stream, const char *format, va_list values)
{
	g_autofree char *text = g_strdup_vprintf(format, values);
	g_autofree char *clean = kp_text_lines(text);

	fputs(clean, stream);
}

void kp_build_out(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	put(stdout, format, values);
	va_end(values);
}

void kp_build_err(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	put(stderr, format, values);
	va_end(values);
}

void kp_build_progress(const KpBuild *build, const char *what, guint n, guint of)
{
	if (build->options->quiet || build->options->json || !isatty(STDERR_FILENO))
		return;
	fputs("\r\033[K", stderr);
	if (n > 0)
		kp_build_err("object %u of %u: %s", n, of, what);
	else
		kp_build_err("%s", what);
	fflush(stderr);
}

static void end_progress(const KpBuild *build)
{
	if (!build->options->quiet && !build->options->json && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void print_finding(const KpFinding *finding)
{
	kp_build_out("%s: %s%s%s\n", weight_words[finding->weight],
		     finding->unit != NULL ? finding->unit : "", finding->unit != NULL ? ": " : "",
		     finding->text);
	if (finding->advice != NULL)
		kp_build_out("    instead: %s\n", finding->advice);
}

static void print_proof_of(const KpProofOf *of)
{
	if (of->state == KP_PROOF_SAME || of->state == KP_PROOF_OVERRIDDEN)
		return;
	kp_build_out("    %s: %s%s%s\n", of->symbol->name, proof_words[of->state],
		     of->why != NULL ? ": " : "", of->why != NULL ? of->why : "");
	if (of->ours != NULL && of->theirs != NULL)
		kp_build_out("      at +0x%" G_GINT64_MODIFIER "x: the kernel has %s, this compiler makes %s\n",
			     of->at, of->theirs, of->ours);
}

static void print_proof(const KpBuild *build, const KpWork *work)
{
	const KpProof *proof = work->proof;
	g_autofree char *compiler = kp_objects_compiler(&build->objects);
	g_autofree char *cause = kp_proof_cause(proof, kp_kernel_banner(build->kernel), compiler);

	kp_build_out("%s (%s): %u functions are the kernel's, %u are not", work->source,
		     work->module_name != NULL ? work->module_name : "vmlinux", proof->count[KP_PROOF_SAME],
		     proof->count[KP_PROOF_DIFFERS] + proof->count[KP_PROOF_ABSENT] +
		     proof->count[KP_PROOF_AMBIGUOUS]);
	if (proof->count[KP_PROOF_OVERRIDDEN] > 0)
		kp_build_out(", %u are weak and overridden", proof->count[KP_PROOF_OVERRIDDEN]);
	kp_build_out("\n");
	for (guint n = 0; n < proof->functions->len; n++)
		print_proof_of(g_ptr_array_index(proof->functions, n));
	if (cause != NULL)
		kp_build_out("    usual cause: %s\n", cause);
}

static void print_functions(const KpWork *work)
{
	const KpComparison *comparison = work->comparison;

	for (guint i = 0; i < comparison->twins->len; i++) {
		const KpTwin *twin = g_ptr_array_index(comparison->twins, i);

		if (!kp_twin_is_function(twin))
			continue;
		if (twin->changed)
			kp_build_out("changed: %s: %s: %s\n", work->source, twin->patched->name, twin->why);
		else if (twin->original == NULL)
			kp_build_out("new: %s: %s\n", work->source, twin->patched->name);
		else if (twin->patched == NULL)
			kp_build_out("gone: %s: %s\n", work->source, twin->original->name);
	}
}

void kp_build_print_text(const KpBuild *build)
{
	end_progress(build);
	for (guint i = 0; i < build->works->len; i++) {
		const KpWork *work = g_ptr_array_index(build->works, i);

		if (work->comparison != NULL)
			print_functions(work);
		else if (work->proof != NULL)
			print_proof(build, work);
		else
			kp_build_out("object: %s\n", work->object);
	}
	for (guint i = 0; i < build->findings->len; i++)
		print_finding(g_ptr_array_index(build->findings, i));
	if (build->made != NULL)
		kp_build_out("%s: replaces %u function%s\n", build->made, kp_build_functions(build),
			     kp_build_functions(build) == 1 ? "" : "s");
}

static void add_text(JsonBuilder *json, const char *key, const char *value)
{
	g_autofree char *valid = value != NULL ? g_utf8_make_valid(value, -1) : NULL;

	json_builder_set_member_name(json, key);
	if (valid != NULL)
		json_builder_add_string_value(json, valid);
	else
		json_builder_add_null_value(json);
}

static void add_number(JsonBuilder *json, const char *key, gint64 value)
{
	json_builder_set_member_name(json, key);
	json_builder_add_int_value(json, value);
}

static void add_function(JsonBuilder *json, const char *name, const char *state, const char *why)
{
	json_builder_begin_object(json);
	add_text(json, "name", name);
	add_text(json, "state", state);
	add_text(json, "why", why);
	json_builder_end_object(json);
}

static void add_functions(JsonBuilder *json, const KpWork *work)
{
	json_builder_set_member_name(json, "functions");
	json_builder_begin_array(json);
	for (guint i = 0; work->comparison != NULL && i < work->comparison->twins->len; i++) {
		const KpTwin *twin = g_ptr_array_index(work->comparison->twins, i);

		if (kp_twin_is_function(twin) && twin->changed)
			add_function(json, twin->patched->name, "changed", twin->why);
		else if (kp_twin_is_function(twin) && twin->original == NULL)
			add_function(json, twin->patched->name, "new", NULL);
		else if (kp_twin_is_function(twin) && twin->patched == NULL)
			add_function(json, twin->original->name, "gone", NULL);
	}
	json_builder_end_array(json);
}

static void add_proof(JsonBuilder *json, const KpProof *proof)
{
	json_builder_set_member_name(json, "proof");
	if (proof == NULL) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_object(json);
	for (guint i = 0; i < G_N_ELEMENTS(proof_words); i++)
		add_number(json, proof_words[i], proof->count[i]);
	json_builder_set_member_name(json, "functions");
	json_builder_begin_array(json);
	for (guint i = 0; i < proof->functions->len; i++) {
		const KpProofOf *of = g_ptr_array_index(proof->functions, i);

		if (of->state != KP_PROOF_SAME)
			add_function(json, of->symbol->name, proof_words[of->state], of->why);
	}
	json_builder_end_array(json);
	json_builder_end_object(json);
}

static void add_object(JsonBuilder *json, const KpWork *work)
{
	json_builder_begin_object(json);
	add_text(json, "source", work->source);
	add_text(json, "object", work->object);
	add_text(json, "module", work->module_name);
	add_proof(json, work->proof);
	add_functions(json, work);
	json_builder_end_object(json);
}

static void add_finding(JsonBuilder *json, const KpFinding *finding)
{
	json_builder_begin_object(json);
	add_text(json, "weight", weight_words[finding->weight]);
	add_text(json, "rule", finding->rule);
	add_text(json, "source", finding->unit);
	add_text(json, "symbol", finding->symbol);
	add_text(json, "text", finding->text);
	add_text(json, "instead", finding->advice);
	json_builder_end_object(json);
}

void kp_build_print_json(const KpBuild *build, const GError *error)
{
	g_autoptr(JsonBuilder) json = json_builder_new();
	g_autoptr(JsonNode) node = NULL;
	g_autofree char *text = NULL, *clean = NULL;

	json_builder_begin_object(json);
	add_number(json, "schema", 1);
	add_text(json, "kernel", build->options->kernel);
	add_text(json, "stage", kp_stage_word(build->stage));
	add_text(json, "error", error != NULL ? error->message : NULL);
	add_text(json, "module", build->made);
	json_builder_set_member_name(json, "objects");
	json_builder_begin_array(json);
	for (guint i = 0; i < build->works->len; i++)
		add_object(json, g_ptr_array_index(build->works, i));
	json_builder_end_array(json);
	json_builder_set_member_name(json, "findings");
	json_builder_begin_array(json);
	for (guint i = 0; i < build->findings->len; i++)
		add_finding(json, g_ptr_array_index(build->findings, i));
	json_builder_end_array(json);
	json_builder_end_object(json);
	node = json_builder_get_root(json);
	text = json_to_string(node, TRUE);
	clean = kp_text_json(text);
	printf("%s\n", clean);
}
