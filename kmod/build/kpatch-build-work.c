/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run of kpatch-build makes and keeps: folders, objects, proofs, the module. */
#include <errno.h>
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "command.h"
#include "kpatch-build.h"
#include "unpack.h"

/* a module of a distribution, unpacked; the largest have some 20 MiB */
#define MODULE_MAX (256 * 1024 * 1024)

static void free_work(gpointer data)
{
	KpWork *work = data;

	kp_emitted_free(work->emitted);
	kp_judgement_free(work->judgement);
	kp_comparison_free(work->comparison);
	kp_proof_free(work->proof);
	kp_object_free(work->original);
	kp_object_free(work->patched);
	kp_objects_command_free(work->command);
	g_free(work->original_path);
	g_free(work->patched_path);
	g_free(work->module_name);
	g_free(work->source);
	g_free(work->object);
	g_free(work);
}

KpBuild *kp_build_new(KpBuildOptions *options)
{
	KpBuild *build = g_new0(KpBuild, 1);

	build->options = options;
	build->lock = -1;
	build->works = g_ptr_array_new_with_free_func(free_work);
	build->findings = kp_findings_new();
	build->targets = g_ptr_array_new_with_free_func(g_free);
	build->exports = kp_exports_new();
	build->modules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify)kp_object_free);
	return build;
}

static void remove_tree(const char *path)
{
	const char *argv[] = { "rm", "-rf", "--", path, NULL };

	g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

void kp_build_free(KpBuild *build)
{
	if (build == NULL)
		return;
	g_ptr_array_unref(build->works);
	g_ptr_array_unref(build->findings);
	g_ptr_array_unref(build->targets);
	g_hash_table_unref(build->exports);
	g_hash_table_unref(build->modules);
	kp_series_free(build->series);
	kp_kernel_free(build->kernel);
	if (build->folder != NULL && !build->options->debug)
		remove_tree(build->folder);
	if (build->lock >= 0)
		close(build->lock);
	g_free(build->folder);
	g_free(build->log);
	g_free(build->out);
	g_free(build->core);
	g_free(build->made);
	g_free(build);
}

/* Of runs that were killed, and of the last one with --debug. Nobody else is here: the
 * kernel's folder is locked. */
static void remove_old_runs(const char *base)
{
	g_autoptr(GDir) dir = g_dir_open(base, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = kp_below(base, name);

		if (g_str_has_prefix(name, "run-"))
			remove_tree(path);
	}
}

static gboolean make_folders(KpBuild *build, GError **error)
{
	g_autofree char *base = kp_below(build->options->cache, build->options->kernel);
	g_autofree char *run = kp_below(base, "run-XXXXXX");

	build->log = kp_below(base, "log");
	build->out = kp_below(base, "objects");
	build->core = kp_below(base, "core");
	if (!kp_make_folder(base, error))
		return FALSE;
	kp_build_progress(build, "waiting for another kpatch-build of this kernel", 0, 0);
	build->lock = kp_objects_lock(build->out, error);
	if (build->lock < 0)
		return FALSE;
	remove_old_runs(base);
	unlink(build->log);
	if (mkdtemp(run) == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "no folder can be made in %s: %s", base,
			    g_strerror(errno));
		return FALSE;
	}
	build->folder = g_steal_pointer(&run);
	return TRUE;
}

gboolean kp_build_start(KpBuild *build, GError **error)
{
	const KpBuildOptions *options = build->options;
	g_autofree char *symvers = kp_below(options->kdir, "Module.symvers");

	if (!make_folders(build, error))
		return FALSE;
	build->objects = (KpObjectsRequest){
		.tree = build->series != NULL ? build->series->original : options->tree,
		.config = options->config,
		.out = build->out,
		.cc = options->cc,
		.make = (const char *const *)options->make,
		.kit = options->kit,
		.kpatch = g_str_equal(options->backend, "kpatch"),
		.jobs = (guint)options->jobs,
		.log = build->log,
	};
	build->kernel = kp_kernel_open(options->image, error);
	return build->kernel != NULL && kp_exports_read(build->exports, symvers, NULL, error);
}

