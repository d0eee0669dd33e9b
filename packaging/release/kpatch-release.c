/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch-release: one release of a patch for many kernels. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "advisory.h"
#include "base/error.h"
#include "base/names.h"
#include "report.h"

typedef struct {
	char *output;
	char **kernels, **files, **extra;
	int jobs;
	gboolean json, quiet, version;
} Options;

static const char summary[] =
	"Builds one release of a live patch for many kernels, several at once: packages, an\n"
	"advisory and a repository. MANIFEST names kernels, diffs and CVEs (kpatch-release(1)).\n"
	"What was made before of the very same is kept, so that a run that was stopped goes on.";

static const char description[] =
	"Example of a manifest:\n"
	"  [release]\n"
	"  version = 1\n"
	"  release = 3\n"
	"  diffs = CVE-2026-1111.patch;CVE-2026-2222.patch\n"
	"  cves = CVE-2026-1111;CVE-2026-2222\n"
	"  [kernel 6.12.117+deb12-amd64]\n"
	"  source-tree = /src/linux-6.12\n\n"
	"What follows -- is for kpatch-build, for all kernels.\n\n"
	"Exit codes: 0 all packages are there, 1 one or more are not (the table says why; the\n"
	"others are in the repository), 2 usage or a manifest that cannot be read, 3 another\n"
	"run works in the folder.";

static gboolean wrong(GError **error, const char *what)
{
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "%s (kpatch-release --help shows how)", what);
	return FALSE;
}

/* What stands behind "--" is taken off @argv first: it is not ours. */
static char **take_extra(char **argv)
{
	for (char **word = argv; *word != NULL; word++) {
		char **extra;

		if (!g_str_equal(*word, "--"))
			continue;
		extra = g_strdupv(word + 1);
		for (char **end = word; *end != NULL; end++)
			g_clear_pointer(end, g_free);
		return extra;
	}
	return NULL;
}

static gboolean parse(Options *options, char **argv, GError **error)
{
	const GOptionEntry entries[] = {
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
		  "Where repo, advisories and logs go (default: ./release)", "DIR" },
		{ "kernel", 'k', 0, G_OPTION_ARG_STRING_ARRAY, &options->kernels,
		  "Only this one; may be given again", "KVER" },
		{ "jobs", 'j', 0, G_OPTION_ARG_INT, &options->jobs,
		  "How many kernels at once (default: half of the CPUs)", "N" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "For programs", NULL },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "No progress", NULL },
		{ "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
		{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->files, NULL, "MANIFEST" },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("[-- OPTION OF kpatch-build...]");
	g_autoptr(GError) problem = NULL;
	g_auto(GStrv) words = g_strdupv(argv);

	options->extra = take_extra(words);
	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_summary(context, summary);
	g_option_context_set_description(context, description);
	if (!g_option_context_parse_strv(context, &words, &problem))
		return wrong(error, problem->message);
	if (options->version)
		return TRUE;
	if (options->files == NULL || g_strv_length(options->files) != 1)
		return wrong(error, "name one manifest");
	if (options->jobs < 0)
		return wrong(error, "--jobs wants a number of at least 1");
	if (options->jobs == 0)
		options->jobs = (int)MAX(g_get_num_processors() / 2, 1);
	return TRUE;
}

/* Two runs in one folder would take each other's packages. */
static int lock(const char *output, GError **error)
{
	g_autofree char *path = g_build_filename(output, ".lock", NULL);
	int fd;

	if (g_mkdir_with_parents(output, 0755) != 0 ||
	    (fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the folder %s cannot be written: %s; name another with --output",
			    output, g_strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	g_set_error(error, KP_ERROR, KP_ERROR_BUSY, "another run works in %s; wait for it", output);
	close(fd);
	return -1;
}

static gboolean all_there(const GPtrArray *results)
{
	for (guint i = 0; i < results->len; i++) {
		const KpReleaseResult *result = g_ptr_array_index(results, i);

		if (result->package == NULL && result->state != KP_RELEASE_NOT_ASKED)
			return FALSE;
	}
	return TRUE;
}

static int run(const Options *options, GError **error)
{
	g_autoptr(KpManifest) manifest = kp_manifest_read(options->files[0], error);
	g_autofree char *output = g_canonicalize_filename(options->output != NULL ? options->output : "release",
							   NULL);
	const KpReleaseSetting setting = { output, options->extra, (guint)options->jobs,
					   !options->quiet && isatty(STDERR_FILENO) };
	g_autoptr(GPtrArray) results = NULL;
	gboolean published;
	int fd;

	if (manifest == NULL || !kp_manifest_choose(manifest, options->kernels, error) ||
	    (fd = lock(output, error)) < 0)
		return -1;
	results = kp_release_work(manifest, &setting, error);
	published = results != NULL && kp_release_publish(manifest, results, output, error);
	close(fd);
	if (results == NULL)
		return -1;
	if (options->json)
		kp_release_print_json(manifest, results, output);
	else
		kp_release_print(results);
	if (!published)
		return -1;
	return all_there(results) ? KP_EXIT_DONE : KP_EXIT_FAILED;
}

int main(int argc, char **argv)
{
	Options options = { 0 };
	g_autoptr(GError) error = NULL;
	int code = KP_EXIT_USAGE;

	setlocale(LC_ALL, "");
	if (parse(&options, argv, &error)) {
		code = KP_EXIT_DONE;
		if (options.version)
			printf("%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
		else
			code = run(&options, &error);
	}
	if (error != NULL) {
		g_autofree char *text = kp_text_lines(error->message);

		fprintf(stderr, "kpatch-release: error: %s\n", text);
		code = kp_error_exit_code(error);
	}
	g_free(options.output);
	g_strfreev(options.kernels);
	g_strfreev(options.files);
	g_strfreev(options.extra);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "kpatch-release: error: not all of the output could be written\n");
	return KP_EXIT_FAILED;
}
