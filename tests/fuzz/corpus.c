/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a fuzz target over its corpus as an ordinary test: each input as it is,
 * and changed in ways that are the same in every run. An input is a text file,
 * base64 below lines that begin with '#', in the folder of the target's name
 * below $CORPUS. */
#include <string.h>

#include "fuzz.h"

#ifndef ROUNDS
#define ROUNDS 500
#endif

/* values that lengths and offsets go wrong with */
static const guint64 extremes[] = {
	0, 1, 63, 64, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff,
	G_MAXINT64, G_MAXUINT64, G_MAXUINT64 - 63,
};

static guint8 *read_input(const char *path, gsize *size)
{
	g_autofree char *text = NULL;
	g_autoptr(GString) body = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		if (**line != '#')
			g_string_append(body, *line);
	return g_base64_decode(body->str, size);
}

/* One to three places get another byte or an extreme value. */
static void change(GRand *rand, guint8 *copy, gsize size)
{
	for (int n = g_rand_int_range(rand, 1, 4); n > 0; n--) {
		gsize at = (gsize)g_rand_int_range(rand, 0, (gint32)size);
		gsize width = (gsize)1 << g_rand_int_range(rand, 0, 4);
		guint64 value = extremes[g_rand_int_range(rand, 0, G_N_ELEMENTS(extremes))];

		if (g_rand_boolean(rand))
			copy[at] = (guint8)g_rand_int(rand);
		else
			memcpy(copy + at, &value, MIN(width, size - at));
	}
}

static void run_input(gconstpointer data)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);
	gsize size;
	g_autofree guint8 *input = read_input(data, &size);

	LLVMFuzzerTestOneInput(input, size);
	for (int i = 0; size > 0 && i < ROUNDS; i++) {
		g_autofree guint8 *copy = g_memdup2(input, size);
		gsize length = g_rand_int_range(rand, 0, 8) == 0 ?
			       (gsize)g_rand_int_range(rand, 0, (gint32)size) : size;

		change(rand, copy, size);
		LLVMFuzzerTestOneInput(copy, length);
	}
}

#ifndef KP_LIBFUZZER	/* which has a main() of its own */
int main(int argc, char **argv)
{
	g_autofree char *program = g_path_get_basename(argv[0]);
	g_autofree char *corpus = g_build_filename(g_getenv("CORPUS"),
						   program + strlen("test-"), NULL);
	g_autoptr(GDir) dir = g_dir_open(corpus, 0, NULL);
	const char *name;

	g_test_init(&argc, &argv, NULL);
	g_assert_nonnull(dir);
	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *test = g_strdup_printf("/fuzz/%s", name);

		g_test_add_data_func_full(test, g_build_filename(corpus, name, NULL), run_input,
					  g_free);
	}
	return g_test_run();
}
#endif