static KpWork *work_at(const KpBuild *build, guint index)
{
	return g_ptr_array_index(build->works, index);
}

/* A file that only the patched source has is in no Makefile. */
static gboolean check_sources(KpBuild *build, GError **error)
{
	for (guint i = 0; i < build->works->len; i++) {
		g_autofree char *path = kp_below(build->objects.tree, work_at(build, i)->source);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "%s is a new file, which no Makefile names: put its functions into a file that exists",
			    work_at(build, i)->source);
		return FALSE;
	}
	return TRUE;
}

static gboolean compile_originals(KpBuild *build, GError **error)
{
	g_autoptr(GPtrArray) objects = g_ptr_array_new();

	for (guint i = 0; i < build->works->len; i++)
		g_ptr_array_add(objects, work_at(build, i)->object);
	g_ptr_array_add(objects, NULL);
	kp_build_progress(build, "compiling the original source", 0, 0);
	return kp_objects_compile(&build->objects, (const char *const *)objects->pdata, error);
}

static char *object_path(const KpBuild *build, const KpWork *work, const char *kind)
{
	g_autofree char *flat = g_strdup(work->object), *name = NULL;

	g_strdelimit(flat, "/", '_');
	name = g_strconcat(kind, "-", flat, NULL);
	return kp_below(build->folder, name);
}

static gboolean compile_one(KpBuild *build, KpWork *work, GError **error)
{
	work->command = kp_objects_read_command(&build->objects, work->object, error);
	if (work->command == NULL)
		return FALSE;
	work->original_path = kp_below(build->out, work->object);
	if (work->command->module != NULL) {
		work->module_name = g_strdup(work->command->module);
		work->module = kp_build_distribution_module(build, work->command->module, error);
		if (work->module == NULL)
			return FALSE;
	}
	if (build->series == NULL || build->options->prove)
		return TRUE;
	work->patched_path = object_path(build, work, "patched");
	return kp_objects_compile_as(&build->objects, work->command, work->object, build->series->tree,
				     work->patched_path, FALSE, error);
}

gboolean kp_build_objects(KpBuild *build, GError **error)
{
	if (!check_sources(build, error))
		return FALSE;
	kp_build_progress(build, "preparing the kernel's source (once a kernel)", 0, 0);
	if (!kp_objects_prepare(&build->objects, error) || !compile_originals(build, error))
		return FALSE;
	for (guint i = 0; i < build->works->len; i++) {
		kp_build_progress(build, work_at(build, i)->source, i + 1, build->works->len);
		if (!compile_one(build, work_at(build, i), error))
			return FALSE;
	}
	return TRUE;
}

/* Is @line of modules.dep ("kernel/fs/ext4/ext4.ko.xz: …") about the module @name? */
static gboolean is_line_of(const char *line, const char *name)
{
	g_autofree char *path = g_strndup(line, strcspn(line, ":"));
	g_autofree char *base = g_strdelimit(g_path_get_basename(path), "-", '_');
	gsize length = strlen(name);

	return strncmp(base, name, length) == 0 && g_str_has_prefix(base + length, ".ko");
}

/* Debian's packages have no modules.dep until they are installed: depmod makes it. */
static char *find_module(const KpBuild *build, const char *name)
{
	static const char *const lists[] = { "modules.dep", "modules.order" };
	static const char *const ends[] = { "", ".xz", ".zst", ".gz" };

	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_autofree char *list = kp_below(build->options->modules, lists[i]), *text = NULL;
		g_auto(GStrv) lines = NULL;

		if (!g_file_get_contents(list, &text, NULL, NULL))
			continue;
		lines = g_strsplit(text, "\n", -1);
		for (char **line = lines; *line != NULL; line++) {
			if (!is_line_of(*line, name))
				continue;
			for (gsize n = 0; n < G_N_ELEMENTS(ends); n++) {
				g_autofree char *file = g_strndup(*line, strcspn(*line, ":"));
				g_autofree char *below = g_strconcat(file, ends[n], NULL);
				char *path = kp_below(build->options->modules, below);

				if (g_file_test(path, G_FILE_TEST_EXISTS))
					return path;
				g_free(path);
			}
		}
	}
	return NULL;
}

