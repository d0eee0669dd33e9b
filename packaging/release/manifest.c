/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "manifest.h"

#include <string.h>

#include "base/cve.h"
#include "base/error.h"
#include "base/names.h"

#define RELEASE "release"
#define KERNEL "kernel "

/* Where a text of a group goes, and whether it is a path. */
struct row {
	const char *key;
	gsize field;
	gboolean path;
};

static const struct row release_rows[] = {
	{ "version", G_STRUCT_OFFSET(KpManifest, version), FALSE },
	{ "release", G_STRUCT_OFFSET(KpManifest, release), FALSE },
	{ "backend", G_STRUCT_OFFSET(KpManifest, backend), FALSE },
	{ "id", G_STRUCT_OFFSET(KpManifest, id), FALSE },
	{ "title", G_STRUCT_OFFSET(KpManifest, title), FALSE },
	{ "severity", G_STRUCT_OFFSET(KpManifest, severity), FALSE },
	{ "sign", G_STRUCT_OFFSET(KpManifest, sign), FALSE },
	{ "module-key", G_STRUCT_OFFSET(KpManifest, module_key), TRUE },
	{ "module-cert", G_STRUCT_OFFSET(KpManifest, module_cert), TRUE },
	{ "passphrase-file", G_STRUCT_OFFSET(KpManifest, passphrase), TRUE },
};

static const struct row kernel_rows[] = {
	{ "source-tree", G_STRUCT_OFFSET(KpReleaseKernel, tree), TRUE },
	{ "kdir", G_STRUCT_OFFSET(KpReleaseKernel, kdir), TRUE },
	{ "image", G_STRUCT_OFFSET(KpReleaseKernel, image), TRUE },
	{ "config", G_STRUCT_OFFSET(KpReleaseKernel, config), TRUE },
	{ "modules", G_STRUCT_OFFSET(KpReleaseKernel, modules), TRUE },
};

/* Of both groups: a kernel's own take the place of the release's. */
static const char *const list_keys[] = { "diffs", "cves" };

/* A file while it is read. */
struct reading {
	GKeyFile *file;
	char *path, *folder;
};

static gboolean wrong(const struct reading *reading, const char *group, const char *what, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "%s: [%s]: %s", reading->path, group, what);
	return FALSE;
}

static void kernel_free(gpointer data)
{
	KpReleaseKernel *kernel = data;

	g_free(kernel->kver);
	for (gsize i = 0; i < G_N_ELEMENTS(kernel_rows); i++)
		g_free(G_STRUCT_MEMBER(char *, kernel, kernel_rows[i].field));
	g_strfreev(kernel->diffs);
	g_strfreev(kernel->cves);
	g_free(kernel);
}

void kp_manifest_free(KpManifest *manifest)
{
	if (manifest == NULL)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(release_rows); i++)
		g_free(G_STRUCT_MEMBER(char *, manifest, release_rows[i].field));
	g_ptr_array_unref(manifest->kernels);
	g_free(manifest);
}

/* Keys of tokens are no files. */
static char *absolute(const struct reading *reading, const char *path)
{
	return g_path_is_absolute(path) || g_str_has_prefix(path, "pkcs11:") ? g_strdup(path) :
	       g_build_filename(reading->folder, path, NULL);
}

static void take(const struct reading *reading, const char *group, const struct row *rows, gsize count,
		 void *into)
{
	for (gsize i = 0; i < count; i++) {
		g_autofree char *value = g_key_file_get_string(reading->file, group, rows[i].key, NULL);

		if (value == NULL || *value == '\0')
			continue;
		G_STRUCT_MEMBER(char *, into, rows[i].field) =
			rows[i].path ? absolute(reading, value) : g_steal_pointer(&value);
	}
}

static gboolean is_known(const char *key, const struct row *rows, gsize count)
{
	for (gsize i = 0; i < count; i++)
		if (g_str_equal(rows[i].key, key))
			return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(list_keys); i++)
		if (g_str_equal(list_keys[i], key))
			return TRUE;
	return FALSE;
}

/* A key that is misspelt would be a diff or a signature that is missing. */
static gboolean all_known(const struct reading *reading, const char *group, const struct row *rows,
			  gsize count, GError **error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(reading->file, group, NULL, NULL);

	for (char **key = keys; key != NULL && *key != NULL; key++)
		if (!is_known(*key, rows, count)) {
			g_autofree char *text = g_strdup_printf("there is no setting '%s' (kpatch-release(1) "
								"lists them)", *key);

			return wrong(reading, group, text, error);
		}
	return TRUE;
}

