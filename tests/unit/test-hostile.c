/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that mean harm, or that harm was done to. Modules are real ones where
 * KPATCH_TEST_MODULES names some, with ':' between; else one of our making. */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "fixture.h"
#include "live/modinfo.h"
#include "live/store.h"

#define KVER "6.1.0-56-amd64"

static const FixtureModule made = { .name = "kpatch_a_1_2", .kver = KVER, .version = "1-2",
				    .funcs = TRUE };

/* The modules to do harm to: GBytes. */
static GPtrArray *modules(void)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	const char *list = g_getenv("KPATCH_TEST_MODULES");
	g_auto(GStrv) paths = g_strsplit(list != NULL ? list : "", ":", -1);

	g_ptr_array_add(all, fixture_module(&made));
	for (char **path = paths; *path != NULL; path++) {
		char *bytes;
		gsize size;

		if (**path == '\0')
			continue;
		g_assert_true(g_file_get_contents(*path, &bytes, &size, NULL));
		g_ptr_array_add(all, g_bytes_new_take(bytes, size));
	}
	return all;
}

/* What the parser says of @bytes, from memory and from a file: both the same.
 * Returns whether it is good. */
static gboolean parses(const void *bytes, gsize size)
{
	g_autoptr(GBytes) content = g_bytes_new(bytes, size);
	g_autoptr(GError) error = NULL, other = NULL;
	g_autoptr(KpModinfo) info = kp_modinfo_parse(content, &error), same = NULL;
	int fd = memfd_create("hostile", MFD_CLOEXEC);

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, bytes, size), ==, (gssize)size);
	same = kp_modinfo_read(fd, size, &other);
	close(fd);
	g_assert_true((info == NULL) == (error != NULL));
	g_assert_true((same == NULL) == (other != NULL));
	g_assert_true((info == NULL) == (same == NULL));
	if (info == NULL) {
		g_assert_error(error, KP_ERROR, KP_ERROR_REFUSED);
		g_assert_error(other, KP_ERROR, KP_ERROR_REFUSED);
	} else {
		g_assert_cmpstr(info->name, ==, same->name);
		g_assert_cmpstr(info->vermagic, ==, same->vermagic);
		g_assert_cmpstr(info->version, ==, same->version);
	}
	return info != NULL;
}

/* Where the section table ends, which is the end but for a signature. That one
 * is the kernel's to judge. */
static gsize end_of(const char *bytes)
{
	Elf64_Ehdr header;

	memcpy(&header, bytes, sizeof(header));
	return header.e_shoff + header.e_shnum * sizeof(Elf64_Shdr);
}

static void test_truncated(void)
{
	g_autoptr(GPtrArray) all = modules();

	for (guint i = 0; i < all->len; i++) {
		gsize size;
		const char *bytes = g_bytes_get_data(g_ptr_array_index(all, i), &size);

		g_assert_true(parses(bytes, size));
		for (gsize cut = 0; cut < end_of(bytes); cut += 4096)
			g_assert_false(parses(bytes, cut));
		g_assert_false(parses(bytes, end_of(bytes) - 1));
	}
}

/* offset and width of every field of a structure */
struct field {
	gsize offset;
	gsize width;
};

#define FIELD(type, name) { G_STRUCT_OFFSET(type, name), sizeof(((type *)NULL)->name) }

static const struct field header_fields[] = {
	FIELD(Elf64_Ehdr, e_type), FIELD(Elf64_Ehdr, e_machine), FIELD(Elf64_Ehdr, e_version),
	FIELD(Elf64_Ehdr, e_entry), FIELD(Elf64_Ehdr, e_phoff), FIELD(Elf64_Ehdr, e_shoff),
	FIELD(Elf64_Ehdr, e_flags), FIELD(Elf64_Ehdr, e_ehsize), FIELD(Elf64_Ehdr, e_phentsize),
	FIELD(Elf64_Ehdr, e_phnum), FIELD(Elf64_Ehdr, e_shentsize), FIELD(Elf64_Ehdr, e_shnum),
	FIELD(Elf64_Ehdr, e_shstrndx),
};

