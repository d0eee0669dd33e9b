/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "base/replace.h"

/* kpatch-build(1), EXIT STATUS */
#define STATUS_REFUSED 4
#define STATUS_UNCHANGED 5
/* so much of a log is looked through for a reason */
#define LOG_MAX (1024 * 1024)

static const char *const words[] = {
	[KP_RELEASE_MADE] = "made", [KP_RELEASE_KEPT] = "kept", [KP_RELEASE_REFUSED] = "refused",
	[KP_RELEASE_UNCHANGED] = "unchanged", [KP_RELEASE_FAILED] = "failed",
	[KP_RELEASE_NOT_ASKED] = "not asked",
};

const char *kp_release_word(KpReleaseState state)
{
	return words[state];
}

/* What all threads share. Nobody changes it but for the count, which only progress reads. */
struct job {
	const KpManifest *manifest;
	const KpReleaseSetting *setting;
	gint done;
	guint count;
};

static void result_free(gpointer data)
{
	KpReleaseResult *result = data;

	g_free(result->package);
	g_free(result->why);
	g_free(result->log);
	g_free(result);
}

static char *below(const struct job *job, const char *folder, const char *name, const char *end)
{
	g_autofree char *file = g_strconcat(name, end, NULL);

	return g_build_filename(job->setting->output, folder, file, NULL);
}

static void add_file(GChecksum *sum, const char *path)
{
	g_autofree char *text = NULL;
	gsize length = 0;

	if (path != NULL && g_file_get_contents(path, &text, &length, NULL))
		g_checksum_update(sum, (const guchar *)text, (gssize)length);
}

static void add_text(GChecksum *sum, const char *text)
{
	g_checksum_update(sum, (const guchar *)(text != NULL ? text : ""), text != NULL ? -1 : 0);
	g_checksum_update(sum, (const guchar *)"\n", 1);
}

/* What a package is made of, as far as the manifest says it: the same digest, the same
 * package. The source is known by its name: whoever changes it removes what was made. */
static char *digest(const struct job *job, const KpReleaseKernel *kernel)
{
	const KpManifest *manifest = job->manifest;
	const char *const texts[] = { kernel->kver, kernel->tree, kernel->kdir, kernel->image,
				      kernel->config, kernel->modules, manifest->version,
				      manifest->release, manifest->backend, manifest->sign,
				      manifest->module_key };
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		add_text(sum, texts[i]);
	for (char **diff = kernel->diffs; *diff != NULL; diff++) {
		add_text(sum, "diff");
		add_file(sum, *diff);
	}
	for (char **option = job->setting->extra; option != NULL && *option != NULL; option++)
		add_text(sum, *option);
	for (char **cve = kernel->cves; *cve != NULL; cve++)
		add_text(sum, *cve);
	add_file(sum, kernel->config);
	add_file(sum, manifest->module_cert);
	return g_strdup(g_checksum_get_string(sum));
}

static void add_option(GPtrArray *argv, const char *option, const char *value)
{
	if (value == NULL)
		return;
	g_ptr_array_add(argv, g_strdup(option));
	g_ptr_array_add(argv, g_strdup(value));
}

/* kpatch-patch-rpm, and behind "--" what it hands on. */
static GPtrArray *command_of(const struct job *job, const KpReleaseKernel *kernel, const char *folder)
{
	const KpManifest *manifest = job->manifest;
	const char *program = g_getenv("KPATCH_PATCH_RPM");
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *jobs = g_strdup_printf("%u", MAX(g_get_num_processors() / job->setting->jobs, 1));

	g_ptr_array_add(argv, g_strdup(program != NULL ? program : "kpatch-patch-rpm"));
	add_option(argv, "--kernel", kernel->kver);
	add_option(argv, "--version", manifest->version);
	add_option(argv, "--release", manifest->release);
	add_option(argv, "--backend", manifest->backend);
	add_option(argv, "--source-tree", kernel->tree);
	add_option(argv, "--kdir", kernel->kdir);
	add_option(argv, "--output", folder);
	add_option(argv, "--sign", manifest->sign);
	add_option(argv, "--module-key", manifest->module_key);
	add_option(argv, "--module-cert", manifest->module_cert);
	add_option(argv, "--passphrase-file", manifest->passphrase);
	for (char **diff = kernel->diffs; *diff != NULL; diff++)
		add_option(argv, "--diff", *diff);
	for (char **cve = kernel->cves; *cve != NULL; cve++)
		add_option(argv, "--cve", *cve);
	g_ptr_array_add(argv, g_strdup("--"));
	add_option(argv, "--image", kernel->image);
	add_option(argv, "--config", kernel->config);
	add_option(argv, "--modules", kernel->modules);
	add_option(argv, "--jobs", jobs);
	for (char **option = job->setting->extra; option != NULL && *option != NULL; option++)
		g_ptr_array_add(argv, g_strdup(*option));
	g_ptr_array_add(argv, NULL);
	return argv;
}

/* The first line of the log that says why, without "refused: "; else its last line. */
static char *reason_in(const char *log)
{
	static const char *const marks[] = { "refused: ", "error: " };
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	char *last = NULL;
	gsize length = 0;

	if (!g_file_get_contents(log, &text, &length, NULL) || length > LOG_MAX)
		return g_strdup("see the log");
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
			const char *found = strstr(*line, marks[i]);

			if (found != NULL)
				return kp_text_printable(found + strlen(marks[i]));
		}
		if (**line != '\0')
			last = *line;
	}
	return last != NULL ? kp_text_printable(last) : g_strdup("nothing was printed");
}

