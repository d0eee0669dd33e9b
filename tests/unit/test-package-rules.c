/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/stat.h>

#include "base/transaction.h"

static const char *const globs[] = { "kpatch-patch-*", NULL };

static KpPackageHeader *package(const char *name, const char *requires_kernel)
{
	KpPackageHeader *header = g_new0(KpPackageHeader, 1);

	header->name = g_strdup(name);
	header->uname_r = g_strdup(requires_kernel);
	header->files = g_ptr_array_new_with_free_func((GDestroyNotify)kp_package_file_free);
	return header;
}

static void add(KpPackageHeader *header, const char *path, guint32 mode)
{
	KpPackageFile *file = g_new0(KpPackageFile, 1);

	file->path = g_strdup(path);
	file->mode = mode;
	g_ptr_array_add(header->files, file);
}

static void assert_refused(KpPackageHeader *header, const char *why)
{
	g_autofree char *said = kp_package_refusal(header, globs);

	if (why == NULL)
		g_assert_null(said);
	else
		g_assert_nonnull(strstr(said != NULL ? said : "", why));
	kp_package_header_free(header);
}

static void with_file(const char *path, guint32 mode, const char *why)
{
	KpPackageHeader *header = package("kpatch-patch-1", "1");

	add(header, "/usr/lib/kpatch/1", S_IFDIR | 0755);
	add(header, path, mode);
	assert_refused(header, why);
}

static void test_files(void)
{
	with_file("/usr/lib/kpatch/1/a.ko", S_IFREG | 0644, NULL);
	with_file("/usr/lib/kpatch", S_IFDIR | 0755, NULL);
	with_file("/etc/a", S_IFREG | 0644, "outside");
	with_file("/usr/lib/kpatch2/a", S_IFREG | 0644, "outside");
	with_file("/usr/lib/kpatch/../a", S_IFREG | 0644, "outside");
	with_file("/usr/lib/kpatch/1/..", S_IFDIR | 0755, "outside");
	with_file("/usr/lib/kpatch/1/a.ko", S_IFLNK | 0777, "link");
	with_file("/usr/lib/kpatch/1/a.ko", S_IFCHR | 0600, "neither");
	with_file("/usr/lib/kpatch/1/a.ko", S_IFIFO | 0600, "neither");
	with_file("/usr/lib/kpatch/1/a.ko", S_IFREG | S_ISUID | 0755, "rights");
	with_file("/usr/lib/kpatch/1/a.ko", S_IFREG | S_ISGID | 0755, "rights");
	with_file("/usr/lib/kpatch/1/a.ko", S_IFREG | 0664, "written by others");
}

/* What vendors' packages own beside their module. */
static void test_beside(void)
{
	with_file("/usr/share/licenses/p", S_IFDIR | 0755, NULL);
	with_file("/usr/share/licenses/p/COPYING", S_IFREG | 0644, NULL);
	with_file("/usr/share/doc/p/README", S_IFREG | 0644, NULL);
	with_file("/usr/share/man/man7/p.7.gz", S_IFREG | 0644, NULL);
	with_file("/usr/lib/.build-id/ab", S_IFDIR | 0755, NULL);
	with_file("/usr/lib/.build-id/ab/cd", S_IFREG | 0644, "outside");
	with_file("/usr/share/doc/p/run", S_IFREG | 0755, "outside");
	with_file("/usr/share/doc/p/link", S_IFLNK | 0777, "outside");
	with_file("/usr/share/doc/../bin/p", S_IFREG | 0644, "outside");
	with_file("/usr/share/docs/p", S_IFREG | 0644, "outside");
	with_file("/usr/share/doc/p/README", S_IFREG | 0666, "written by others");
	with_file("/usr/lib/modules/1/a.ko", S_IFREG | 0644, "outside");
	with_file("/etc/modules-load.d/a.conf", S_IFREG | 0644, "outside");
}

static void with_link(const char *path, const char *link, const char *why)
{
	KpPackageHeader *header = package("kpatch-patch-1", "1");

	add(header, path, S_IFLNK | 0777);
	((KpPackageFile *)g_ptr_array_index(header->files, 0))->link = g_strdup(link);
	assert_refused(header, why);
}

static void test_build_ids(void)
{
	with_link("/usr/lib/.build-id/ab/cd", "../../../../usr/lib/kpatch/1/a.ko", NULL);
	with_link("/usr/lib/.build-id/ab/cd", "/usr/lib/kpatch/1/a.ko", NULL);
	with_link("/usr/lib/.build-id/ab/cd", "../../../../usr/bin/a", "outside");
	with_link("/usr/lib/.build-id/ab/cd", "../../kpatch/../bin/a", "outside");
	with_link("/usr/lib/.build-id2/cd", "/usr/lib/kpatch/1/a.ko", "outside");
	with_link("/usr/lib/a", "/usr/lib/kpatch/1/a.ko", "outside");
}

static void with_ghost(const char *path, gboolean ghost, const char *why)
{
	KpPackageHeader *header = package("kpatch-patch-1", "1");

	add(header, path, S_IFREG | 0644);
	((KpPackageFile *)g_ptr_array_index(header->files, 0))->ghost = ghost;
	assert_refused(header, why);
}

static void test_copies(void)
{
	with_ghost("/var/lib/kpatch/1/a.ko", TRUE, NULL);
	with_ghost("/var/lib/kpatch/1/a.ko", FALSE, "outside");
	with_ghost("/var/lib/kpatch/state.db", TRUE, "outside");
	with_ghost("/etc/a.ko", TRUE, "outside");
}

static void test_kinds(void)
{
	KpPackageHeader *kernel = package("kernel-core", NULL), *other = package("other", NULL);
	KpPackageHeader *renamed = package("other", "1");

	kernel->kernel = TRUE;
	assert_refused(kernel, "kernel");
	add(other, "/etc/a", S_IFREG | 0644);
	assert_refused(other, NULL);
	/* a name is no way round the rule */
	add(renamed, "/etc/a", S_IFREG | 0644);
	assert_refused(renamed, "outside");
}

static void test_capabilities(void)
{
	KpPackageHeader *header = package("kpatch-patch-1", NULL);

	add(header, "/usr/lib/kpatch/1/a.ko", S_IFREG | 0755);
	((KpPackageFile *)g_ptr_array_index(header->files, 0))->special = TRUE;
	assert_refused(header, "rights");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/package-rules/files", test_files);
	g_test_add_func("/package-rules/beside", test_beside);
	g_test_add_func("/package-rules/build-ids", test_build_ids);
	g_test_add_func("/package-rules/copies", test_copies);
	g_test_add_func("/package-rules/kinds", test_kinds);
	g_test_add_func("/package-rules/capabilities", test_capabilities);
	return g_test_run();
}
