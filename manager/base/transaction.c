/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/transaction.h"

#include <string.h>
#include <sys/stat.h>

#include "base/names.h"

#define CORRIDOR "/usr/lib/kpatch"

void kp_package_file_free(KpPackageFile *file)
{
	if (file == NULL)
		return;
	g_free(file->path);
	g_free(file->digest);
	g_free(file->algorithm);
	g_free(file->user);
	g_free(file);
}

void kp_package_header_free(KpPackageHeader *header)
{
	if (header == NULL)
		return;
	g_free(header->name);
	g_free(header->evr);
	g_free(header->arch);
	g_free(header->nevra);
	g_free(header->kver);
	g_free(header->uname_r);
	g_free(header->key_id);
	g_free(header->signer);
	g_ptr_array_unref(header->files);
	g_strfreev(header->cves);
	g_free(header->installed);
	g_free(header);
}

void kp_package_key_free(KpPackageKey *key)
{
	if (key == NULL)
		return;
	g_free(key->fingerprint);
	g_free(key->key_id);
	g_strfreev(key->ids);
	g_free(key->user_id);
	g_bytes_unref(key->packets);
	g_free(key);
}

static gboolean is_patch(const KpPackageHeader *header, const char *const *globs)
{
	return header->uname_r != NULL || kp_name_matches(header->name, globs);
}

/* Folders and modules right below the folder of a kernel; nothing leads elsewhere. */
static gboolean is_below(const char *path)
{
	const char *rest = path + strlen(CORRIDOR);

	return g_str_has_prefix(path, CORRIDOR) && (*rest == '\0' || *rest == '/') &&
	       strstr(path, "/../") == NULL && !g_str_has_suffix(path, "/..");
}

static const char *file_problem(const KpPackageFile *file)
{
	if (!is_below(file->path))
		return "lies outside " CORRIDOR;
	if (S_ISLNK(file->mode))
		return "is a symbolic link";
	if (!S_ISREG(file->mode) && !S_ISDIR(file->mode))
		return "is neither a file nor a folder";
	if ((file->mode & (S_ISUID | S_ISGID)) != 0 || file->special)
		return "runs with rights of its own (setuid, setgid or capabilities)";
	if (file->user != NULL && !g_str_equal(file->user, "root"))
		return "would not belong to root";
	if ((file->mode & (S_IWGRP | S_IWOTH)) != 0)
		return "may be written by others than its owner";
	return NULL;
}

char *kp_package_refusal(const KpPackageHeader *header, const char *const *globs)
{
	if (header->kernel)
		return g_strdup("it is a kernel; kpatch-manager installs, replaces and removes none");
	if (!is_patch(header, globs))
		return NULL;
	for (guint i = 0; i < header->files->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(header->files, i);
		const char *problem = file_problem(file);
		g_autofree char *path = problem != NULL ? kp_text_printable(file->path) : NULL;

		if (problem != NULL)
			return g_strdup_printf("it is a patch, and its %s %s", path, problem);
	}
	return NULL;
}
