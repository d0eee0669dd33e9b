/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"

void kp_release_print(const GPtrArray *results)
{
	int width = (int)strlen("KERNEL");

	for (guint i = 0; i < results->len; i++)
		width = MAX(width, (int)strlen(((KpReleaseResult *)g_ptr_array_index(results, i))->kernel->kver));
	printf("%-*s  %-9s  %s\n", width, "KERNEL", "RESULT", "PACKAGE, OR WHY THERE IS NONE");
	for (guint i = 0; i < results->len; i++) {
		const KpReleaseResult *result = g_ptr_array_index(results, i);

		if (result->package == NULL && result->why == NULL)
			printf("%-*s  %s\n", width, result->kernel->kver, kp_release_word(result->state));
		else
			printf("%-*s  %-9s  %s\n", width, result->kernel->kver,
			       kp_release_word(result->state),
			       result->package != NULL ? result->package : result->why);
	}
	for (guint i = 0; i < results->len; i++) {
		const KpReleaseResult *result = g_ptr_array_index(results, i);

		if (result->why != NULL)
			printf("%s: all of it is in %s\n", result->kernel->kver, result->log);
	}
}

static void add_text(JsonBuilder *builder, const char *name, const char *text)
{
	json_builder_set_member_name(builder, name);
	if (text != NULL)
		json_builder_add_string_value(builder, text);
	else
		json_builder_add_null_value(builder);
}

static void add_kernel(JsonBuilder *builder, const KpReleaseResult *result)
{
	json_builder_begin_object(builder);
	add_text(builder, "kernel", result->kernel->kver);
	add_text(builder, "result", kp_release_word(result->state));
	add_text(builder, "package", result->package);
	add_text(builder, "why", result->why);
	add_text(builder, "log", result->log);
	json_builder_end_object(builder);
}

void kp_release_print_json(const KpManifest *manifest, const GPtrArray *results, const char *output)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *repo = g_build_filename(output, "repo", NULL), *text = NULL, *clean = NULL;

	json_builder_begin_object(builder);
	json_builder_set_member_name(builder, "schema");
	json_builder_add_int_value(builder, 1);
	add_text(builder, "advisory", manifest->id);
	add_text(builder, "version", manifest->version);
	add_text(builder, "release", manifest->release);
	add_text(builder, "repository", repo);
	json_builder_set_member_name(builder, "kernels");
	json_builder_begin_array(builder);
	for (guint i = 0; i < results->len; i++)
		add_kernel(builder, g_ptr_array_index(results, i));
	json_builder_end_array(builder);
	json_builder_end_object(builder);
	root = json_builder_get_root(builder);
	text = json_to_string(root, TRUE);
	clean = kp_text_json(text);
	puts(clean);
}
