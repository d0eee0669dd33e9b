/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/header.h"

#include <errno.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmfiles.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmpgp.h>
#include <rpm/rpmtd.h>
#include <string.h>
#include <unistd.h>

#include "base/cve.h"
#include "base/error.h"
#include "package/files.h"
#include "package/header-names.h"
#include "package/rpmdb.h"
#include "package/rpmlog.h"
#include "package/tags.h"

#define PIECE 65536	/* bytes read at a time */

static const char *algorithm_name(int algorithm)
{
	switch (algorithm) {
	case PGPHASHALGO_MD5: return "md5";
	case PGPHASHALGO_SHA1: return "sha1";
	case PGPHASHALGO_SHA256: return "sha256";
	case PGPHASHALGO_SHA384: return "sha384";
	case PGPHASHALGO_SHA512: return "sha512";
	default: return NULL;
	}
}

static char *hexadecimal(const unsigned char *bytes, gsize length)
{
	GString *text = g_string_new(NULL);

	for (gsize i = 0; bytes != NULL && i < length; i++)
		g_string_append_printf(text, "%02x", bytes[i]);
	return g_string_free(text, FALSE);
}

static KpPackageFile *describe_file(rpmfiles files, int i)
{
	KpPackageFile *file = g_new0(KpPackageFile, 1);
	const char *caps = rpmfilesFCaps(files, i), *link = rpmfilesFLink(files, i);
	char *path = rpmfilesFN(files, i);
	const unsigned char *digest;
	size_t length = 0;
	int algorithm = 0;

	file->path = g_strdup(path);
	free(path);
	file->mode = rpmfilesFMode(files, i);
	file->special = caps != NULL && *caps != '\0';
	file->ghost = (rpmfilesFFlags(files, i) & RPMFILE_GHOST) != 0;
	file->user = g_strdup(rpmfilesFUser(files, i));
	file->link = link != NULL && *link != '\0' ? g_strdup(link) : NULL;
	digest = rpmfilesFDigest(files, i, &algorithm, &length);
	file->digest = hexadecimal(digest, length);
	file->algorithm = g_strdup(algorithm_name(algorithm));
	return file;
}

GPtrArray *kp_header_files(Header header)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)kp_package_file_free);
	rpmfiles files = rpmfilesNew(NULL, header, RPMTAG_BASENAMES, RPMFI_NOHEADER);
	int count = files != NULL ? (int)rpmfilesFC(files) : 0;

	for (int i = 0; i < count; i++)
		g_ptr_array_add(list, describe_file(files, i));
	rpmfilesFree(files);
	return list;
}

KpPackageHeader *kp_header_describe(Header header)
{
	g_autoptr(GHashTable) cves = kp_tag_fixed_cves(header);
	KpPackageHeader *info = g_new0(KpPackageHeader, 1);

	info->name = kp_tag_text(header, RPMTAG_NAME);
	info->evr = kp_tag_evr(header);
	info->arch = kp_tag_text(header, RPMTAG_ARCH);
	info->nevra = g_strdup_printf("%s-%s.%s", info->name, info->evr, info->arch);
	info->kver = kp_header_patched_kernel(header);
	info->uname_r = kp_tag_required(header, KP_TIE);
	info->kernel = kp_tag_has_tie(header, RPMTAG_PROVIDENAME);
	info->cves = kp_cve_set_list(cves);
	info->installed_size = headerGetNumber(header, RPMTAG_LONGSIZE);
	if (info->installed_size == 0)
		info->installed_size = headerGetNumber(header, RPMTAG_SIZE);
	info->files = kp_header_files(header);
	return info;
}

/* The newest of that name; a transaction that was killed may have left two. */
static void compare_with_installed(rpmts ts, Header header, KpPackageHeader *info)
{
	rpmdbMatchIterator found = rpmtsInitIterator(ts, RPMDBI_NAME, info->name, 0);
	Header newest = NULL, installed;

	while ((installed = rpmdbNextIterator(found)) != NULL) {
		if (newest != NULL && rpmVersionCompare(installed, newest) <= 0)
			continue;
		headerFree(newest);
		newest = headerLink(installed);
	}
	rpmdbFreeIterator(found);
	if (newest == NULL)
		return;
	info->installed = kp_tag_evr(newest);
	info->order = rpmVersionCompare(header, newest);
	headerFree(newest);
}

static rpmRC read_package(rpmts ts, int fd, Header *header, char **why)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	FD_t file;
	rpmRC result;

	if (lseek(fd, 0, SEEK_SET) != 0 || (file = fdDup(fd)) == NULL)
		return RPMRC_NOTFOUND;
	kp_rpmlog_begin(lines);
	rpmtsSetVSFlags(ts, RPMVSF_DEFAULT);
	result = rpmReadPackageFile(ts, file, "package", header);
	rpmtsSetVSFlags(ts, RPMVSF_MASK_NOSIGNATURES | RPMVSF_MASK_NODIGESTS);
	kp_rpmlog_end();
	Fclose(file);
	*why = kp_rpmlog_text(lines, "librpm does not say why");
	return result;
}

/* What a disk or a lack of memory did not give is not judged. */
static gboolean can_be_read(int fd, GError **error)
{
	g_autofree char *piece = g_malloc(PIECE);
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, piece, PIECE, at)) > 0)
		at += n;
	if (n < 0)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "it cannot be read: %s",
			    g_strerror(errno));
	return n == 0;
}

/* One error may have come in between: what is found wrong must be so twice. */
static gboolean read_twice(rpmts ts, int fd, Header *header, rpmRC *result, char **why,
			   GError **error)
{
	*result = read_package(ts, fd, header, why);
	if (*header != NULL && *result != RPMRC_FAIL)
		return TRUE;
	if (!can_be_read(fd, error))
		return FALSE;
	headerFree(*header);
	*header = NULL;
	g_free(*why);
	*why = NULL;
	*result = read_package(ts, fd, header, why);
	return TRUE;
}

KpPackageHeader *kp_header_read(rpmts ts, int fd, Header *header, GError **error)
{
	g_autofree char *why = NULL;
	KpPackageHeader *info;
	Header found = NULL;
	rpmRC result;

	if (!read_twice(ts, fd, &found, &result, &why, error)) {
		headerFree(found);
		return NULL;
	}
	if (found == NULL || result == RPMRC_FAIL || result == RPMRC_NOTFOUND) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    result == RPMRC_NOTFOUND ? "it is no package; get it again" :
			    "it is damaged, or its signature is wrong (%s); get it again", why);
		headerFree(found);
		return NULL;
	}
	if (headerIsSource(found)) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "it is a source package");
		headerFree(found);
		return NULL;
	}
	info = kp_header_describe(found);
	kp_signer_fill(ts, found, info);
	if (info->key_id != NULL)
		info->signature = result == RPMRC_OK ? KP_SIGNED_GOOD : KP_SIGNED_UNKNOWN;
	compare_with_installed(ts, found, info);
	if (header != NULL)
		*header = headerLink(found);
	headerFree(found);
	return info;
}

KpPackageHeader *kp_header_of_package(const char *root, const char *rpmdb, int fd, GError **error)
{
	rpmts ts = kp_rpmdb_open(root, rpmdb, error);
	KpPackageHeader *info = ts != NULL ? kp_header_read(ts, fd, NULL, error) : NULL;

	if (info != NULL && info->installed != NULL && info->order == 0)
		info->intact = kp_files_are_right(root, info);
	rpmtsFree(ts);
	return info;
}
