/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify: who vouches for modules and packages, whatever the policy lets in. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/listing.h"
#include "base/names.h"
#include "base/root.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/out.h"
#include "cli/packages.h"
#include "cli/report.h"
#include "cli/signature.h"
#include "live/core.h"
#include "live/store.h"
#include "live/vouch.h"

struct row {
	char *path;
	gboolean package;
	KpSignOutcome *outcome;	/* of a module; may be NULL */
	char *signature;	/* of a package that is good */
	GError *error;		/* NULL: it is good */
};

struct verification {
	const KpOptions *options;
	KpSettings *settings;
	KpVoucher *voucher;
	GPtrArray *rows;
	int code;		/* the worst so far */
};

static void row_free(gpointer data)
{
	struct row *row = data;

	g_free(row->path);
	kp_sign_outcome_free(row->outcome);
	g_free(row->signature);
	g_clear_error(&row->error);
	g_free(row);
}

/* What can be signed, by its name: what else lies in a folder is not asked. */
static gboolean is_candidate(const char *name)
{
	return *name != '.' && (g_str_has_suffix(name, ".ko") || g_str_has_suffix(name, ".rpm"));
}

static void look_at(const struct verification *run, int fd, struct row *row)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		g_set_error_literal(&row->error, KP_ERROR, KP_ERROR_FAILED, "not a regular file");
	else if (row->package)
		kp_packages_verify(run->options->root, run->settings, fd, &row->signature,
				   &row->error);
	else
		kp_vouch_fd(run->voucher, fd, row->path, &row->outcome, &row->error);
}

static void say(const struct verification *run, const struct row *row)
{
	g_autofree char *path = kp_text_printable(row->path);

	if (row->error != NULL && !run->options->json)
		kp_err("%s: %s: %s\n", program_invocation_short_name, path,
		       row->error->message);
	else if (row->package)
		kp_say(run->options, "%s: good, %s", path, row->signature);
	else if (row->error == NULL)
		kp_say(run->options, "%s: good, signed by %s (%s)", path,
		       row->outcome->subject, row->outcome->certificate);
}

static void add(struct verification *run, struct row *row)
{
	int code = row->error != NULL ? kp_error_exit_code(row->error) : KP_EXIT_DONE;

	if (run->code == KP_EXIT_DONE || code == KP_EXIT_FAILED)
		run->code = code;
	say(run, row);
	g_ptr_array_add(run->rows, row);
}

/* O_NONBLOCK so that a FIFO cannot stop us. */
static void verify_file(struct verification *run, const char *path)
{
	struct row *row = g_new0(struct row, 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	row->path = g_strdup(path);
	row->package = g_str_has_suffix(path, ".rpm");
	if (fd < 0)
		g_set_error_literal(&row->error, KP_ERROR, KP_ERROR_FAILED, g_strerror(errno));
	else
		look_at(run, fd, row);
	if (fd >= 0)
		close(fd);
	add(run, row);
}

/* Nobody knows what is in there. */
static void add_unread(struct verification *run, const char *folder, GError *error)
{
	struct row *row = g_new0(struct row, 1);

	row->path = g_strdup(folder);
	row->error = error;
	add(run, row);
}

/* Folders below it too, but not by way of links. */
static void verify_folder(struct verification *run, const char *folder)
{
	GError *error = NULL;
	g_autoptr(GPtrArray) names = kp_list_folder(folder, &error);

	if (names == NULL)
		add_unread(run, folder, error);
	for (guint i = 0; names != NULL && i < names->len; i++) {
		g_autofree char *path = kp_root_entry(folder, g_ptr_array_index(names, i));
		struct stat st;

		if (lstat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			verify_folder(run, path);
		else if (S_ISREG(st.st_mode) && is_candidate(g_ptr_array_index(names, i)))
			verify_file(run, path);
	}
}

static void verify_path(struct verification *run, const char *path)
{
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		verify_folder(run, path);
	else
		verify_file(run, path);
}

static gboolean has_row(const struct verification *run, const char *path)
{
	for (guint i = 0; i < run->rows->len; i++)
		if (g_str_equal(((const struct row *)g_ptr_array_index(run->rows, i))->path, path))
			return TRUE;
	return FALSE;
}

/* What patches of our own mechanism need. */
static void verify_cores(struct verification *run)
{
	/* a folder that cannot be read was told */
	g_autoptr(GPtrArray) kernels = kp_store_kernels(run->options->root, NULL);

	for (guint i = 0; kernels != NULL && i < kernels->len; i++) {
		g_autofree char *path = kp_core_path(run->options->root,
						     g_ptr_array_index(kernels, i));

		if (path != NULL && !has_row(run, path))
			verify_file(run, path);
	}
}

static void verify_all(struct verification *run)
{
	static const char *const folders[] = { KP_PACKAGE_FOLDER, KP_STORE_FOLDER };

	for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *folder = kp_root_path(run->options->root, folders[i]);

		verify_folder(run, folder);
	}
	verify_cores(run);
}

static void add_row(KpJson *json, const struct row *row)
{
	const KpSignOutcome *outcome = row->outcome;

	kp_json_object(json, NULL);
	kp_json_text(json, "path", row->path);
	kp_json_text(json, "kind", row->package ? "package" : "module");
	kp_json_flag(json, "good", row->error == NULL);
	kp_json_text(json, "reason", row->error != NULL ? row->error->message : NULL);
	kp_json_text(json, "sha256", outcome != NULL ? outcome->file_sha256 : NULL);
	kp_json_text(json, "payload_sha256", outcome != NULL ? outcome->payload_sha256 : NULL);
	kp_json_signature(json, outcome);
	kp_json_text(json, "package_signature", row->signature);
	kp_json_object_end(json);
}

static void print_json(const struct verification *run)
{
	g_autoptr(KpJson) json = kp_json_begin();
	g_autofree char *text = NULL;

	kp_json_list(json, "files");
	for (guint i = 0; i < run->rows->len; i++)
		add_row(json, g_ptr_array_index(run->rows, i));
	kp_json_list_end(json);
	kp_json_texts(json, "warnings", kp_voucher_warnings(run->voucher));
	text = kp_json_end(json);
	kp_out_clean(text);
}

static void report(const struct verification *run)
{
	guint good = 0;

	for (guint i = 0; i < run->rows->len; i++)
		good += ((const struct row *)g_ptr_array_index(run->rows, i))->error == NULL;
	if (run->options->json) {
		print_json(run);
		return;
	}
	kp_warn_all(kp_voucher_warnings(run->voucher));
	if (run->rows->len == 0)
		kp_say(run->options, "There is no module and no package to verify.");
	else if (run->rows->len > 1)
		kp_say(run->options, "%u of %u files are good.", good, run->rows->len);
}

int kp_command_verify(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(KpSettings) settings = kp_settings_read(options->root, error);
	g_autoptr(KpVoucher) voucher = kp_voucher_new(options->root, KP_VERIFY_REQUIRED);
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
	struct verification run = { options, settings, voucher, rows, KP_EXIT_DONE };

	if (settings == NULL)
		return -1;
	if (settings->verify_expired == KP_EXPIRED_KEPT)
		kp_voucher_keeps(voucher);
	if (geteuid() == 0 && kp_root_is_machine(options->root))
		kp_voucher_remembers(voucher);
	for (char **word = words; *word != NULL; word++)
		verify_path(&run, *word);
	if (words[0] == NULL)
		verify_all(&run);
	report(&run);
	return run.code;
}
