/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a patch wants is read from its file, and looked for in what the kernel has. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fixture.h"
#include "live/resolve.h"
#include "live/wanted.h"
#include "sample.h"

#define OBJECT_FILE "tests/unit/libkpwanted_a-wanted-sample.o"
#define KLP_FILE "tests/unit/libkpwanted_a-klp-sample.o"

typedef struct {
	KpHost *host;
	KpCandidates *candidates;
	KpPatch *patch;
	GPtrArray *reasons;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
	g_autofree char *path = g_build_filename(g_getenv("BUILDDIR"), OBJECT_FILE, NULL);

	scene->host = sample_host();
	scene->host->root = fixture_folder();
	scene->candidates = sample_candidates();
	scene->patch = sample_patch(scene->candidates, KP_ORIGIN_PACKAGE, "1-2");
	scene->patch->fd = open(path, O_RDONLY | O_CLOEXEC);
	g_assert_cmpint(scene->patch->fd, >=, 0);
	scene->reasons = g_ptr_array_new_with_free_func(g_free);
	fixture_write(scene->host->root, "sys/module/loaded/initstate", "live\n", -1);
}

static void tear_down(Scene *scene, gconstpointer data)
{
	fixture_remove(scene->host->root);
	scene->host->root = NULL;
	kp_host_free(scene->host);
	kp_candidates_free(scene->candidates);
	g_ptr_array_unref(scene->reasons);
}

static gboolean has(const Scene *scene, const char *part)
{
	for (guint i = 0; i < scene->reasons->len; i++)
		if (strstr(g_ptr_array_index(scene->reasons, i), part) != NULL)
			return TRUE;
	return FALSE;
}

static guint count_kind(const GPtrArray *wanted, KpWantedKind kind)
{
	guint count = 0;

	for (guint i = 0; i < wanted->len; i++)
		count += ((const KpWanted *)g_ptr_array_index(wanted, i))->kind == kind;
	return count;
}

static void test_read(Scene *scene, gconstpointer data)
{
	g_autoptr(GPtrArray) wanted = kp_wanted_read(scene->patch->fd);
	g_auto(GStrv) objects = kp_wanted_objects(wanted);
	g_autofree char *all = g_strjoinv(" ", objects);

	g_assert_cmpuint(count_kind(wanted, KP_WANTED_FUNCTION), ==, 10);
	g_assert_cmpuint(count_kind(wanted, KP_WANTED_SYMBOL), ==, 2);
	g_assert_cmpuint(count_kind(wanted, KP_WANTED_IMPORT), >=, 3);
	g_assert_cmpstr(all, ==, "\"vmlinux\" absent loaded tcp_cubic vmlinux");
}

static void test_no_module(Scene *scene, gconstpointer data)
{
	g_autoptr(GPtrArray) wanted = NULL;

	close(scene->patch->fd);
	scene->patch->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	wanted = kp_wanted_read(scene->patch->fd);
	g_assert_cmpuint(wanted->len, ==, 0);
}

static int open_built(const char *name)
{
	g_autofree char *path = g_build_filename(g_getenv("BUILDDIR"), name, NULL);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	g_assert_cmpint(fd, >=, 0);
	return fd;
}

/* kp_patch_open() takes them where the module's information lists none. */
static void test_opened(const Scene *scene, const char *functions)
{
	g_autofree char *built = g_build_filename(g_getenv("BUILDDIR"), KLP_FILE, NULL);
	g_autofree char *bytes = NULL, *path = g_build_filename(scene->host->root, "klp.ko", NULL);
	g_autofree char *all = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(KpPatch) patch = NULL;
	gsize size;

	g_assert_true(g_file_get_contents(built, &bytes, &size, NULL));
	fixture_write(scene->host->root, "klp.ko", bytes, (gssize)size);
	patch = kp_patch_open(path, KP_ORIGIN_FILE, geteuid(), &error);
	g_assert_no_error(error);
	all = g_strjoinv(" ", patch->funcs);
	g_assert_cmpstr(all, ==, functions);
}

static void test_klp(Scene *scene, gconstpointer data)
{
	int fd = open_built(KLP_FILE);
	g_autoptr(GPtrArray) wanted = kp_wanted_read(fd);
	g_auto(GStrv) functions = kp_wanted_functions(fd);
	g_autofree char *all = g_strjoinv(" ", functions);

	g_assert_cmpstr(all, ==, "vmlinux:do_there vmlinux:do_twice loaded:do_loaded absent:do_absent");
	for (guint i = 0; i < wanted->len; i++) {
		const KpWanted *entry = g_ptr_array_index(wanted, i);

		if (g_str_equal(entry->name, "do_twice"))
			g_assert_cmpuint(entry->sympos, ==, 2);
	}
	close(fd);
	test_opened(scene, all);
	close(scene->patch->fd);
	scene->patch->fd = open_built(KLP_FILE);
	kp_resolve_objects(scene->host, scene->patch, scene->reasons);
	g_assert_cmpuint(scene->reasons->len, ==, 0);
}

/* Whoever may name a file may name a damaged one. */
static void test_damaged(Scene *scene, gconstpointer data)
{
	g_autofree char *path = g_build_filename(g_getenv("BUILDDIR"), data, NULL);
	g_autofree char *bytes = NULL;
	int fd = memfd_create("damaged", MFD_CLOEXEC);
	gsize size;

	g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	g_assert_cmpint(pwrite(fd, bytes, size, 0), ==, (gssize)size);
	for (gsize at = 0; at < size; at++) {
		const char other = (char)(bytes[at] ^ (at % 2 == 0 ? 0xff : 0x01));
		g_autoptr(GPtrArray) wanted = NULL;

		g_assert_cmpint(pwrite(fd, &other, 1, (off_t)at), ==, 1);
		wanted = kp_wanted_read(fd);
		for (guint i = 0; i < wanted->len; i++)
			g_assert_nonnull(((const KpWanted *)g_ptr_array_index(wanted, i))->name);
		g_assert_cmpint(pwrite(fd, bytes + at, 1, (off_t)at), ==, 1);
	}
	close(fd);
}

