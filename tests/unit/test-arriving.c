/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "base/arriving.h"
#include "base/error.h"
#include "fixture.h"

/* Names that packages may have, and that a list of lines must survive. */
static const char *const paths[] = {
	"/usr/lib/kpatch/5.14.0-1.x86_64/a.ko",
	"/usr/lib/kpatch/5.14.0-1.x86_64/with blank\nand line.ko",
	"/usr/lib/kpatch/5.14.0-1.x86_64/back\\slash \303\244.ko",
};

static GPtrArray *sample_files(void)
{
	GPtrArray *files = g_ptr_array_new_with_free_func((GDestroyNotify)kp_package_file_free);

	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		KpPackageFile *file = g_new0(KpPackageFile, 1);

		file->path = g_strdup(paths[i]);
		file->algorithm = g_strdup("sha256");
		file->digest = g_strdup_printf("%064d", (int)i);
		g_ptr_array_add(files, file);
	}
	return files;
}

static void test_list(void)
{
	char *root = fixture_folder();
	g_autoptr(GPtrArray) files = sample_files();
	g_autoptr(GPtrArray) read = NULL;
	g_autoptr(GError) error = NULL;
	int fd = kp_arriving_begin(root, files, &error);

	g_assert_no_error(error);
	read = kp_arriving_read(root);
	g_assert_cmpuint(read->len, ==, G_N_ELEMENTS(paths));
	for (guint i = 0; i < read->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(read, i);

		g_assert_cmpstr(file->path, ==, paths[i]);
		g_assert_cmpstr(file->algorithm, ==, "sha256");
		g_assert_cmpuint(strlen(file->digest), ==, 64);
	}
	close(fd);
	fixture_remove(root);
}

/* Killed is who has left a list that nobody holds. */
static void test_left(void)
{
	char *root = fixture_folder();
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autofree char *warning = NULL;
	int fd = kp_arriving_begin(root, none, NULL);

	g_assert_cmpint(fd, >=, 0);
	g_assert_false(kp_arriving_is_left(root));
	g_assert_null(kp_arriving_warning(root));
	close(fd);
	g_assert_true(kp_arriving_is_left(root));
	warning = kp_arriving_warning(root);
	g_assert_nonnull(strstr(warning, "kpatch-manager update"));
	/* the next one takes it over */
	fd = kp_arriving_begin(root, none, NULL);
	g_assert_false(kp_arriving_is_left(root));
	kp_arriving_end(root);
	close(fd);
	g_assert_false(kp_arriving_is_left(root));
	fixture_remove(root);
}

static void test_damaged(void)
{
	static const char *const texts[] = {
		"", "\n", "something else\nsha256 00 /usr/lib/kpatch/x/a.ko\n",
		"kpatch-manager arriving 1\nsha256 00\n\nsha256",
	};

	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		char *root = fixture_folder();
		g_autoptr(GPtrArray) read = NULL;

		fixture_write(root, KP_ARRIVING_FILE, texts[i], -1);
		read = kp_arriving_read(root);
		g_assert_cmpuint(read->len, ==, 0);
		fixture_remove(root);
	}
}

/* What cannot be written down is not begun. */
static void test_no_place(void)
{
	char *root = fixture_folder();
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GError) error = NULL;

	fixture_write(root, "/var/lib/kpatch", "a file", -1);
	g_assert_cmpint(kp_arriving_begin(root, none, &error), ==, -1);
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	g_assert_nonnull(strstr(error->message, "nothing was changed"));
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/arriving/list", test_list);
	g_test_add_func("/arriving/left", test_left);
	g_test_add_func("/arriving/damaged", test_damaged);
	g_test_add_func("/arriving/no-place", test_no_place);
	return g_test_run();
}
