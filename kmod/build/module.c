/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "module.h"

#include <string.h>

#include "base/error.h"
#include "command.h"
#include "postlink.h"

static const char *backend(const KpModuleRequest *request)
{
	return request->kpatch ? "kpatch" : "livepatch";
}

static char *checksum(const KpModuleRequest *request)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (guint i = 0; i < request->emitted->len; i++) {
		const KpEmitted *emitted = g_ptr_array_index(request->emitted, i);

		g_checksum_update(sum, (const guchar *)emitted->text, -1);
	}
	return g_strdup(g_checksum_get_string(sum));
}

/* Which build of each module was looked at: kpatch-manager refuses the patch on others. And
 * which CVEs it fixes. */
static gboolean write_information(const KpModuleRequest *request, GError **error)
{
	g_autoptr(GString) text = g_string_new("/* SPDX-License-Identifier: GPL-2.0-only */\n"
					       "#include <linux/module.h>\n");
	g_autofree char *path = kp_below(request->folder, "information.c");

	for (guint i = 0; i < request->targets->len; i++)
		g_string_append_printf(text, "MODULE_INFO(kpatch_target, \"%s\");\n",
				       (const char *)g_ptr_array_index(request->targets, i));
	for (char **cve = request->cves; cve != NULL && *cve != NULL; cve++)
		g_string_append_printf(text, "MODULE_INFO(kpatch_cve, \"%s\");\n", *cve);
	return kp_write_file(path, text->str, error);
}

static gboolean write_kbuild(const KpModuleRequest *request, GError **error)
{
	g_autofree char *path = kp_below(request->folder, "Kbuild"), *sum = checksum(request);
	g_autoptr(GString) text = g_string_new("# SPDX-License-Identifier: GPL-2.0-only\n");

	g_string_append_printf(text, "obj-m := %s.o\n%s-y :=", request->name, request->name);
	for (guint i = 0; i < request->emitted->len; i++)
		g_string_append_printf(text, " code-%u.o", i);
	g_string_append_printf(text,
		" register-%s.o information.o\n"
		"ccflags-y := -I$(src)/kit -DKPATCH_BACKEND_%s -DKPATCH_PATCH_VERSION='\"%s\"' -DKPATCH_CHECKSUM='\"%s\"'%s\n"
		"ldflags-y := -T $(src)/kit/kpatch.lds\n",
		backend(request), request->kpatch ? "KPATCH" : "LIVEPATCH", request->version, sum,
		request->keep ? " -DKPATCH_KEEP_OTHERS=1" : "");
	return kp_write_file(path, text->str, error);
}

static gboolean copy_file(const char *from, const char *to, GError **error)
{
	g_autofree char *text = NULL;
	gsize length;

	return g_file_get_contents(from, &text, &length, error) &&
	       g_file_set_contents(to, text, (gssize)length, error);
}

static gboolean copy_kit(const KpModuleRequest *request, GError **error)
{
	static const char *const files[] = { "core/kpatch.h", "core/call.h", "core/lookup.h",
					     "patch/kpatch-patch.h", "patch/records.h",
					     "patch/kpatch.lds" };
	g_autofree char *kit = kp_below(request->folder, "kit"), *source = NULL, *to = NULL;
	g_autofree char *name = g_strdup_printf("register-%s.c", backend(request));
	g_autofree char *below = g_strconcat("patch/", name, NULL);

	if (!kp_make_folder(kit, error))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *from = kp_below(request->kit, files[i]);
		g_autofree char *file = kp_below(kit, strchr(files[i], '/') + 1);

		if (!copy_file(from, file, error)) {
			g_prefix_error(error, "the kit in %s is not complete, install kpatch-devel: ",
				       request->kit);
			return FALSE;
		}
	}
	source = kp_below(request->kit, below);
	to = kp_below(request->folder, name);
	return copy_file(source, to, error);
}

static gboolean write_code(const KpModuleRequest *request, GError **error)
{
	for (guint i = 0; i < request->emitted->len; i++) {
		const KpEmitted *emitted = g_ptr_array_index(request->emitted, i);
		g_autofree char *name = g_strdup_printf("code-%u.S", i);
		g_autofree char *path = kp_below(request->folder, name);

		if (!kp_write_file(path, emitted->text, error))
			return FALSE;
	}
	return TRUE;
}

/* kpatch.ko's exports have checksums, which a patch has to have too. */
static gboolean make_core(const KpModuleRequest *request, char **symvers, GError **error)
{
	g_autofree char *kdir = g_strconcat("KDIR=", request->kdir, NULL);
	g_autofree char *out = g_strconcat("O=", request->core, NULL);
	const char *argv[] = { "make", "--no-print-directory", "-C", request->kit, kdir, out, NULL };

	*symvers = kp_below(request->core, "Module.symvers");
	if (g_file_test(*symvers, G_FILE_TEST_EXISTS))
		return TRUE;
	return kp_make_folder(request->core, error) &&
	       kp_command_run(request->folder, argv, request->log, "building kpatch.ko for this kernel",
			      error);
}

static gboolean run_kbuild(const KpModuleRequest *request, GError **error)
{
	g_autofree char *m = g_strconcat("M=", request->folder, NULL), *symvers = NULL, *extra = NULL;
	g_autofree char *jobs = g_strdup_printf("-j%u", MAX(request->jobs, 1));
	const char *argv[] = { "make", "--no-print-directory", jobs, "-C", request->kdir, m, "modules",
			       NULL, NULL };

	if (request->kpatch) {
		if (!make_core(request, &symvers, error))
			return FALSE;
		extra = g_strconcat("KBUILD_EXTRA_SYMBOLS=", symvers, NULL);
		argv[G_N_ELEMENTS(argv) - 2] = extra;
	}
	return kp_command_run(request->folder, argv, request->log, "building the patch module", error);
}

static GHashTable *all_renames(const KpModuleRequest *request)
{
	GHashTable *renames = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < request->emitted->len; i++) {
		const KpEmitted *emitted = g_ptr_array_index(request->emitted, i);
		GHashTableIter iter;
		gpointer key, value;

		g_hash_table_iter_init(&iter, emitted->renames);
		while (g_hash_table_iter_next(&iter, &key, &value))
			g_hash_table_insert(renames, key, value);
	}
	return renames;
}

char *kp_module_make(const KpModuleRequest *request, GError **error)
{
	g_autofree char *file = g_strconcat(request->name, ".ko", NULL), *path = NULL;
	g_autoptr(GHashTable) renames = all_renames(request);

	if (!kp_make_folder(request->folder, error) || !copy_kit(request, error) ||
	    !write_code(request, error) || !write_information(request, error) ||
	    !write_kbuild(request, error) || !run_kbuild(request, error))
		return NULL;
	path = kp_below(request->folder, file);
	return kp_postlink(path, renames, error) ? g_steal_pointer(&path) : NULL;
}
