/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "fixture.h"
#include "live/modinfo.h"
#include "live/patch.h"

static const char *const two_cves[] = { "CVE-2026-1", "CVE-2026-2", NULL };
static const FixtureModule good = { .name = "kpatch_a_1_2", .kver = "6.1.0-56-amd64",
				    .version = "1-2", .cves = two_cves, .funcs = TRUE };

static void refused(GBytes *bytes, const char *reason)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(KpModinfo) info = kp_modinfo_parse(bytes, &error);

	g_assert_null(info);
	g_assert_error(error, KP_ERROR, KP_ERROR_REFUSED);
	if (reason != NULL)
		g_assert_nonnull(g_strstr_len(error->message, -1, reason));
}

static void test_replaces(void)
{
	static const char *const entries[] = { "kpatch_func=vmlinux:do_x", "kpatch_func=nfsd:do_y",
					       "kpatch_target=nfsd:0123ABC", NULL };
	static const char *const funcs[] = { "vmlinux:do_x", "nfsd:do_y", NULL };
	static const char *const targets[] = { "nfsd:0123ABC", NULL };
	const FixtureModule module = { .name = "a", .kver = "6.1", .entries = entries };
	g_autoptr(GBytes) bytes = fixture_module(&module);
	g_autoptr(KpModinfo) info = kp_modinfo_parse(bytes, NULL);

	g_assert_true(g_strv_equal((const char *const *)info->funcs, funcs));
	g_assert_true(g_strv_equal((const char *const *)info->targets, targets));
	g_assert_null(info->cves[0]);
}

