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
	g_free(file->link);
	g_free(file);
}

KpFound *kp_found_new(void)
{
	KpFound *found = g_new0(KpFound, 1);

	found->damage = g_ptr_array_new_with_free_func(g_free);
	found->unowned = g_ptr_array_new_with_free_func(g_free);
	return found;
}

void kp_found_free(KpFound *found)
{
	if (found == NULL)
		return;
	g_free(found->state);
	g_free(found->holder);
	g_ptr_array_unref(found->damage);
	g_ptr_array_unref(found->unowned);
	g_free(found);
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
static gboolean is_below(const char *path, const char *folder)
{
	const gsize length = strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/') &&
	       strstr(path, "/../") == NULL && !g_str_has_suffix(path, "/..");
}

/* rpmbuild makes links by which a debugger finds the module that has a build-id. One
 * that leads elsewhere would let it take another file for that. */
static gboolean is_build_id(const KpPackageFile *file)
{
	g_autofree char *folder = NULL, *target = NULL;

	if (!is_below(file->path, "/usr/lib/.build-id"))
		return FALSE;
	if (S_ISDIR(file->mode))
		return TRUE;
	if (!S_ISLNK(file->mode) || file->link == NULL)
		return FALSE;
	folder = g_path_get_dirname(file->path);
	target = g_canonicalize_filename(file->link, folder);
	return is_below(target, CORRIDOR);
}

/* What people read. Nothing runs it, and nothing is configured by it. */
static gboolean is_documentation(const KpPackageFile *file)
{
	static const char *const folders[] = { "/usr/share/doc", "/usr/share/licenses",
					       "/usr/share/man" };

	if (!S_ISDIR(file->mode) &&
	    (!S_ISREG(file->mode) || (file->mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(folders); i++)
		if (is_below(file->path, folders[i]) && !g_str_equal(file->path, folders[i]))
			return TRUE;
	return FALSE;
}

/* A copy that the package does not bring, and that goes when it goes. */
static gboolean is_copy(const KpPackageFile *file)
{
	return file->ghost && is_below(file->path, "/var/lib/kpatch") &&
	       (S_ISDIR(file->mode) ||
		(S_ISREG(file->mode) && g_str_has_suffix(file->path, ".ko")));
}

static const char *place_problem(const KpPackageFile *file)
{
	if (is_below(file->path, CORRIDOR)) {
		if (S_ISLNK(file->mode))
			return "is a symbolic link";
		return S_ISREG(file->mode) || S_ISDIR(file->mode) ? NULL :
		       "is neither a file nor a folder";
	}
	if (is_build_id(file) || is_documentation(file) || is_copy(file))
		return NULL;
	return "lies outside " CORRIDOR ", and is neither documentation nor the link of a build-id";
}

static const char *rights_problem(const KpPackageFile *file)
{
	if ((file->mode & (S_ISUID | S_ISGID)) != 0 || file->special)
		return "runs with rights of its own (setuid, setgid or capabilities)";
	if (file->user != NULL && !g_str_equal(file->user, "root"))
		return "would not belong to root";
	/* the rights of a link are those of what it leads to */
	if (!S_ISLNK(file->mode) && (file->mode & (S_IWGRP | S_IWOTH)) != 0)
		return "may be written by others than its owner";
	return NULL;
}

static const char *file_problem(const KpPackageFile *file)
{
	const char *problem = place_problem(file);

	return problem != NULL ? problem : rights_problem(file);
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