static const struct field section_fields[] = {
	FIELD(Elf64_Shdr, sh_name), FIELD(Elf64_Shdr, sh_type), FIELD(Elf64_Shdr, sh_flags),
	FIELD(Elf64_Shdr, sh_addr), FIELD(Elf64_Shdr, sh_offset), FIELD(Elf64_Shdr, sh_size),
	FIELD(Elf64_Shdr, sh_link), FIELD(Elf64_Shdr, sh_info), FIELD(Elf64_Shdr, sh_addralign),
	FIELD(Elf64_Shdr, sh_entsize),
};

/* Puts every extreme value into the field at @at; returns how many of them were
 * refused. */
static guint try_extremes(char *copy, gsize size, gsize at, gsize width)
{
	const guint64 values[] = { 0, 1, 7, 0x7f, 0xff, 0x7fff, 0xff00, 0xfffe, 0xffff,
				   0x7fffffff, 0xffffffff, size - 1, size, size + 1,
				   G_MAXINT64, G_MAXUINT64 - 63, G_MAXUINT64 };
	guint64 kept = 0;
	guint refused = 0;

	memcpy(&kept, copy + at, width);
	for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
		memcpy(copy + at, &values[i], width);
		refused += !parses(copy, size);
	}
	memcpy(copy + at, &kept, width);
	return refused;
}

static void test_header_fields(void)
{
	g_autoptr(GPtrArray) all = modules();

	for (guint i = 0; i < all->len; i++) {
		gsize size;
		const char *bytes = g_bytes_get_data(g_ptr_array_index(all, i), &size);
		g_autofree char *copy = g_memdup2(bytes, size);

		for (gsize at = 0; at < EI_NIDENT; at++)
			try_extremes(copy, size, at, 1);
		for (gsize f = 0; f < G_N_ELEMENTS(header_fields); f++)
			try_extremes(copy, size, header_fields[f].offset, header_fields[f].width);
		g_assert_cmpuint(try_extremes(copy, size, G_STRUCT_OFFSET(Elf64_Ehdr, e_shoff), 8),
				 >, 10);
		g_assert_cmpuint(try_extremes(copy, size, G_STRUCT_OFFSET(Elf64_Ehdr, e_shnum), 2),
				 >, 3);
		g_assert_cmpmem(copy, size, bytes, size);
	}
}

/* A section that has bytes must have them inside the file. */
static void expect_bounds(char *copy, gsize size, gsize at)
{
	Elf64_Shdr section;

	memcpy(&section, copy + at, sizeof(section));
	if (section.sh_type == SHT_NOBITS || section.sh_type == SHT_NULL)
		return;
	g_assert_cmpuint(try_extremes(copy, size, at + G_STRUCT_OFFSET(Elf64_Shdr, sh_size), 8),
			 >=, 5);
	g_assert_cmpuint(try_extremes(copy, size, at + G_STRUCT_OFFSET(Elf64_Shdr, sh_offset), 8),
			 >=, 5);
}

static void test_section_fields(void)
{
	g_autoptr(GPtrArray) all = modules();

	for (guint i = 0; i < all->len; i++) {
		gsize size;
		const char *bytes = g_bytes_get_data(g_ptr_array_index(all, i), &size);
		g_autofree char *copy = g_memdup2(bytes, size);
		Elf64_Ehdr header;

		memcpy(&header, bytes, sizeof(header));
		for (guint s = 0; s < header.e_shnum; s++) {
			expect_bounds(copy, size, header.e_shoff + s * sizeof(Elf64_Shdr));
			for (gsize f = 0; f < G_N_ELEMENTS(section_fields); f++)
				try_extremes(copy, size, header.e_shoff + s * sizeof(Elf64_Shdr) +
					     section_fields[f].offset, section_fields[f].width);
		}
	}
}