static char **list_of(const struct reading *reading, const char *group, const char *key)
{
	g_auto(GStrv) own = g_key_file_get_string_list(reading->file, group, key, NULL, NULL);
	GPtrArray *list = g_ptr_array_new();

	if (own == NULL)
		own = g_key_file_get_string_list(reading->file, RELEASE, key, NULL, NULL);
	for (char **entry = own; entry != NULL && *entry != NULL; entry++) {
		g_strstrip(*entry);
		if (**entry != '\0')
			g_ptr_array_add(list, g_str_equal(key, "diffs") ? absolute(reading, *entry) :
					g_strdup(*entry));
	}
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

static gboolean spell_cves(const KpReleaseKernel *kernel, const struct reading *reading, const char *group,
			   GError **error)
{
	const char *bad = kp_cve_spell(kernel->cves);
	g_autofree char *text = bad == NULL ? NULL : g_strdup_printf("'%s' is no CVE: say CVE-2026-1111", bad);

	return bad == NULL || wrong(reading, group, text, error);
}

static gboolean add_kernel(KpManifest *manifest, const struct reading *reading, const char *group,
			   GError **error)
{
	KpReleaseKernel *kernel = g_new0(KpReleaseKernel, 1);

	g_ptr_array_add(manifest->kernels, kernel);
	kernel->kver = g_strstrip(g_strdup(group + strlen(KERNEL)));
	take(reading, group, kernel_rows, G_N_ELEMENTS(kernel_rows), kernel);
	kernel->diffs = list_of(reading, group, "diffs");
	kernel->cves = list_of(reading, group, "cves");
	if (!all_known(reading, group, kernel_rows, G_N_ELEMENTS(kernel_rows), error))
		return FALSE;
	if (!kp_kver_valid(kernel->kver))
		return wrong(reading, group, "behind 'kernel' there is no uname -r", error);
	if (kernel->tree == NULL)
		return wrong(reading, group, "source-tree is missing: the source that it was made from", error);
	if (*kernel->diffs == NULL)
		return wrong(reading, group, "it has no diffs, and neither has [" RELEASE "]", error);
	if (!spell_cves(kernel, reading, group, error))
		return FALSE;
	for (char **diff = kernel->diffs; *diff != NULL; diff++)
		if (!g_file_test(*diff, G_FILE_TEST_IS_REGULAR)) {
			g_autofree char *text = g_strdup_printf("there is no diff %s", *diff);

			return wrong(reading, group, text, error);
		}
	return TRUE;
}

/* What has a use as it is not said. */
static gboolean fill_in(KpManifest *manifest, const struct reading *reading, GError **error)
{
	if (manifest->version == NULL)
		return wrong(reading, RELEASE, "version is missing", error);
	if (manifest->release == NULL)
		manifest->release = g_strdup("1");
	if ((manifest->module_key == NULL) != (manifest->module_cert == NULL))
		return wrong(reading, RELEASE, "module-key and module-cert go together", error);
	if (manifest->id == NULL)
		manifest->id = g_strdup_printf("kpatch-%s-%s", manifest->version, manifest->release);
	if (strchr(manifest->id, '/') != NULL || *manifest->id == '.')
		return wrong(reading, RELEASE, "id: a name without '/', and that begins with no '.'", error);
	if (manifest->title == NULL)
		manifest->title = g_strdup_printf("Live patch %s-%s", manifest->version, manifest->release);
	if (manifest->severity == NULL)
		manifest->severity = g_strdup("Important");
	return TRUE;
}

static gboolean read_groups(KpManifest *manifest, const struct reading *reading, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(reading->file, NULL);

	take(reading, RELEASE, release_rows, G_N_ELEMENTS(release_rows), manifest);
	if (!all_known(reading, RELEASE, release_rows, G_N_ELEMENTS(release_rows), error) ||
	    !fill_in(manifest, reading, error))
		return FALSE;
	for (char **group = groups; *group != NULL; group++) {
		if (g_str_equal(*group, RELEASE))
			continue;
		if (!g_str_has_prefix(*group, KERNEL))
			return wrong(reading, *group, "a group is [" RELEASE "] or [" KERNEL "KVER]", error);
		if (!add_kernel(manifest, reading, *group, error))
			return FALSE;
	}
	return manifest->kernels->len > 0 ||
	       wrong(reading, RELEASE, "no kernel is named: add [" KERNEL "KVER]", error);
}

KpManifest *kp_manifest_read(const char *path, GError **error)
{
	g_autoptr(KpManifest) manifest = g_new0(KpManifest, 1);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) problem = NULL;
	g_autofree char *full = g_canonicalize_filename(path, NULL);
	g_autofree char *folder = g_path_get_dirname(full);
	const struct reading reading = { file, full, folder };

	manifest->kernels = g_ptr_array_new_with_free_func(kernel_free);
	if (!g_key_file_load_from_file(file, full, G_KEY_FILE_NONE, &problem)) {
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "%s: %s", path, problem->message);
		return NULL;
	}
	return read_groups(manifest, &reading, error) ? g_steal_pointer(&manifest) : NULL;
}

static gboolean is_there(const KpManifest *manifest, const char *kver)
{
	for (guint i = 0; i < manifest->kernels->len; i++)
		if (g_str_equal(((KpReleaseKernel *)g_ptr_array_index(manifest->kernels, i))->kver, kver))
			return TRUE;
	return FALSE;
}

gboolean kp_manifest_choose(KpManifest *manifest, char **wanted, GError **error)
{
	for (char **kver = wanted; kver != NULL && *kver != NULL; kver++)
		if (!is_there(manifest, *kver)) {
			g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "the manifest has no kernel %s", *kver);
			return FALSE;
		}
	for (guint i = 0; i < manifest->kernels->len; i++) {
		KpReleaseKernel *kernel = g_ptr_array_index(manifest->kernels, i);

		kernel->chosen = wanted == NULL ||
				 g_strv_contains((const char *const *)wanted, kernel->kver);
	}
	return TRUE;
}