/* What a module does to those before it is in its struct klp_patch, or is its parameter. */
static void test_takes_the_place(void)
{
	static const struct {
		gboolean livepatch;
		gboolean no_parameter;
		const char *klp;
		KpReplaces replaces;
	} rows[] = {
		{ TRUE, FALSE, "yes", KP_REPLACES_ALL },
		{ TRUE, FALSE, "no", KP_REPLACES_NONE },
		{ TRUE, FALSE, "both", KP_REPLACES_UNKNOWN },
		{ TRUE, FALSE, NULL, KP_REPLACES_UNKNOWN },
		{ FALSE, FALSE, NULL, KP_REPLACES_ALL },
		{ FALSE, TRUE, NULL, KP_REPLACES_NONE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const FixtureModule module = {
			.name = "a", .kver = "6.1", .livepatch = rows[i].livepatch, .klp = rows[i].klp,
			.funcs = !rows[i].livepatch, .no_replace = rows[i].no_parameter,
		};
		g_autoptr(GBytes) bytes = fixture_module(&module);
		g_autoptr(KpModinfo) info = kp_modinfo_parse(bytes, NULL);

		g_assert_nonnull(info);
		g_assert_cmpint(info->replaces, ==, rows[i].replaces);
	}
}

/* Wherever the bytes of such a file are wrong, nothing is read outside of it. */
static void test_takes_no_place_outside(void)
{
	const FixtureModule module = { .name = "a", .kver = "6.1", .livepatch = TRUE, .klp = "yes" };
	g_autoptr(GBytes) bytes = fixture_module(&module);
	gsize size;
	const guint8 *content = g_bytes_get_data(bytes, &size);

	for (gsize at = 0; at < size; at++) {
		g_autofree guint8 *copy = g_memdup2(content, size);
		g_autoptr(KpModinfo) info = NULL;
		g_autoptr(GBytes) damaged = NULL;

		copy[at] ^= 0xff;
		damaged = g_bytes_new(copy, size);
		info = kp_modinfo_parse(damaged, NULL);
	}
}

static void test_signature(void)
{
	static const char magic[] = "~Module signature appended~\n";
	g_autoptr(GBytes) bytes = fixture_module(&good);
	g_autoptr(GByteArray) content = g_byte_array_new();
	char *root = fixture_folder();
	gsize size;
	gconstpointer data = g_bytes_get_data(bytes, &size);

	for (guint cut = 0; cut < 2; cut++) {
		const char *name = cut == 0 ? "signed.ko" : "cut.ko";
		g_autofree char *path = g_build_filename(root, name, NULL);
		g_autoptr(KpPatch) patch = NULL;

		g_byte_array_set_size(content, 0);
		g_byte_array_append(content, data, (guint)size);
		g_byte_array_append(content, (const guint8 *)magic, sizeof(magic) - 1 - cut);
		fixture_write(root, name, content->data, content->len);
		patch = kp_patch_open(path, KP_ORIGIN_FILE, geteuid(), NULL);
		g_assert_nonnull(patch);
		g_assert_cmpint(patch->has_signature, ==, cut == 0);
	}
	fixture_remove(root);
}

static void test_good(void)
{
	g_autoptr(GBytes) bytes = fixture_module(&good);
	g_autoptr(GError) error = NULL;
	g_autoptr(KpModinfo) info = kp_modinfo_parse(bytes, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(info->name, ==, "kpatch_a_1_2");
	g_assert_cmpstr(info->version, ==, "1-2");
	g_assert_true(g_str_has_prefix(info->vermagic, "6.1.0-56-amd64 "));
	g_assert_true(info->kpatch_funcs);
	g_assert_false(info->livepatch);
	g_assert_true(g_strv_equal((const char *const *)info->cves, two_cves));
}

static void test_wrong_kind(void)
{
	FixtureModule nameless = good, timeless = good, foreign = good;
	g_autoptr(GBytes) text = g_bytes_new_static("hello", 5);
	g_autofree char *zeros = g_malloc0(4096);
	g_autoptr(GBytes) zero = g_bytes_new(zeros, 4096);
	g_autoptr(GBytes) bytes = NULL, other = NULL, third = NULL;

	refused(text, "too short");
	refused(zero, "ELF");
	nameless.name = NULL;
	refused(bytes = fixture_module(&nameless), "no name");
	timeless.kver = NULL;
	refused(other = fixture_module(&timeless), "vermagic");
	foreign.machine = EM_AARCH64;
	refused(third = fixture_module(&foreign), "x86-64");
}

/* The section table is at the end: a file cut anywhere is not whole. */
static void test_truncated(void)
{
	g_autoptr(GBytes) bytes = fixture_module(&good);

	for (gsize size = 0; size < g_bytes_get_size(bytes); size++) {
		g_autoptr(GBytes) cut = g_bytes_new(g_bytes_get_data(bytes, NULL), size);

		refused(cut, size < sizeof(Elf64_Ehdr) ? "too short" : "truncated");
	}
}

/* Whatever single bit is wrong, it is parsed or refused, never followed. */
static void test_flipped(void)
{
	g_autoptr(GBytes) bytes = fixture_module(&good);
	gsize size;
	const guint8 *original = g_bytes_get_data(bytes, &size);

	for (gsize bit = 0; bit < size * 8; bit++) {
		guint8 *copy = g_memdup2(original, size);
		g_autoptr(GBytes) changed = NULL;
		g_autoptr(GError) error = NULL;
		g_autoptr(KpModinfo) info = NULL;

		copy[bit / 8] ^= (guint8)(1 << bit % 8);
		changed = g_bytes_new_take(copy, size);
		info = kp_modinfo_parse(changed, &error);
		g_assert_true((info == NULL) == (error != NULL));
	}
}

static GBytes *with_header(void (*change)(Elf64_Ehdr *))
{
	g_autoptr(GBytes) bytes = fixture_module(&good);
	gsize size;
	guint8 *copy = g_memdup2(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));

	size = g_bytes_get_size(bytes);
	change((Elf64_Ehdr *)copy);
	return g_bytes_new_take(copy, size);
}

static void many_sections(Elf64_Ehdr *header) { header->e_shnum = 0xfeff; }
static void no_sections(Elf64_Ehdr *header) { header->e_shnum = 0; }
static void far_table(Elf64_Ehdr *header) { header->e_shoff = G_MAXUINT64 - 64; }
static void far_names(Elf64_Ehdr *header) { header->e_shstrndx = 0xfefe; }
static void odd_entries(Elf64_Ehdr *header) { header->e_shentsize = 1; }
static void executable(Elf64_Ehdr *header) { header->e_type = ET_EXEC; }

static void test_headers(void)
{
	static void (*const changes[])(Elf64_Ehdr *) = {
		many_sections, no_sections, far_table, far_names, odd_entries, executable,
	};

	for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
		g_autoptr(GBytes) bytes = with_header(changes[i]);

		refused(bytes, NULL);
	}
}

static void test_endless_value(void)
{
	FixtureModule module = good, open_end = good;
	g_autofree char *name = g_strnfill(5000, 'x');
	g_autoptr(GBytes) bytes = NULL, other = NULL;

	module.salt = name;
	refused(bytes = fixture_module(&module), "too long");
	open_end.endless = TRUE;
	refused(other = fixture_module(&open_end), "does not end");
}

static KpPatch *open_as(const FixtureModule *module, const char *folder, int mode,
			GError **error)
{
	g_autoptr(GBytes) bytes = fixture_module(module);
	g_autofree char *path = g_build_filename(folder, "a.ko", NULL);

	fixture_write(folder, "a.ko", g_bytes_get_data(bytes, NULL),
		      (gssize)g_bytes_get_size(bytes));
	g_assert_cmpint(chmod(path, (mode_t)mode), ==, 0);
	return kp_patch_open(path, KP_ORIGIN_FILE, geteuid(), error);
}

