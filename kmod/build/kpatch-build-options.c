/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cve.h"
#include "base/error.h"
#include "command.h"
#include "kpatch-build.h"

static const char *const stage_words[] = {
	[KP_STAGE_SERIES] = "series", [KP_STAGE_OBJECTS] = "objects", [KP_STAGE_PROVE] = "prove",
	[KP_STAGE_COMPARE] = "compare", [KP_STAGE_JUDGE] = "judge", [KP_STAGE_EMIT] = "emit",
	[KP_STAGE_MODULE] = "module", [KP_STAGE_CHECK] = "check", [KP_STAGE_SIGN] = "sign",
};

const char *kp_stage_word(KpStage stage)
{
	return stage_words[stage];
}

static gboolean G_GNUC_PRINTF(2, 3) refuse(GError **error, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list values;

	va_start(values, format);
	text = g_strdup_vprintf(format, values);
	va_end(values);
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "%s; 'kpatch-build --help' shows examples", text);
	return FALSE;
}

/* "-j8" and "-nNAME", as getopt(3) has it: GOption wants the value apart. */
static char **split_short(char **argv)
{
	GPtrArray *words = g_ptr_array_new();
	gboolean options = TRUE;

	for (; *argv != NULL; argv++) {
		const char *word = *argv;

		options = options && !g_str_equal(word, "--");
		if (options && word[0] == '-' && word[1] != '\0' && strchr("cejnostv", word[1]) != NULL &&
		    word[2] != '\0') {
			g_ptr_array_add(words, g_strndup(word, 2));
			word += 2;
		}
		g_ptr_array_add(words, g_strdup(word));
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

#define TEXT(name, letter, field) { name, letter, 0, G_OPTION_ARG_FILENAME, &options->field, NULL, NULL }
#define LIST(name, letter, field) { name, letter, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->field, NULL, NULL }
#define FLAG(name, letter, field) { name, letter, 0, G_OPTION_ARG_NONE, &options->field, NULL, NULL }
#define NUMBER(name, letter, field) { name, letter, 0, G_OPTION_ARG_INT, &options->field, NULL, NULL }

/* What is on the command line; @rest and @diffs are given back apart. */
static gboolean read_line(char **argv, KpBuildOptions *options, char ***rest, char ***diffs,
			  GError **error)
{
	const GOptionEntry entries[] = {
		TEXT("kernel", 0, kernel), TEXT("kdir", 0, kdir), TEXT("image", 0, image),
		TEXT("vmlinux", 'v', image), TEXT("config", 'c', config),
		TEXT("modules", 0, modules), TEXT("source-tree", 0, tree),
		TEXT("sourcedir", 's', tree), TEXT("version", 0, version),
		TEXT("release", 0, release), TEXT("name", 'n', name), TEXT("output", 'o', output),
		TEXT("backend", 0, backend), TEXT("cc", 0, cc), TEXT("cache", 0, cache),
		TEXT("kit", 0, kit), LIST("make", 0, make), LIST("allow-layout", 0, allow_layout),
		LIST("cve", 0, cves),
		TEXT("module-key", 0, key), TEXT("module-cert", 0, cert),
		TEXT("passphrase-file", 0, passphrase), TEXT("stop-after", 0, stop),
		TEXT("target", 't', target), TEXT("oot-module", 'e', oot),
		TEXT("oot-module-src", 0, oot_source), NUMBER("fuzz", 0, fuzz),
		NUMBER("jobs", 'j', jobs), FLAG("json", 0, json), FLAG("prove", 0, prove),
		FLAG("debug", 'd', debug), FLAG("non-replace", 'R', non_replace),
		FLAG("quiet", 'q', quiet), FLAG("help", 'h', help),
		FLAG("show-version", 0, show_version),
		{ "diff", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, diffs, NULL, NULL },
		{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, rest, NULL, NULL },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_auto(GStrv) copy = split_short(argv);
	g_autoptr(GError) problem = NULL;

	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, entries, NULL);
	return g_option_context_parse_strv(context, &copy, &problem) ||
	       refuse(error, "%s", problem->message);
}

static void add_all(GPtrArray *list, char **texts)
{
	for (; texts != NULL && *texts != NULL; texts++)
		g_ptr_array_add(list, g_strdup(*texts));
}

/* Files on the command line are diffs, as the old command has them; with --prove those
 * that end in .c are what is looked at. */
static void sort_files(KpBuildOptions *options, char **rest, char **diffs)
{
	GPtrArray *all = g_ptr_array_new(), *sources = g_ptr_array_new();

	add_all(all, diffs);
	for (; rest != NULL && *rest != NULL; rest++)
		g_ptr_array_add(options->prove && g_str_has_suffix(*rest, ".c") ? sources : all,
				g_strdup(*rest));
	g_ptr_array_add(all, NULL);
	g_ptr_array_add(sources, NULL);
	options->diffs = (char **)g_ptr_array_free(all, FALSE);
	options->sources = (char **)g_ptr_array_free(sources, FALSE);
}

static gboolean read_stage(KpBuildOptions *options, GError **error)
{
	options->last = options->prove ? KP_STAGE_PROVE : KP_STAGE_SIGN;
	if (options->stop == NULL)
		return TRUE;
	for (guint i = 0; i < KP_STAGES; i++) {
		if (!g_str_equal(options->stop, stage_words[i]))
			continue;
		options->last = i;
		return TRUE;
	}
	return refuse(error, "'%s' is no stage: they are series, objects, prove, compare, judge, emit, module, check and sign",
		      options->stop);
}

/* What the old command could do and this one does otherwise, or not. */
static gboolean check_old(const KpBuildOptions *options, GError **error)
{
	if (options->oot != NULL || options->oot_source != NULL)
		return refuse(error, "modules from outside of the kernel's tree cannot be patched with a diff: write the new function with the kit's macros (kpatch-author(7)), and build it with kpatch-patch-rpm --source");
	if (options->backend != NULL && !g_str_equal(options->backend, "kpatch") &&
	    !g_str_equal(options->backend, "livepatch"))
		return refuse(error, "--backend is kpatch or livepatch, not '%s'", options->backend);
	if (options->non_replace && options->backend != NULL && !g_str_equal(options->backend, "livepatch"))
		return refuse(error, "--non-replace is for livepatch: whoever loads a patch of kpatch.ko says whether it replaces others");
	return TRUE;
}

static gboolean spell_cves(const KpBuildOptions *options, GError **error)
{
	const char *bad = kp_cve_spell(options->cves);

	return bad == NULL || refuse(error, "'%s' is no CVE: say CVE-2026-1111", bad);
}

static gboolean check_words(const KpBuildOptions *options, GError **error)
{
	if (options->jobs < 0 || options->fuzz < 0)
		return refuse(error, "--jobs and --fuzz take numbers from 0 on");
	if (options->version != NULL && options->version[strspn(options->version, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._~^+")] != '\0')
		return refuse(error, "'%s' cannot be a version", options->version);
	if (options->release != NULL && options->release[strspn(options->release, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._~^+")] != '\0')
		return refuse(error, "'%s' cannot be a release", options->release);
	if (options->name != NULL && options->name[strspn(options->name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-")] != '\0')
		return refuse(error, "'%s' cannot be a module's name", options->name);
	if ((options->key == NULL) != (options->cert == NULL))
		return refuse(error, "--module-key and --module-cert belong together");
	if (options->diffs[0] == NULL && !options->prove)
		return refuse(error, "no diff is named");
	return options->tree != NULL || refuse(error, "--source-tree does not say where the kernel's source is");
}

char *kp_build_find(const char *kdir, const char *kernel, const char *const *candidates)
{
	/* headers unpacked elsewhere: the root that usr/src or lib/modules is in */
	g_autofree char *beside = kdir != NULL ? kp_below(kdir, "../../..") : NULL;
	const char *roots[] = { beside, "/" };

	for (gsize i = 0; i < G_N_ELEMENTS(roots); i++) {
		for (gsize n = 0; roots[i] != NULL && candidates[n] != NULL; n++) {
			g_auto(GStrv) parts = g_strsplit(candidates[n], "%s", -1);
			g_autofree char *name = g_strjoinv(kernel, parts);
			g_autofree char *path = kp_below(roots[i], name);

			if (g_file_test(path, G_FILE_TEST_EXISTS))
				return realpath(path, NULL);
		}
	}
	return NULL;
}

static gboolean resolve_path(char **path, GError **error)
{
	char *whole = realpath(*path, NULL);

	if (whole == NULL)
		return refuse(error, "%s does not exist", *path);
	g_free(*path);
	*path = whole;
	return TRUE;
}

/* One file of the kernel: as it was named, or where it usually is. */
static gboolean find_one(const KpBuildOptions *options, char **path, const char *option,
			 const char *what, const char *const *candidates, GError **error)
{
	if (*path != NULL)
		return resolve_path(path, error);
	if (options->kernel != NULL)
		*path = kp_build_find(options->kdir, options->kernel, candidates);
	if (*path != NULL)
		return TRUE;
	if (options->kernel == NULL)
		return refuse(error, "--kernel does not say which kernel is patched");
	return refuse(error, "%s of kernel %s is not there: install it, or name it with %s", what,
		      options->kernel, option);
}

/* CONFIG_LOCALVERSION and the like do not tell it: the headers do. */
static char *release_of_headers(const char *kdir)
{
	g_autofree char *path = kp_below(kdir, "include/config/kernel.release"), *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	return g_strdup(g_strstrip(text));
}

static gboolean find_all(KpBuildOptions *options, GError **error)
{
	static const char *const kdirs[] = { "lib/modules/%s/build", "usr/src/kernels/%s",
					     "usr/src/linux-headers-%s", NULL };
	static const char *const images[] = { "boot/vmlinuz-%s", "lib/modules/%s/vmlinuz", NULL };
	static const char *const configs[] = { "boot/config-%s", "lib/modules/%s/config",
					       "lib/modules/%s/build/.config", NULL };
	static const char *const modules[] = { "lib/modules/%s", NULL };

	if (options->kernel == NULL && options->kdir != NULL)
		options->kernel = release_of_headers(options->kdir);
	return find_one(options, &options->kdir, "--kdir", "the folder of headers", kdirs, error) &&
	       find_one(options, &options->image, "--image", "the image (vmlinuz)", images, error) &&
	       find_one(options, &options->config, "--config", "the configuration", configs, error) &&
	       find_one(options, &options->modules, "--modules", "the folder of modules", modules, error) &&
	       resolve_path(&options->tree, error);
}

/* As packaging/macros.kpatch has it: kpatch_module_tag. */
static char *module_name(const KpBuildOptions *options)
{
	g_autoptr(GRegex) dist = g_regex_new("^([0-9.]+-[0-9.]+)\\.el[0-9]+(_[0-9]+)?\\.(x86_64|aarch64|ppc64le|s390x)$",
					     0, 0, NULL);
	g_autofree char *tag = g_regex_replace(dist, options->kernel, -1, 0, "\\1", 0, NULL);
	char *dash = strchr(tag, '-');

	if (dash != NULL)
		g_strdelimit(dash + 1, "-", '.');
	g_strcanon(tag, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-", '_');
	return g_strdup_printf("kpatch-%s-%s-%s", tag, options->version, options->release);
}

static void fill_in(KpBuildOptions *options)
{
	const char *kit = g_getenv("KPATCH_KIT");

	if (options->version == NULL)
		options->version = g_strdup("1");
	if (options->release == NULL)
		options->release = g_strdup("1");
	if (options->backend == NULL)
		options->backend = g_strdup(options->non_replace ? "livepatch" : "kpatch");
	if (options->output == NULL)
		options->output = g_strdup(".");
	if (options->jobs == 0)
		options->jobs = (int)g_get_num_processors();
	if (options->cache == NULL)
		options->cache = kp_below(g_get_user_cache_dir(), "kpatch-build");
	if (options->kit == NULL)
		options->kit = g_strdup(kit != NULL ? kit : KP_KITDIR);
	if (options->name == NULL)
		options->name = module_name(options);
	g_strcanon(options->name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-", '_');
}

gboolean kp_build_options_parse(char **argv, KpBuildOptions *options, GError **error)
{
	g_auto(GStrv) rest = NULL, diffs = NULL;
	gboolean read = read_line(argv, options, &rest, &diffs, error);

	if (!read || options->help || options->show_version)
		return read;
	sort_files(options, rest, diffs);
	if (!read_stage(options, error) || !check_old(options, error) ||
	    !check_words(options, error) || !spell_cves(options, error) || !find_all(options, error))
		return FALSE;
	fill_in(options);
	return resolve_path(&options->kit, error);
}

void kp_build_options_clear(KpBuildOptions *options)
{
	char *const texts[] = { options->kernel, options->kdir, options->image, options->config,
				options->modules, options->tree, options->version, options->release,
				options->name, options->output, options->backend, options->cc,
				options->cache, options->kit, options->key, options->cert,
				options->passphrase, options->stop, options->target, options->oot,
				options->oot_source };

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_strfreev(options->diffs);
	g_strfreev(options->sources);
	g_strfreev(options->make);
	g_strfreev(options->allow_layout);
	g_strfreev(options->cves);
}
