/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch-build: from diffs to a patch module. */
#include "config.h"

#include <locale.h>
#include <stdio.h>

#include "base/error.h"
#include "kpatch-build.h"

/* The diffs change nothing that runs (kpatch-build(1), EXIT STATUS). */
#define EXIT_NOTHING_CHANGED 5

static const char no_change[] =
	"the diffs change nothing that runs: no function of the kernel would be another one";

static gboolean proof_failed(const KpBuild *build)
{
	for (guint i = 0; i < build->works->len; i++) {
		const KpWork *work = g_ptr_array_index(build->works, i);

		if (work->proof != NULL && work->proof->count[KP_PROOF_SAME] +
		    work->proof->count[KP_PROOF_OVERRIDDEN] < work->proof->functions->len)
			return TRUE;
	}
	return FALSE;
}

static int code_of(const KpBuild *build, gboolean done, const GError *error)
{
	if (!done)
		return kp_error_exit_code(error);
	if (build->options->prove)
		return proof_failed(build) ? KP_EXIT_REFUSED : KP_EXIT_DONE;
	if (build->works->len == 0 ||
	    (build->stage >= KP_STAGE_JUDGE && kp_build_functions(build) == 0))
		return EXIT_NOTHING_CHANGED;
	return KP_EXIT_DONE;
}

static int run(KpBuildOptions *options)
{
	g_autoptr(KpBuild) build = kp_build_new(options);
	g_autoptr(GError) error = NULL;
	gboolean done = kp_build_run(build, &error);
	int code = code_of(build, done, error);

	if (options->json)
		kp_build_print_json(build, error);
	else
		kp_build_print_text(build);
	fflush(stdout);
	if (error != NULL)
		kp_build_err("kpatch-build: %s\n", error->message);
	else if (code == EXIT_NOTHING_CHANGED)
		fprintf(stderr, "kpatch-build: %s\n", no_change);
	if (options->debug && build->folder != NULL)
		fprintf(stderr, "kpatch-build: all that was made is in %s, what programs said in %s\n",
			build->folder, build->log);
	return code;
}

int main(int argc, char **argv)
{
	KpBuildOptions options = { 0 };
	g_autoptr(GError) error = NULL;
	int code = KP_EXIT_DONE;

	setlocale(LC_ALL, "");
	if (!kp_build_options_parse(argv, &options, &error)) {
		kp_build_err("kpatch-build: %s\n", error->message);
		code = KP_EXIT_USAGE;
	} else if (options.help) {
		kp_build_help();
	} else if (options.show_version) {
		printf("%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
	} else {
		code = run(&options);
	}
	kp_build_options_clear(&options);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "kpatch-build: not all of the output could be written; make room, or send "
		"it elsewhere, and run this command again\n");
	return KP_EXIT_FAILED;
}
