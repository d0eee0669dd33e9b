/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/advisory-cache.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"

#define FOLDER "/var/cache/kpatch-manager/advisories"

/* The file is the SHA-256 of the rest in hexadecimal, and the rest: what it was
 * made from, and a list of id, title, severity, issued, CVEs and packages. */
#define DIGEST_LENGTH 64
#define TYPE_ADVISORY "(sssxasa(sss))"
#define TYPE_LIST "a" TYPE_ADVISORY
#define TYPE_ALL "(s" TYPE_LIST ")"

/* so much that no honest one gets there */
#define MOST_BYTES (64 * 1024 * 1024)

static char *cache_path(const char *root, const KpRepoData *data)
{
	g_autofree char *leaf = g_uri_escape_string(data->repo->id, NULL, FALSE);

	return kp_root_pathf(root, FOLDER "/%s.cache", leaf);
}

/* What an answer depends on; the number is that of the format. */
static char *cache_key(const KpRepoData *data, const char *const *globs)
{
	g_autofree char *wanted = g_strjoinv(" ", (char **)globs);

	return g_strdup_printf("1 %s %s", data->cookie, wanted);
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
static GVariant *unwrap(GBytes *bytes)
{
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
	return g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(TYPE_ALL), rest, FALSE));
}

static char *text_or_null(const char *text)
{
	return *text != '\0' ? g_strdup(text) : NULL;
}

static KpAdvisory *unpack(GVariant *item, const char *repo)
{
	KpAdvisory *advisory = kp_advisory_new();
	const char *id, *title, *severity, *name, *evr, *arch;
	g_autoptr(GVariantIter) cves = NULL;
	g_autoptr(GVariantIter) packages = NULL;
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	const char *cve;

	g_variant_get(item, "(&s&s&sxasa(sss))", &id, &title, &severity, &advisory->issued,
		      &cves, &packages);
	advisory->id = g_strdup(id);
	advisory->title = text_or_null(title);
	advisory->severity = text_or_null(severity);
	advisory->repo = g_strdup(repo);
	while (g_variant_iter_next(cves, "&s", &cve))
		g_ptr_array_add(list, g_strdup(cve));
	g_ptr_array_add(list, NULL);
	advisory->cves = (char **)g_ptr_array_steal(list, NULL);
	while (g_variant_iter_next(packages, "(&s&s&s)", &name, &evr, &arch)) {
		KpNevra *nevra = g_new0(KpNevra, 1);

		nevra->name = g_strdup(name);
		nevra->evr = g_strdup(evr);
		nevra->arch = g_strdup(arch);
		g_ptr_array_add(advisory->packages, nevra);
	}
	return advisory;
}

GPtrArray *kp_advisory_cache_read(const char *root, const KpRepoData *data,
				  const char *const *globs)
{
	g_autofree char *path = cache_path(root, data);
	g_autofree char *wanted = cache_key(data, globs);
	g_autoptr(GBytes) bytes = read_file(path);
	g_autoptr(GVariant) all = bytes != NULL ? unwrap(bytes) : NULL;
	g_autoptr(GVariantIter) items = NULL;
	const char *key;
	GPtrArray *list;
	GVariant *item;

	if (all == NULL)
		return NULL;
	g_variant_get(all, "(&s" TYPE_LIST ")", &key, &items);
	if (!g_str_equal(key, wanted))
		return NULL;
	list = g_ptr_array_new_with_free_func((GDestroyNotify)kp_advisory_free);
	while ((item = g_variant_iter_next_value(items)) != NULL) {
		g_ptr_array_add(list, unpack(item, data->repo->id));
		g_variant_unref(item);
	}
	return list;
}

static GVariant *pack(const KpAdvisory *advisory)
{
	GVariantBuilder packages;

	g_variant_builder_init(&packages, G_VARIANT_TYPE("a(sss)"));
	for (guint i = 0; i < advisory->packages->len; i++) {
		const KpNevra *nevra = g_ptr_array_index(advisory->packages, i);

		g_variant_builder_add(&packages, "(sss)", nevra->name, nevra->evr, nevra->arch);
	}
	return g_variant_new("(sssx^asa(sss))", advisory->id,
			     advisory->title != NULL ? advisory->title : "",
			     advisory->severity != NULL ? advisory->severity : "",
			     advisory->issued, advisory->cves, &packages);
}

static GBytes *wrap(const char *key, const GPtrArray *list)
{
	g_autoptr(GVariant) all = NULL;
	g_autofree char *digest = NULL;
	GByteArray *text = g_byte_array_new();
	GVariantBuilder items;

	g_variant_builder_init(&items, G_VARIANT_TYPE(TYPE_LIST));
	for (guint i = 0; i < list->len; i++)
		g_variant_builder_add_value(&items, pack(g_ptr_array_index(list, i)));
	all = g_variant_ref_sink(g_variant_new("(s" TYPE_LIST ")", key, &items));
	digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, g_variant_get_data(all),
					     g_variant_get_size(all));
	g_byte_array_append(text, (const guint8 *)digest, DIGEST_LENGTH);
	g_byte_array_append(text, g_variant_get_data(all), (guint)g_variant_get_size(all));
	return g_byte_array_free_to_bytes(text);
}

void kp_advisory_cache_write(const char *root, const KpRepoData *data,
			     const char *const *globs, const GPtrArray *list)
{
	g_autofree char *path = cache_path(root, data);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *key = cache_key(data, globs);
	g_autoptr(GBytes) bytes = wrap(key, list);
	gsize size;
	const char *text = g_bytes_get_data(bytes, &size);

	/* a rename: who reads it meanwhile has the old one or the new one */
	if (g_mkdir_with_parents(folder, 0755) == 0)
		g_file_set_contents_full(path, text, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT,
					 0644, NULL);
}