/* The table says 65,279 sections and has the room for them: refused or read,
 * but soon. */
static void test_many_sections(void)
{
	g_autoptr(GBytes) bytes = fixture_module(&made);
	gsize size, all;
	const char *data = g_bytes_get_data(bytes, &size);
	g_autofree char *copy = NULL;
	Elf64_Ehdr *header;

	all = size + (gsize)0xfeff * sizeof(Elf64_Shdr);
	copy = g_malloc0(all);
	memcpy(copy, data, size);
	header = (Elf64_Ehdr *)copy;
	header->e_shnum = 0xfeff;
	parses(copy, all);
}

struct tree {
	char *root;
	char *folder;		/* of KVER, in the store */
};

static struct tree *make_tree(void)
{
	struct tree *tree = g_new0(struct tree, 1);

	tree->root = fixture_folder();
	fixture_patch(tree->root, KP_STORE_FOLDER, KVER, "1-1");
	tree->folder = g_build_filename(tree->root, KP_STORE_FOLDER, KVER, NULL);
	return tree;
}

static void free_tree(struct tree *tree)
{
	fixture_remove(tree->root);
	g_free(tree->folder);
	g_free(tree);
}

/* One good patch is found, and one problem that names the file and @reason. */
static void expect_passed_over(const struct tree *tree, const char *reason)
{
	g_autoptr(KpCandidates) found = kp_store_scan(tree->root, KVER);
	g_autofree char *odd = g_build_filename(tree->folder, "odd.ko", NULL);

	g_assert_cmpuint(found->patches->len, ==, 1);
	g_assert_cmpuint(found->problems->len, ==, 1);
	g_assert_nonnull(strstr(g_ptr_array_index(found->problems, 0), odd));
	g_assert_nonnull(strstr(g_ptr_array_index(found->problems, 0), reason));
}

/* One row per kind of entry that is no file. */
enum odd { ODD_LINK, ODD_LOOSE_LINK, ODD_FIFO, ODD_FOLDER, ODD_DEVICE, ODD_SOCKET };

static gboolean make_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	gboolean ok = g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) <
		      sizeof(address.sun_path) &&
		      bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

	close(fd);
	return ok;
}

static gboolean make_odd(enum odd kind, const char *path)
{
	switch (kind) {
	case ODD_LINK: return symlink("kpatch-test-1-1.ko", path) == 0;
	case ODD_LOOSE_LINK: return symlink("/nowhere", path) == 0;
	case ODD_FIFO: return mkfifo(path, 0600) == 0;
	case ODD_FOLDER: return mkdir(path, 0755) == 0;
	case ODD_DEVICE: return mknod(path, S_IFCHR | 0600, makedev(1, 3)) == 0;
	case ODD_SOCKET: return make_socket(path);
	}
	return FALSE;
}

/* Never followed, never waited for, and not even opened: to open a device may
 * do something. */
static void test_odd(gconstpointer data)
{
	enum odd kind = GPOINTER_TO_INT(data);
	struct tree *tree = make_tree();
	g_autofree char *path = g_build_filename(tree->folder, "odd.ko", NULL);
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char event[512];

	if (!make_odd(kind, path)) {
		g_test_skip("it cannot be made here");
	} else {
		g_assert_cmpint(inotify_add_watch(watch, path, IN_OPEN | IN_DONT_FOLLOW), >=, 0);
		expect_passed_over(tree, kind <= ODD_LOOSE_LINK ? "symbolic link" : "not a regular file");
		g_assert_cmpint(read(watch, event, sizeof(event)), ==, -1);
	}
	close(watch);
	free_tree(tree);
}

