/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "package/corridor.h"

static const struct {
	const char *name;
	GChecksumType type;
} algorithms[] = {
	{ "md5", G_CHECKSUM_MD5 },	 { "sha1", G_CHECKSUM_SHA1 },
	{ "sha256", G_CHECKSUM_SHA256 }, { "sha384", G_CHECKSUM_SHA384 },
	{ "sha512", G_CHECKSUM_SHA512 },
};

static char *digest_of(int fd, const char *algorithm)
{
	g_autoptr(GChecksum) sum = NULL;
	guchar buffer[65536];
	gssize n;

	for (gsize i = 0; i < G_N_ELEMENTS(algorithms); i++)
		if (g_str_equal(algorithms[i].name, algorithm))
			sum = g_checksum_new(algorithms[i].type);
	while (sum != NULL && (n = read(fd, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return NULL;
		g_checksum_update(sum, buffer, n);
	}
	return sum != NULL ? g_strdup(g_checksum_get_string(sum)) : NULL;
}

gboolean kp_file_is_in_corridor(const KpPackageFile *file)
{
	return S_ISREG(file->mode) && g_str_has_prefix(file->path, KP_CORRIDOR "/");
}

gboolean kp_file_can_be_checked(const KpPackageFile *file)
{
	return kp_file_is_in_corridor(file) && !file->ghost && file->algorithm != NULL &&
	       *file->digest != '\0';
}

gboolean kp_file_has_digest(const char *path, const KpPackageFile *file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	g_autofree char *digest = NULL;

	if (fd < 0)
		return FALSE;
	digest = digest_of(fd, file->algorithm);
	close(fd);
	return g_strcmp0(digest, file->digest) == 0;
}

gboolean kp_file_is_right(const char *root, const KpPackageFile *file)
{
	g_autofree char *path = kp_root_leaf(root, "%s", file->path);

	return !kp_file_can_be_checked(file) || kp_file_has_digest(path, file);
}

gboolean kp_files_are_right(const char *root, const KpPackageHeader *info)
{
	for (guint i = 0; i < info->files->len; i++)
		if (!kp_file_is_right(root, g_ptr_array_index(info->files, i)))
			return FALSE;
	return TRUE;
}