static void test_objects(Scene *scene, gconstpointer data)
{
	kp_resolve_objects(scene->host, scene->patch, scene->reasons);
	g_assert_cmpuint(scene->reasons->len, ==, 1);
	g_assert_true(has(scene, "no module can be called \"vmlinux\""));
	/* built in: a folder, and not the file that modules have there */
	fixture_write(scene->host->root, "sys/module/tcp_cubic/parameters/beta", "717\n", -1);
	kp_resolve_objects(scene->host, scene->patch, scene->reasons);
	g_assert_true(has(scene, "tcp_cubic is built into this kernel"));
}

static void test_listed(Scene *scene, gconstpointer data)
{
	fixture_write(scene->host->root, "lib/modules/" SAMPLE_KVER "/modules.builtin",
		      "kernel/net/ipv4/tcp_cubic.ko\nkernel/fs/absent-not.ko\n", -1);
	kp_resolve_objects(scene->host, scene->patch, scene->reasons);
	g_assert_cmpuint(scene->reasons->len, ==, 2);
	g_assert_true(has(scene, "tcp_cubic is built into this kernel"));
}

#define FUNCTIONS "0000000000000000 T do_there\n0000000000000000 t do_twice\n" \
	"0000000000000000 t do_twice\n0000000000000000 t do_loaded\t[loaded]\n" \
	"0000000000000000 t do_msising\t[loaded]\n0000000000000000 t do_absent\n" \
	"0000000000000000 T hidden\n"

static void test_symbols(Scene *scene, gconstpointer data)
{
	fixture_write(scene->host->root, "proc/kallsyms", FUNCTIONS
		      "0000000000000000 D hidden_variable\n0000000000000000 T sample_export\n"
		      "0000000000000000 T kpatch_sample\n0000000000000000 D _GLOBAL_OFFSET_TABLE_\n", -1);
	kp_resolve_symbols(scene->host, scene->patch, scene->reasons);
	g_assert_true(has(scene, "replaces the function do_msising of vmlinux, and there is none"));
	g_assert_true(has(scene, "replaces the function do_there of loaded, and there is none"));
	g_assert_true(has(scene, "do_twice of vmlinux, of which there are 2, and does not say which"));
	g_assert_true(has(scene, "do_twice of vmlinux, the 3. of that name, and there are only 2"));
	/* sanitizers may have brought symbols of their own */
	g_assert_false(has(scene, "do_there of vmlinux"));
	g_assert_false(has(scene, "do_absent"));
	g_assert_false(has(scene, "do_loaded"));
	g_assert_false(has(scene, "hidden"));
	g_assert_false(has(scene, "sample"));
}

static void test_missing(Scene *scene, gconstpointer data)
{
	fixture_write(scene->host->root, "proc/kallsyms", FUNCTIONS
		      "0000000000000000 D something\n0000000000000000 D _GLOBAL_OFFSET_TABLE_\n", -1);
	kp_resolve_symbols(scene->host, scene->patch, scene->reasons);
	g_assert_true(has(scene, "uses the symbol hidden_variable of vmlinux, and there is none"));
	g_assert_true(has(scene, "uses the symbol sample_export, which neither"));
	g_assert_true(has(scene, "uses the symbol kpatch_sample, which neither"));
	g_assert_false(has(scene, "weak"));
	g_ptr_array_set_size(scene->reasons, 0);
	/* the core module is not loaded: it will bring its own */
	scene->host->has_core = FALSE;
	kp_resolve_symbols(scene->host, scene->patch, scene->reasons);
	g_assert_false(has(scene, "kpatch_sample"));
	g_assert_true(has(scene, "sample_export"));
}

/* Without CONFIG_KALLSYMS_ALL variables are not listed, and without /proc nothing is. */
static void test_unknown(Scene *scene, gconstpointer data)
{
	kp_resolve_symbols(scene->host, scene->patch, scene->reasons);
	g_assert_cmpuint(scene->reasons->len, ==, 0);
	fixture_write(scene->host->root, "proc/kallsyms", FUNCTIONS, -1);
	kp_resolve_symbols(scene->host, scene->patch, scene->reasons);
	g_assert_false(has(scene, "the symbol"));
	g_assert_true(has(scene, "do_msising"));
	g_ptr_array_set_size(scene->reasons, 0);
	g_free(scene->host->kver);
	scene->host->kver = g_strdup("6.99");
	kp_resolve_symbols(scene->host, scene->patch, scene->reasons);
	g_assert_cmpuint(scene->reasons->len, ==, 0);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *path;
		void (*run)(Scene *, gconstpointer);
		const char *file;
	} rows[] = {
		{ "/resolve/read", test_read, NULL },
		{ "/resolve/no-module", test_no_module, NULL },
		{ "/resolve/klp", test_klp, NULL },
		{ "/resolve/damaged", test_damaged, OBJECT_FILE },
		{ "/resolve/damaged-klp", test_damaged, KLP_FILE },
		{ "/resolve/objects", test_objects, NULL },
		{ "/resolve/listed", test_listed, NULL },
		{ "/resolve/symbols", test_symbols, NULL },
		{ "/resolve/missing", test_missing, NULL },
		{ "/resolve/unknown", test_unknown, NULL },
	};

	g_test_init(&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_test_add(rows[i].path, Scene, rows[i].file, set_up, rows[i].run, tear_down);
	return g_test_run();
}
