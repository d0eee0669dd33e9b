/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: the state. Whatever is in state.db, who reads it changes nothing, and who
 * writes has a state in the end that works, or an error. What was there is written over
 * by nobody, and no hold gets lost unless that is in doubt. */
#include "fuzz.h"

#include <string.h>

#include "base/state.h"
#include "folder.h"

#define KVER "6.1.0-1-amd64"
#define AT 1234567

static char *state_folder(void)
{
	return g_path_get_dirname(KP_STATE_FILE);
}

static gboolean same_bytes(const char *path, const guint8 *data, gsize size)
{
	g_autofree char *text = NULL;
	gsize length;

	return g_file_get_contents(path, &text, &length, NULL) && length == size &&
	       memcmp(text, data, size) == 0;
}

/* All that a command reads; the holds. NULL: they cannot be read. */
static GPtrArray *read_all(KpState *state)
{
	g_autoptr(GPtrArray) history = kp_state_history(state, NULL, 0, NULL);
	g_autoptr(KpRecord) last = NULL, load = NULL;
	g_autoptr(KpAttempt) attempt = NULL;
	g_autoptr(KpGood) good = NULL;

	kp_state_last_record(state, KVER, "done", &last, NULL);
	kp_state_last_load(state, KVER, "kpatch_test", &load, NULL);
	kp_state_live_since(state, KVER, "kpatch_test", "boot");
	kp_state_attempt(state, KVER, &attempt, NULL);
	kp_state_last_good(state, KVER, &good, NULL);
	kp_state_is_good(state, KVER, "digest");
	return kp_state_holds(state, NULL, NULL);
}

static void check_error(const KpState *state, const GError *error)
{
	g_assert_true((state == NULL) == (error != NULL));
	g_assert_true(error == NULL || *error->message != '\0');
}

static GPtrArray *look(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpState) state = kp_state_open(fuzz_folder(), FALSE, &error);
	gboolean whole;

	check_error(state, error);
	if (state == NULL)
		state = kp_state_open_remains(fuzz_folder(), &whole);
	return state != NULL ? read_all(state) : NULL;
}

static gboolean is_among(const GPtrArray *holds, const KpHold *wanted)
{
	for (guint i = 0; i < holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(holds, i);

		if (hold->kind == wanted->kind && g_str_equal(hold->kver, wanted->kver) &&
		    g_str_equal(hold->sha256, wanted->sha256))
			return TRUE;
	}
	return FALSE;
}

static void check_holds(KpState *state, const GPtrArray *before)
{
	g_autoptr(GPtrArray) after = kp_state_holds(state, NULL, NULL);

	if (kp_state_is_doubted(state) || before == NULL)
		return;
	g_assert_nonnull(after);
	for (guint i = 0; i < before->len; i++)
		g_assert_true(is_among(after, g_ptr_array_index(before, i)));
}

/* What was set aside has its bytes still. */
static void check_aside(const char *folder, const guint8 *data, gsize size)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	gboolean found = FALSE;
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		found |= strstr(name, ".corrupt-") != NULL && same_bytes(path, data, size);
	}
	g_assert_true(found);
}

static void check_works(KpState *state)
{
	char none[] = "", kver[] = KVER, action[] = "apply", name[] = "kpatch_test",
	     version[] = "1-1", digest[] = "digest", backend[] = "kpatch", result[] = "done";
	const KpRecord record = { AT, none, kver, action, name, version, digest, backend, result,
				  none, NULL, NULL, NULL };
	g_autoptr(KpRecord) last = NULL;
	g_autoptr(GPtrArray) holds = read_all(state);
	g_autoptr(GError) error = NULL;

	if (!kp_state_add_record(state, &record, &error)) {
		g_assert_true(*error->message != '\0');
		return;
	}
	g_assert_true(kp_state_last_record(state, NULL, NULL, &last, NULL));
	g_assert_cmpint(last->at, ==, AT);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *inner = state_folder(), *file = NULL, *folder = NULL;
	g_autoptr(GPtrArray) before = NULL;
	g_autoptr(KpState) state = NULL;
	g_autoptr(GError) error = NULL;

	fuzz_empty(inner);
	fuzz_write(KP_STATE_FILE, data, size);
	file = g_build_filename(fuzz_folder(), KP_STATE_FILE, NULL);
	folder = g_path_get_dirname(file);
	before = look();
	g_assert_true(same_bytes(file, data, size));

	state = kp_state_open(fuzz_folder(), TRUE, &error);
	check_error(state, error);
	if (state == NULL)
		return 0;
	if (kp_state_warning(state) != NULL)
		check_aside(folder, data, size);
	check_holds(state, before);
	check_works(state);
	return 0;
}