/* kpatch_target of the patch: kpatch-manager refuses it on another build of the module. */
static void note_target(KpBuild *build, const KpObject *module, const char *name)
{
	const KpObjectSection *section = kp_object_find_section(module, ".modinfo");
	static const char key[] = "srcversion=";

	for (guint64 at = 0; section != NULL && at < section->size;) {
		const char *text = kp_object_string(section, (gint64)at);

		if (text == NULL)
			return;
		if (g_str_has_prefix(text, key))
			g_ptr_array_add(build->targets,
					g_strdup_printf("%s:%s", name, text + strlen(key)));
		at += strlen(text) + 1;
	}
}

static gboolean unpack_module(const char *from, const char *to, GError **error)
{
	g_autoptr(GMappedFile) file = g_mapped_file_new(from, FALSE, error);
	g_autoptr(GBytes) packed = file != NULL ? g_mapped_file_get_bytes(file) : NULL, bytes = NULL;
	gsize size;
	const char *data;

	if (packed == NULL)
		return FALSE;
	bytes = kp_unpack_kernel(packed, MODULE_MAX, error);
	if (bytes == NULL) {
		g_prefix_error(error, "%s: ", from);
		return FALSE;
	}
	data = g_bytes_get_data(bytes, &size);
	return g_file_set_contents(to, data, (gssize)size, error);
}

KpObject *kp_build_distribution_module(KpBuild *build, const char *name, GError **error)
{
	g_autofree char *file = g_strconcat(name, ".ko", NULL);
	g_autofree char *path = find_module(build, name), *plain = kp_below(build->folder, file);
	KpObject *module = g_hash_table_lookup(build->modules, name);

	if (module != NULL)
		return module;
	if (path == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "the kernel's module %s is not below %s: install it, or name the folder with --modules",
			    name, build->options->modules);
		return NULL;
	}
	if (!unpack_module(path, plain, error))
		return NULL;
	module = kp_object_open(plain, error);
	if (module == NULL)
		return NULL;
	g_hash_table_insert(build->modules, g_strdup(name), module);
	note_target(build, module, name);
	return module;
}

static const KpProofOf *proof_by_name(const KpProof *proof, const char *name)
{
	for (guint i = 0; i < proof->functions->len; i++) {
		const KpProofOf *of = g_ptr_array_index(proof->functions, i);

		if (g_str_equal(of->symbol->name, name))
			return of;
	}
	return NULL;
}

/* What the object that is compiled as the kernel's own can prove, and ours cannot: jumps
 * inside of a file are shorter there. */
static void take_over(KpWork *work, const KpProof *plain)
{
	GHashTableIter iter;
	gpointer symbol, value;

	for (guint i = 0; i < work->proof->functions->len; i++) {
		KpProofOf *of = g_ptr_array_index(work->proof->functions, i);
		const KpProofOf *other = of->state != KP_PROOF_SAME ?
					 proof_by_name(plain, of->symbol->name) : NULL;

		if (other == NULL || other->state != KP_PROOF_SAME)
			continue;
		work->proof->count[of->state]--;
		work->proof->count[KP_PROOF_SAME]++;
		of->state = KP_PROOF_SAME;
	}
	g_hash_table_iter_init(&iter, plain->places);
	while (g_hash_table_iter_next(&iter, &symbol, &value)) {
		const KpObjectSymbol *ours =
			kp_object_symbol(work->original, ((const KpObjectSymbol *)symbol)->name);
		KpProofPlace *copy;

		if (ours == NULL || g_hash_table_contains(work->proof->places, ours))
			continue;
		copy = g_memdup2(value, sizeof(*copy));
		copy->name = g_strdup(copy->name);
		g_hash_table_insert(work->proof->places, (gpointer)ours, copy);
	}
}

