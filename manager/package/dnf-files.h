/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of dnf's configuration, in the order in which they count. */
#ifndef KP_DNF_FILES_H
#define KP_DNF_FILES_H

#include "package/dnf-rules.h"

/* A file that was read: its sections live as long as it does. */
typedef struct {
	char *path;
	GPtrArray *sections;	/* KpIniSection */
} KpDnfFile;

void kp_dnf_file_free(KpDnfFile *file);

/* Fails with a G_FILE_ERROR, or with KP_ERROR_CONFIG if dnf could not read it either. */
/* @rules says in what way lists go on over lines. */
KpDnfFile *kp_dnf_file_read(const char *root, const KpDnfRules *rules, const char *path,
			    GError **error);

/* Paths of the files with @suffix in @folders below @root, by name; of those with one
 * name that of the first folder. NULL with @error when one cannot be read. Free with
 * g_ptr_array_unref(). */
GPtrArray *kp_dnf_drop_ins(const char *root, const char *const *folders, const char *suffix,
			   GError **error);

/* Paths of the *.repo files in @folders. Free as above. */
GPtrArray *kp_dnf_repo_files(const char *root, const KpDnfRules *rules,
			     const char *const *folders, GError **error);

#endif
