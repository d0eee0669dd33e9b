/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/kept.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/replace.h"
#include "base/root.h"

#define FOLDER "/var/cache/kpatch-manager"

/* The file is the SHA-256 of the rest in hexadecimal, and the rest: (sT), what it
 * was made from, and the answer. */
#define DIGEST_LENGTH 64

/* so much that no honest one gets there */
#define MOST_BYTES (64 * 1024 * 1024)

/* One file for each question about a repository, whatever state that is in. What a
 * question is called stands in its first line: asked about other kernels it is the same. */
static char *file_path(const char *root, const KpKeptKind *kind, const KpRepoData *data,
		       const char *question)
{
	g_autofree char *leaf = g_uri_escape_string(data->repo->id, NULL, FALSE);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, question,
							     (gssize)strcspn(question, "\n"));

	return kp_root_leaf(root, FOLDER "/%s/%s-%.8s.cache", kind->folder, leaf, sum);
}

/* What an answer depends on; the number is that of the format. */
static char *full_question(const KpRepoData *data, const char *question)
{
	return g_strdup_printf("2 %s %s", data->cookie, question);
}

/* Whoever may write a cache says what is fixed. */
static gboolean may_be_believed(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= MOST_BYTES &&
	       (st.st_uid == 0 || st.st_uid == geteuid()) &&
	       (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static GBytes *read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	GMappedFile *file = NULL;
	GBytes *bytes = NULL;

	if (fd < 0)
		return NULL;
	if (may_be_believed(fd))
		file = g_mapped_file_new_from_fd(fd, FALSE, NULL);
	if (file != NULL) {
		bytes = g_mapped_file_get_bytes(file);
		g_mapped_file_unref(file);
	}
	close(fd);
	return bytes;
}

/* The part behind the digest, if the digest is right. */
static GVariant *unwrap(const KpKeptKind *kind, GBytes *bytes)
{
	g_autofree char *type = g_strdup_printf("(s%s)", kind->type);
	gsize size;
	const char *text = g_bytes_get_data(bytes, &size);
	g_autofree char *digest = NULL;
	g_autoptr(GBytes) rest = NULL;

	if (size <= DIGEST_LENGTH)
		return NULL;
	rest = g_bytes_new_from_bytes(bytes, DIGEST_LENGTH, size - DIGEST_LENGTH);
	digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, rest);
	if (memcmp(digest, text, DIGEST_LENGTH) != 0)
		return NULL;
	return g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(type), rest, FALSE));
}

GVariant *kp_kept_read(const char *root, const KpKeptKind *kind, const KpRepoData *data,
		       const char *question)
{
	g_autofree char *path = file_path(root, kind, data, question);
	g_autofree char *wanted = full_question(data, question);
	g_autoptr(GBytes) bytes = read_file(path);
	g_autoptr(GVariant) all = bytes != NULL ? unwrap(kind, bytes) : NULL;
	const char *asked;

	if (all == NULL)
		return NULL;
	g_variant_get_child(all, 0, "&s", &asked);
	return g_str_equal(asked, wanted) ? g_variant_get_child_value(all, 1) : NULL;
}

static GBytes *wrap(const char *question, GVariant *answer)
{
	GVariant *parts[] = { g_variant_new_string(question), answer };
	g_autoptr(GVariant) all = g_variant_ref_sink(g_variant_new_tuple(parts, 2));
	g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
							      g_variant_get_data(all),
							      g_variant_get_size(all));
	GByteArray *text = g_byte_array_new();

	g_byte_array_append(text, (const guint8 *)digest, DIGEST_LENGTH);
	g_byte_array_append(text, g_variant_get_data(all), (guint)g_variant_get_size(all));
	return g_byte_array_free_to_bytes(text);
}

void kp_kept_write(const char *root, const KpKeptKind *kind, const KpRepoData *data,
		   const char *question, GVariant *answer)
{
	g_autofree char *path = file_path(root, kind, data, question);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *full = full_question(data, question);
	g_autoptr(GBytes) bytes = wrap(full, answer);
	gsize size;
	const char *text = g_bytes_get_data(bytes, &size);

	/* a rename: who reads it meanwhile has the old one or the new one */
	if (geteuid() == 0 && g_mkdir_with_parents(folder, 0755) == 0)
		kp_replace_file(path, text, (gssize)size, FALSE, NULL);
}