static gboolean prove_one(KpBuild *build, KpWork *work, GError **error)
{
	const KpOracle oracle = { .kernel = work->module == NULL ? build->kernel : NULL,
				  .module = work->module };
	g_autofree char *path = object_path(build, work, "plain");
	g_autoptr(KpObject) plain = NULL;
	g_autoptr(KpProof) proof = NULL;

	work->proof = kp_prove(work->original, &oracle);
	if (work->proof->count[KP_PROOF_DIFFERS] + work->proof->count[KP_PROOF_AMBIGUOUS] == 0)
		return TRUE;
	if (!kp_objects_compile_as(&build->objects, work->command, work->object, build->objects.tree,
				   path, TRUE, error))
		return FALSE;
	plain = kp_object_open(path, error);
	if (plain == NULL)
		return FALSE;
	proof = kp_prove(plain, &oracle);
	take_over(work, proof);
	return TRUE;
}

gboolean kp_build_proofs(KpBuild *build, GError **error)
{
	for (guint i = 0; i < build->works->len; i++) {
		kp_build_progress(build, "proving", i + 1, build->works->len);
		if (!prove_one(build, work_at(build, i), error))
			return FALSE;
	}
	return TRUE;
}

static gboolean sign(const KpBuild *build, const char *path, GError **error)
{
	const KpBuildOptions *options = build->options;
	const char *argv[12] = { "kpatch-sign", "sign", "--quiet", "--key", options->key, "--cert",
				 options->cert, NULL };
	guint n = 7;

	if (options->passphrase != NULL) {
		argv[n++] = "--passphrase-file";
		argv[n++] = options->passphrase;
	}
	argv[n++] = path;
	return kp_command_run(".", argv, build->log, "signing the module", error);
}

/* Under its own name only when all is done: what is half made is never there. */
static gboolean publish(KpBuild *build, const char *from, GError **error)
{
	g_autofree char *name = g_path_get_basename(from), *text = NULL;
	gsize size;

	if (!kp_make_folder(build->options->output, error) ||
	    !g_file_get_contents(from, &text, &size, error))
		return FALSE;
	build->made = kp_below(build->options->output, name);
	return g_file_set_contents(build->made, text, (gssize)size, error);
}

static gboolean finish(KpBuild *build, const char *path, const GPtrArray *emitted,
		       const GPtrArray *patched, GError **error)
{
	if (build->options->last == KP_STAGE_MODULE)
		return publish(build, path, error);
	kp_build_progress(build, "reading the module back", 0, 0);
	build->stage = KP_STAGE_CHECK;
	if (!kp_check(path, emitted, patched, error))
		return FALSE;
	if (build->options->last == KP_STAGE_SIGN) {
		build->stage = KP_STAGE_SIGN;
		if (build->options->key != NULL && !sign(build, path, error))
			return FALSE;
	}
	return publish(build, path, error);
}

gboolean kp_build_module(KpBuild *build, GError **error)
{
	const KpBuildOptions *options = build->options;
	g_autofree char *folder = kp_below(build->folder, "module"), *path = NULL;
	g_autofree char *version = g_strdup_printf("%s-%s", options->version, options->release);
	g_autoptr(GPtrArray) emitted = g_ptr_array_new(), patched = g_ptr_array_new();
	KpModuleRequest request = {
		.kdir = options->kdir, .kit = options->kit, .folder = folder, .core = build->core,
		.name = options->name, .version = version,
		.kpatch = build->objects.kpatch, .keep = options->non_replace, .emitted = emitted,
		.targets = build->targets, .cves = options->cves, .jobs = (guint)options->jobs, .log = build->log,
	};

	build->stage = KP_STAGE_MODULE;
	kp_build_progress(build, "building the module", 0, 0);
	for (guint i = 0; i < build->works->len; i++) {
		if (work_at(build, i)->emitted == NULL)
			continue;
		g_ptr_array_add(emitted, work_at(build, i)->emitted);
		g_ptr_array_add(patched, work_at(build, i)->patched);
	}
	path = kp_module_make(&request, error);
	return path != NULL && finish(build, path, emitted, patched, error);
}