static void test_identity(void)
{
	char *folder = fixture_folder();
	g_autoptr(GError) error = NULL;
	g_autoptr(KpPatch) patch = open_as(&good, folder, 0644, &error);
	g_autoptr(GBytes) bytes = fixture_module(&good);
	g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);

	g_assert_no_error(error);
	g_assert_cmpstr(patch->name, ==, "kpatch_a_1_2");
	g_assert_cmpstr(patch->kver, ==, "6.1.0-56-amd64");
	g_assert_cmpstr(patch->version, ==, "1-2");
	g_assert_cmpstr(kp_patch_sha256(patch), ==, sum);
	g_assert_cmpint(patch->backend, ==, KP_BACKEND_KPATCH);
	g_assert_cmpuint(patch->size, ==, g_bytes_get_size(bytes));
	fixture_remove(folder);
}

static void open_refused(const FixtureModule *module, int mode, const char *reason)
{
	char *folder = fixture_folder();
	g_autoptr(GError) error = NULL;
	g_autoptr(KpPatch) patch = open_as(module, folder, mode, &error);

	g_assert_null(patch);
	g_assert_error(error, KP_ERROR, KP_ERROR_REFUSED);
	g_assert_nonnull(g_strstr_len(error->message, -1, reason));
	fixture_remove(folder);
}

static void test_not_a_patch(void)
{
	FixtureModule plain = good, liar = good;

	plain.funcs = FALSE;
	open_refused(&plain, 0644, "no patch");
	liar.kver = "../../etc";
	open_refused(&liar, 0644, "vermagic");
	open_refused(&good, 0666, "others");
	open_refused(&good, 0664, "others");
}

/* as older tools make them */
static void test_without_version(void)
{
	char *folder = fixture_folder();
	FixtureModule module = good;
	g_autoptr(KpPatch) patch = NULL;

	module.version = NULL;
	patch = open_as(&module, folder, 0644, NULL);
	g_assert_nonnull(patch);
	g_assert_cmpstr(patch->version, ==, patch->name);
	fixture_remove(folder);
}

static void test_livepatch(void)
{
	char *folder = fixture_folder();
	FixtureModule module = good;
	g_autoptr(KpPatch) patch = NULL;

	module.livepatch = TRUE;
	module.funcs = FALSE;
	patch = open_as(&module, folder, 0644, NULL);
	g_assert_nonnull(patch);
	g_assert_cmpint(patch->backend, ==, KP_BACKEND_LIVEPATCH);
	fixture_remove(folder);
}

static void path_refused(const char *path, uid_t owner, const char *reason)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(kp_patch_open(path, KP_ORIGIN_FILE, owner, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_REFUSED);
	g_assert_nonnull(g_strstr_len(error->message, -1, reason));
}

static void test_odd_files(void)
{
	char *folder = fixture_folder();
	g_autofree char *link = g_build_filename(folder, "link.ko", NULL);
	g_autofree char *fifo = g_build_filename(folder, "fifo.ko", NULL);
	g_autofree char *empty = g_build_filename(folder, "empty.ko", NULL);
	g_autofree char *huge = g_build_filename(folder, "huge.ko", NULL);

	g_assert_cmpint(symlink("empty.ko", link), ==, 0);
	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	fixture_write(folder, "empty.ko", "", 0);
	fixture_write(folder, "huge.ko", "x", 1);
	g_assert_cmpint(truncate(huge, (off_t)65 * 1024 * 1024), ==, 0);
	path_refused(link, geteuid(), "symbolic link");
	path_refused(fifo, geteuid(), "regular file");
	path_refused(empty, geteuid(), "empty");
	path_refused(huge, geteuid(), "larger");
	if (geteuid() == 0)
		g_assert_cmpint(chown(huge, 1234, 1234), ==, 0);
	path_refused(huge, geteuid() == 0 ? 0 : geteuid() + 1, "owner");
	fixture_remove(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/modinfo/replaces", test_replaces);
	g_test_add_func("/modinfo/takes-the-place", test_takes_the_place);
	g_test_add_func("/modinfo/takes-no-place-outside", test_takes_no_place_outside);
	g_test_add_func("/patch/signature", test_signature);
	g_test_add_func("/modinfo/good", test_good);
	g_test_add_func("/modinfo/wrong-kind", test_wrong_kind);
	g_test_add_func("/modinfo/truncated", test_truncated);
	g_test_add_func("/modinfo/flipped", test_flipped);
	g_test_add_func("/modinfo/headers", test_headers);
	g_test_add_func("/modinfo/endless-value", test_endless_value);
	g_test_add_func("/patch/identity", test_identity);
	g_test_add_func("/patch/not-a-patch", test_not_a_patch);
	g_test_add_func("/patch/livepatch", test_livepatch);
	g_test_add_func("/patch/without-version", test_without_version);
	g_test_add_func("/patch/odd-files", test_odd_files);
	return g_test_run();
}