static void test_modes(void)
{
	static const struct {
		mode_t mode;
		const char *reason;
	} rows[] = { { 0664, "others" }, { 0646, "others" }, { 0666, "others" }, { 0622, "others" } };
	struct tree *tree = make_tree();
	g_autofree char *path = g_build_filename(tree->folder, "odd.ko", NULL);
	g_autoptr(GBytes) bytes = fixture_module(&made);

	fixture_write(tree->folder, "odd.ko", g_bytes_get_data(bytes, NULL),
		      (gssize)g_bytes_get_size(bytes));
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(chmod(path, rows[i].mode), ==, 0);
		expect_passed_over(tree, rows[i].reason);
	}
	g_assert_cmpint(chmod(path, 0644), ==, 0);
	if (geteuid() == 0) {
		g_assert_cmpint(chown(path, 1234, 1234), ==, 0);
		expect_passed_over(tree, "owner");
	}
	free_tree(tree);
}

/* No patch in @folder is believed, the problem is named, and none is kept there. */
static void expect_distrusted(const struct tree *tree, const char *folder, const char *reason)
{
	g_autoptr(KpCandidates) found = kp_store_scan(tree->root, KVER);
	g_autoptr(GError) error = NULL;

	g_assert_cmpuint(found->patches->len, ==, 1);	/* the package's */
	g_assert_cmpuint(found->problems->len, ==, 1);
	g_assert_nonnull(strstr(g_ptr_array_index(found->problems, 0), folder));
	g_assert_nonnull(strstr(g_ptr_array_index(found->problems, 0), reason));
	g_assert_false(kp_store_keep(tree->root, g_ptr_array_index(found->patches, 0), &error));
	g_assert_nonnull(strstr(error->message, reason));
}

/* The folder of one kernel, and the one above it. */
static void test_folders(void)
{
	struct tree *tree = make_tree();
	g_autofree char *above = g_path_get_dirname(tree->folder);
	const char *const folders[] = { tree->folder, above };

	fixture_patch(tree->root, KP_PACKAGE_FOLDER, KVER, "1-2");
	for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_assert_cmpint(chmod(folders[i], 0777), ==, 0);
		expect_distrusted(tree, folders[i], "others");
		g_assert_cmpint(chmod(folders[i], 0775), ==, 0);
		expect_distrusted(tree, folders[i], "others");
		g_assert_cmpint(chmod(folders[i], 0755), ==, 0);
		if (geteuid() != 0)
			continue;
		g_assert_cmpint(chown(folders[i], 1234, 1234), ==, 0);
		expect_distrusted(tree, folders[i], "owner");
		g_assert_cmpint(chown(folders[i], 0, 0), ==, 0);
	}
	free_tree(tree);
}

static void test_linked_folder(void)
{
	struct tree *tree = make_tree();
	g_autofree char *moved = g_strconcat(tree->folder, ".moved", NULL);

	fixture_patch(tree->root, KP_PACKAGE_FOLDER, KVER, "1-2");
	g_assert_cmpint(rename(tree->folder, moved), ==, 0);
	g_assert_cmpint(symlink(moved, tree->folder), ==, 0);
	expect_distrusted(tree, tree->folder, "no folder");
	free_tree(tree);
}

static void add_odd(const char *name, enum odd kind)
{
	g_autofree char *path = g_strdup_printf("/hostile/%s", name);

	g_test_add_data_func(path, GINT_TO_POINTER(kind), test_odd);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/hostile/truncated", test_truncated);
	g_test_add_func("/hostile/header-fields", test_header_fields);
	g_test_add_func("/hostile/section-fields", test_section_fields);
	g_test_add_func("/hostile/many-sections", test_many_sections);
	add_odd("link", ODD_LINK);
	add_odd("loose-link", ODD_LOOSE_LINK);
	add_odd("fifo", ODD_FIFO);
	add_odd("folder", ODD_FOLDER);
	add_odd("device", ODD_DEVICE);
	add_odd("socket", ODD_SOCKET);
	g_test_add_func("/hostile/modes", test_modes);
	g_test_add_func("/hostile/folders", test_folders);
	g_test_add_func("/hostile/linked-folder", test_linked_folder);
	return g_test_run();
}