/* Runs @argv with its output in @log. The exit status, or -1. */
static int run(const char *const *argv, const char *log, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_MERGE);
	g_autoptr(GSubprocess) process = NULL;
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s cannot be written: %s", log, g_strerror(errno));
		return -1;
	}
	g_subprocess_launcher_take_stdout_fd(launcher, fd);
	process = g_subprocess_launcher_spawnv(launcher, argv, error);
	if (process == NULL || !g_subprocess_wait(process, NULL, error))
		return -1;
	if (g_subprocess_get_if_exited(process))
		return g_subprocess_get_exit_status(process);
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, "kpatch-patch-rpm was killed: say this again to go on");
	return -1;
}

/* Of a run that was killed. */
static void empty(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		unlink(path);
	}
}

/* The one package in @folder, moved into the repository; its name, or NULL. */
static char *take_package(const struct job *job, const char *folder, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *from = g_build_filename(folder, name, NULL);
		g_autofree char *to = below(job, "repo", name, "");

		if (!g_str_has_suffix(name, ".rpm"))
			continue;
		if (rename(from, to) == 0)
			return g_strdup(name);
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s cannot be moved to %s: %s", from, to,
			    g_strerror(errno));
		return NULL;
	}
	if (dir != NULL)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED, "kpatch-patch-rpm ended well and made no package: see the log");
	return NULL;
}

/* What an earlier run noted, if it is about the same: the name of the package. */
static char *kept(const struct job *job, const char *stamp, const char *sum)
{
	g_autofree char *text = NULL, *file = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(stamp, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(text, "\n", 3);
	if (g_strv_length(lines) < 2 || !g_str_equal(lines[0], sum) || strchr(lines[1], '/') != NULL)
		return NULL;
	file = below(job, "repo", lines[1], "");
	return g_file_test(file, G_FILE_TEST_IS_REGULAR) ? g_strdup(lines[1]) : NULL;
}

/* The note is written last: a run that is killed before builds the kernel again. */
static void build(const struct job *job, KpReleaseResult *result, const char *stamp, const char *sum)
{
	g_autofree char *folder = below(job, "built", result->kernel->kver, "");
	g_autoptr(GPtrArray) argv = command_of(job, result->kernel, folder);
	g_autoptr(GError) error = NULL;
	g_autofree char *note = NULL;
	int status;

	empty(folder);
	status = run((const char *const *)argv->pdata, result->log, &error);
	result->state = status == STATUS_REFUSED ? KP_RELEASE_REFUSED :
			status == STATUS_UNCHANGED ? KP_RELEASE_UNCHANGED : KP_RELEASE_FAILED;
	if (status > 0)
		result->why = reason_in(result->log);
	if (status == 0 && (result->package = take_package(job, folder, &error)) != NULL) {
		note = g_strdup_printf("%s\n%s\n", sum, result->package);
		if (kp_replace_file(stamp, note, -1, FALSE, &error))
			result->state = KP_RELEASE_MADE;
	}
	if (error != NULL)
		result->why = kp_text_printable(error->message);
}

static void say(struct job *job, const KpReleaseResult *result)
{
	int done = g_atomic_int_add(&job->done, 1) + 1;

	if (job->setting->progress)
		fprintf(stderr, "%d of %u: %s: %s\n", done, job->count, result->kernel->kver,
			words[result->state]);
}

/* In a thread of its own. */
static void one(gpointer data, gpointer shared)
{
	KpReleaseResult *result = data;
	struct job *job = shared;
	g_autofree char *stamp = below(job, "built", result->kernel->kver, ".made");
	g_autofree char *sum = digest(job, result->kernel);

	result->log = below(job, "logs", result->kernel->kver, ".log");
	result->package = kept(job, stamp, sum);
	if (result->package != NULL)
		result->state = KP_RELEASE_KEPT;
	else if (!result->kernel->chosen)
		result->state = KP_RELEASE_NOT_ASKED;
	else
		build(job, result, stamp, sum);
	say(job, result);
}

static gboolean make_folders(const KpReleaseSetting *setting, GError **error)
{
	static const char *const names[] = { "repo", "logs", "built" };

	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(setting->output, names[i], NULL);

		if (g_mkdir_with_parents(path, 0755) == 0)
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the folder %s cannot be made: %s", path,
			    g_strerror(errno));
		return FALSE;
	}
	return TRUE;
}

GPtrArray *kp_release_work(const KpManifest *manifest, const KpReleaseSetting *setting, GError **error)
{
	g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(result_free);
	struct job job = { manifest, setting, 0, manifest->kernels->len };
	GThreadPool *pool;

	if (!make_folders(setting, error))
		return NULL;
	pool = g_thread_pool_new(one, &job, (gint)setting->jobs, FALSE, error);
	if (pool == NULL)
		return NULL;
	for (guint i = 0; i < manifest->kernels->len; i++) {
		KpReleaseResult *result = g_new0(KpReleaseResult, 1);

		result->kernel = g_ptr_array_index(manifest->kernels, i);
		g_ptr_array_add(results, result);
		g_thread_pool_push(pool, result, NULL);
	}
	g_thread_pool_free(pool, FALSE, TRUE);
	return g_steal_pointer(&results);
}
