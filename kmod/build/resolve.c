/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolve.h"

#include <string.h>

#include "base/error.h"

GHashTable *kp_exports_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

/* A line is checksum, name, object, kind and perhaps namespace, with tabs between. */
static void take_export(GHashTable *exports, const char *line, const char *object)
{
	g_auto(GStrv) fields = g_strsplit(line, "\t", 5);
	g_autofree char *base = NULL;

	if (g_strv_length(fields) < 4 || (fields[4] != NULL && *g_strstrip(fields[4]) != '\0'))
		return;
	base = g_path_get_basename(fields[2]);
	g_hash_table_insert(exports, g_strdup(fields[1]),
			    g_strdup(object != NULL ? object : g_strdelimit(base, "-", '_')));
}

gboolean kp_exports_read(GHashTable *exports, const char *path, const char *object,
			 GError **error)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL)) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s cannot be read: name the folder of the kernel's headers with --kdir", path);
		return FALSE;
	}
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		take_export(exports, *line, object);
	return TRUE;
}

static gboolean refuse(GError **error, const char *name, const char *what)
{
	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "%s %s", name, what);
	return FALSE;
}

static gboolean placed(KpReference *reference, const char *object, const char *name,
		       guint position)
{
	reference->kind = KP_REFERENCE_PLACED;
	reference->object = g_strdup(object);
	reference->name = g_strdup(name);
	reference->position = position;
	return TRUE;
}

/* Of several symbols of a name at most one is global: the linker would have it. */
static guint global_position(const KpKernelSymbol *const *named, guint n)
{
	guint position = 0;

	for (guint i = 0; i < n; i++) {
		if (!g_ascii_isupper(named[i]->type))
			continue;
		if (position != 0)
			return 0;
		position = i + 1;
	}
	return position;
}

static gboolean by_name_in_kernel(const KpResolver *resolver, const KpObjectSymbol *symbol,
				  KpReference *reference, GError **error)
{
	guint n, position;
	const KpKernelSymbol *const *named = kp_kernel_named(resolver->kernel, symbol->name, &n);

	if (n == 0)
		return refuse(error, symbol->name,
			      "is not in the kernel's image: what the patch needs and the kernel does not have must be in the patch");
	if (n == 1)
		return placed(reference, "vmlinux", symbol->name, 0);
	position = symbol->bind != STB_LOCAL ? global_position(named, n) : 0;
	if (position == 0)
		return refuse(error, symbol->name,
			      "is in the kernel several times, and no unchanged function of this file tells which is meant: call it from a function that used it before");
	return placed(reference, "vmlinux", symbol->name, position);
}

/* A symbol that the module's own files define: kallsyms has it. */
static gboolean by_name_in_module(const KpResolver *resolver, const char *name,
				  KpReference *reference)
{
	const KpObjectSymbol *found = kp_object_symbol(resolver->module, name);

	if (found == NULL || kp_object_section(resolver->module, found->section) == NULL)
		return FALSE;
	return placed(reference, resolver->object, name, kp_module_position(resolver->module, found));
}

static const KpProofPlace *place_of(const KpResolver *resolver, const KpObjectSymbol *symbol,
				    const KpObjectSymbol *original)
{
	if (original == NULL)
		original = kp_object_symbol(resolver->original, symbol->name);
	return original != NULL && resolver->proof != NULL ?
	       kp_proof_place(resolver->proof, original) : NULL;
}

/* Two operands that lead to different places: nothing of that may be built upon. */
static gboolean is_contradicted(const KpResolver *resolver, const KpObjectSymbol *original)
{
	const KpProofPlace *place = resolver->proof != NULL && original != NULL ?
				    g_hash_table_lookup(resolver->proof->places, original) : NULL;

	return place != NULL && place->contradicted;
}

static gboolean resolve_elsewhere(const KpResolver *resolver, const KpObjectSymbol *symbol,
				  const char *exporter, KpReference *reference, GError **error)
{
	if (exporter != NULL && g_str_equal(exporter, "vmlinux")) {
		reference->kind = KP_REFERENCE_EXPORTED;
		reference->object = g_strdup("vmlinux");
		reference->name = g_strdup(symbol->name);
		return TRUE;
	}
	if (resolver->module == NULL)
		return by_name_in_kernel(resolver, symbol, reference, error);
	if (by_name_in_module(resolver, symbol->name, reference))
		return TRUE;
	if (exporter == NULL)
		return refuse(error, symbol->name,
			      "is neither in the module nor exported: modules cannot use it, and neither can a patch of one");
	reference->foreign = TRUE;
	return placed(reference, exporter, symbol->name, 0);
}

gboolean kp_resolve(gpointer data, const KpObjectSymbol *symbol, const KpObjectSymbol *original,
		    KpReference *reference, GError **error)
{
	const KpResolver *resolver = data;
	const char *exporter = g_hash_table_lookup(resolver->exports, symbol->name);
	const KpProofPlace *place = place_of(resolver, symbol, original);

	if (is_contradicted(resolver, original))
		return refuse(error, symbol->name,
			      "is at two places by what the kernel's code says: see 'kpatch-build --prove'");
	if (original == NULL)
		if (place == NULL || exporter != NULL || resolver->module != NULL)
			return resolve_elsewhere(resolver, symbol, exporter, reference, error);
	if (place != NULL) {
		placed(reference, resolver->object, place->name, place->position);
	} else if (resolver->module != NULL) {
		if (!by_name_in_module(resolver, original->name, reference))
			return refuse(error, original->name, "is not in the distribution's module");
		if (reference->position != 0) {
			kp_reference_clear(reference);
			return refuse(error, original->name,
				      "is in the module several times, and nothing tells which is meant");
		}
	} else if (!by_name_in_kernel(resolver, original, reference, error)) {
		return FALSE;
	}
	if (exporter != NULL && g_str_equal(exporter, "vmlinux") && symbol->bind == STB_GLOBAL)
		reference->kind = KP_REFERENCE_EXPORTED;
	return TRUE;
}
