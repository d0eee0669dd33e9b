/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list: every patch of every kernel, with its state. */
#include "base/error.h"
#include "base/root.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/signature.h"
#include "cli/status.h"
#include "cli/table.h"

static gboolean is_wanted(const KpOptions *options, const KpStatusKernel *kernel)
{
	return options->kernel == NULL || g_str_equal(options->kernel, kernel->kver);
}

static const char *origin_of(const KpStatusPatch *patch)
{
	return patch->file != NULL ? kp_origin_word(patch->file->origin) : "kernel";
}

static guint add_rows(KpTable *table, const KpStatusKernel *kernel)
{
	for (guint i = 0; i < kernel->patches->len; i++) {
		const KpStatusPatch *patch = g_ptr_array_index(kernel->patches, i);
		const char *cells[] = { kernel->running ? "*" : " ", kernel->kver, patch->name,
					patch->version, origin_of(patch),
					kp_backend_word(patch->backend), patch->word };

		kp_table_add(table, cells, NULL);
	}
	return kernel->patches->len;
}

static void print_table(const KpStatus *status, const KpOptions *options)
{
	static const char *const heads[] = { " ", "KERNEL", "PATCH", "RELEASE", "ORIGIN",
					     "BACKEND", "STATE", NULL };
	g_autoptr(KpTable) table = kp_table_new(heads);
	g_autofree char *text = NULL;
	guint rows = 0;

	for (guint i = 0; i < status->kernels->len; i++) {
		const KpStatusKernel *kernel = g_ptr_array_index(status->kernels, i);

		if (is_wanted(options, kernel))
			rows += add_rows(table, kernel);
	}
	text = kp_table_text(table, FALSE);
	if (rows > 0)
		kp_out_clean(text);
	else
		kp_say(options, "There is no patch%s%s.",
		       options->kernel != NULL ? " for kernel " : "",
		       options->kernel != NULL ? options->kernel : "");
	kp_warn_all(status->problems);
}

static void add_patch(KpJson *json, const KpStatusKernel *kernel,
		      const KpStatusPatch *patch)
{
	kp_json_object(json, NULL);
	kp_json_text(json, "kernel", kernel->kver);
	kp_json_flag(json, "running", kernel->running);
	kp_json_text(json, "name", patch->name);
	kp_json_text(json, "version", patch->version);
	kp_json_text(json, "origin", origin_of(patch));
	kp_json_text(json, "backend", kp_backend_word(patch->backend));
	kp_json_text(json, "state", patch->word);
	kp_json_text(json, "path", patch->file != NULL ? patch->file->path : NULL);
	kp_json_text(json, "sha256", patch->file != NULL ? kp_patch_sha256(patch->file) : NULL);
	kp_json_text(json, "reason", patch->hold != NULL ? patch->hold->reason : NULL);
	kp_json_text(json, "revoked", patch->revoked);
	kp_json_signature(json, patch->file != NULL ? patch->file->signature : NULL);
	kp_json_list(json, "cves");
	for (char **cve = patch->file != NULL ? patch->file->cves : NULL; cve != NULL && *cve != NULL; cve++)
		kp_json_text(json, NULL, *cve);
	kp_json_list_end(json);
	kp_json_object_end(json);
}

static void print_json(const KpStatus *status, const KpOptions *options)
{
	g_autoptr(KpJson) json = kp_json_begin();
	g_autofree char *text = NULL;

	kp_json_list(json, "patches");
	for (guint i = 0; i < status->kernels->len; i++) {
		const KpStatusKernel *kernel = g_ptr_array_index(status->kernels, i);

		for (guint j = 0; is_wanted(options, kernel) && j < kernel->patches->len; j++)
			add_patch(json, kernel, g_ptr_array_index(kernel->patches, j));
	}
	kp_json_list_end(json);
	kp_json_texts(json, "problems", status->problems);
	text = kp_json_end(json);
	kp_out_clean(text);
}

/* Who mistypes a kernel must not read that it has no patch. */
static gboolean is_there(const KpStatus *status, const KpOptions *options)
{
	g_autofree char *path = NULL;

	for (guint i = 0; i < status->kernels->len; i++) {
		const KpStatusKernel *kernel = g_ptr_array_index(status->kernels, i);

		if (is_wanted(options, kernel) && (kernel->running || kernel->patches->len > 0))
			return TRUE;
	}
	if (options->kernel == NULL)
		return TRUE;
	path = kp_root_pathf(options->root, "/lib/modules/%s", options->kernel);
	return g_file_test(path, G_FILE_TEST_IS_DIR);
}

int kp_command_list(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpStatus) status = kp_status_read_files(options->root, options->kernel, error);

	if (status == NULL)
		return -1;
	if (!is_there(status, options)) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "kernel %s is not installed; 'kpatch-manager status' lists the kernels",
			    options->kernel);
		return -1;
	}
	if (options->json)
		print_json(status, options);
	else
		print_table(status, options);
	return kp_status_exit_code(status, KP_EXIT_DONE);
}
