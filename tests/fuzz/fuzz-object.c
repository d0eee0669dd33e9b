/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An object as kpatch-build's stages read it, or a distribution's module: whatever the
 * bytes, it is refused with a reason, or compared, judged and written as text. An object
 * has nothing changed against itself. */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "kmod/build/emit.h"
#include "kmod/build/judge.h"

static gboolean exported(gpointer data, const KpObjectSymbol *symbol,
			 const KpObjectSymbol *original, KpReference *reference, GError **error)
{
	reference->kind = KP_REFERENCE_PLACED;
	reference->object = g_strdup("vmlinux");
	reference->name = g_strdup(symbol->name);
	return TRUE;
}

/* All functions, as if each had changed. */
static void emit(const KpComparison *comparison)
{
	g_autoptr(GHashTable) functions = g_hash_table_new(NULL, NULL);
	const KpEmitRequest request = { comparison, "vmlinux", TRUE, functions, exported, NULL };
	g_autoptr(KpEmitted) emitted = NULL;

	for (guint i = 0; i < comparison->twins->len; i++) {
		KpTwin *twin = g_ptr_array_index(comparison->twins, i);

		if (twin->patched != NULL && twin->original != NULL && kp_twin_is_function(twin))
			g_hash_table_add(functions, (gpointer)twin->patched);
	}
	emitted = kp_emit(&request);
	g_assert_nonnull(emitted->text);
}

static void ask(KpObject *object)
{
	g_autoptr(KpComparison) comparison = kp_compare(object, object);
	const KpOracle oracle = { NULL, object };
	g_autoptr(KpProof) proof = kp_prove(object, &oracle);
	const KpJudgeRequest request = { comparison, proof, "itself" };
	g_autoptr(KpJudgement) judgement = kp_judge(&request);

	emit(comparison);
	for (guint i = 0; i < judgement->findings->len; i++)
		g_assert_nonnull(((KpFinding *)g_ptr_array_index(judgement->findings, i))->text);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	int fd = memfd_create("object", MFD_CLOEXEC);
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	g_autoptr(GError) error = NULL;
	g_autoptr(KpObject) object = NULL;

	g_assert_cmpint(write(fd, data, size), ==, (gssize)size);
	object = kp_object_open(path, &error);
	g_assert_true((object == NULL) == (error != NULL));
	if (object != NULL)
		ask(object);
	close(fd);
	return 0;
}
