/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzz target: the beginning of a package, as it comes from a repository by range. Where
 * it ends is found or not; what librpm takes for a header is described, and judged, with
 * nothing verified before, as whoever has a key could sign anything. */
#include "fuzz.h"

#include <rpm/rpmlib.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmmacro.h>
#include <rpm/rpmts.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "package/header-range.h"
#include "package/header.h"
#include "package/tags.h"

/* lead, and two headers with nothing in them */
#define SHORTEST (96 + 16 + 16)

static int swallow(rpmlogRec record, rpmlogCallbackData data)
{
	return 0;
}

static rpmts transaction(void)
{
	static rpmts ts;

	if (ts == NULL) {
		g_assert_cmpint(rpmReadConfigFiles(NULL, NULL), ==, 0);
		rpmlogSetCallback(swallow, NULL);
		ts = rpmtsCreate();
		rpmtsSetVSFlags(ts, RPMVSF_MASK_NOSIGNATURES | RPMVSF_MASK_NODIGESTS);
		/* whose key it is, is looked up where there is no database */
		rpmPushMacro(NULL, "_dbpath", NULL, "/dev/null/none", RMIL_CMDLINE);
	}
	return ts;
}

static void check_file(const KpPackageFile *file)
{
	g_assert_nonnull(file->path);
	g_assert_nonnull(file->digest);
	g_assert_true(file->link == NULL || *file->link != '\0');
}

static void describe(Header header)
{
	static const char *const globs[] = { "kpatch-patch-*", NULL };
	g_autoptr(KpPackageHeader) info = kp_header_describe(header);
	g_autofree char *refusal = kp_package_refusal(info, globs), *tie = kp_tag_tie(header);

	kp_signer_fill(transaction(), header, info);
	g_assert_true(info->key_id == NULL || strlen(info->key_id) == 16);
	g_assert_null(info->signer);
	g_assert_nonnull(info->name);
	g_assert_nonnull(info->evr);
	g_assert_nonnull(info->nevra);
	g_assert_nonnull(info->cves);
	g_assert_true(refusal == NULL || *refusal != '\0');
	for (guint i = 0; i < info->files->len; i++)
		check_file(g_ptr_array_index(info->files, i));
}

static void read_header(int fd)
{
	FD_t file = fdDup(fd);
	Header header = NULL;

	g_assert_nonnull(file);
	if (rpmReadPackageFile(transaction(), file, "package", &header) != RPMRC_FAIL &&
	    header != NULL)
		describe(header);
	headerFree(header);
	Fclose(file);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	int fd = memfd_create("package", MFD_CLOEXEC);
	guint64 end;

	g_assert_cmpint(write(fd, data, size), ==, (gssize)size);
	end = kp_header_range(fd);
	g_assert_true(end == 0 || end >= SHORTEST);
	lseek(fd, 0, SEEK_SET);
	read_header(fd);
	/* it keeps all that it ever said */
	rpmlogClose();
	close(fd);
	return 0;
}
