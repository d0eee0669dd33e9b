/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/metadata-check.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"
#include "package/revision.h"
#include "package/small-file.h"

#define PIECE (128 * 1024)

static gboolean fail(GError **error, const char *path, const char *what)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s: %s", path, what);
	return FALSE;
}

char *kp_metadata_name(const char *what, const KpRepomdFile *file)
{
	return g_strconcat(what, ".xml", kp_location_suffix(file->location), NULL);
}

char *kp_metadata_cookie(const char *text, gsize size)
{
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, size);
}

static gboolean sum_up(int fd, const char *path, GChecksum *sum, guint64 *total, GError **error)
{
	g_autofree guchar *piece = g_malloc(PIECE);

	for (;;) {
		gssize n = read(fd, piece, PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(error, path, g_strerror(errno));
		if (n == 0)
			return TRUE;
		g_checksum_update(sum, piece, n);
		*total += (guint64)n;
	}
}

gboolean kp_checksum_compare(int fd, const char *path, GChecksumType type, const char *checksum,
			     guint64 size, GError **error)
{
	g_autoptr(GChecksum) sum = g_checksum_new(type);
	guint64 total = 0;

	if (!sum_up(fd, path, sum, &total, error))
		return FALSE;
	if (size != 0 && total != size) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s has %" G_GUINT64_FORMAT " bytes, not the %" G_GUINT64_FORMAT
			    " that the metadata say", path, total, size);
		return FALSE;
	}
	if (g_ascii_strcasecmp(g_checksum_get_string(sum), checksum) != 0)
		return fail(error, path, "its checksum is not the one that the metadata say");
	return TRUE;
}

static gboolean check_open(int fd, const char *path, const KpRepomdFile *file, GError **error)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail(error, path, g_strerror(errno));
	if (!S_ISREG(st.st_mode) || !kp_file_is_ours(&st))
		return fail(error, path, "not a regular file that others than root cannot write");
	/* before anything is read: a wrong size needs no checksum */
	if (file->size != 0 && (guint64)st.st_size != file->size)
		return fail(error, path, "its size is not the one that repomd.xml says");
	return kp_checksum_compare(fd, path, file->type, file->checksum, file->size, error);
}

static gboolean check_file(const char *folder, const char *name, const KpRepomdFile *file,
			   GError **error)
{
	g_autofree char *path = kp_root_entry(folder, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	gboolean ok;

	if (fd < 0)
		return fail(error, path, g_strerror(errno));
	ok = check_open(fd, path, file, error);
	close(fd);
	return ok;
}

static char *name_of(const char *what, const KpRepomdFile *file, gboolean own)
{
	return own ? kp_metadata_name(what, file) : g_path_get_basename(file->location);
}

static gboolean check_files(const char *folder, gboolean own, const KpRepomd *repomd,
			    KpStamp *stamp, GError **error)
{
	stamp->primary = name_of("primary", repomd->primary, own);
	if (!check_file(folder, stamp->primary, repomd->primary, error))
		return FALSE;
	if (repomd->updateinfo == NULL)
		return TRUE;
	stamp->updateinfo = name_of("updateinfo", repomd->updateinfo, own);
	return check_file(folder, stamp->updateinfo, repomd->updateinfo, error);
}

KpStamp *kp_metadata_check(const char *root, const char *folder, gboolean own, gint64 asked,
			   GError **error)
{
	g_autofree char *path = kp_root_entry(folder, "repomd.xml");
	g_autoptr(KpStamp) stamp = g_new0(KpStamp, 1);
	g_autoptr(KpRepomd) repomd = NULL;
	g_autofree char *text = NULL;
	gsize size;

	text = kp_small_file_read(root, path, KP_REPOMD_MAX, &size, error);
	repomd = text != NULL ? kp_repomd_parse(text, size, error) : NULL;
	if (repomd == NULL || !check_files(folder, own, repomd, stamp, error))
		return NULL;
	stamp->cookie = kp_metadata_cookie(text, size);
	stamp->asked = asked;
	kp_revision_note(stamp, repomd->revision, NULL);
	return g_steal_pointer(&stamp);
}
