/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of files that decide about trust: nobody but root and the caller
 * may be able to write what is read from it. */
#ifndef KP_FOLDER_H
#define KP_FOLDER_H

#include <glib.h>

typedef struct {
	char *name;		/* without the folder */
	char *path;
	int fd;			/* open for reading */
	GBytes *content;	/* what was read from it */
} KpFolderFile;

/* The files in @path below @root whose names end in one of @suffixes, by name: all that
 * can be read. *@missing says that there is no such folder, which is no problem.
 * Folder, parents and files that others could write, and files that are no regular
 * files, are: *@problem is then the first, KP_ERROR_CONFIG, unless it is set already.
 * Files with other names get a warning in @warnings. Caller unrefs. */
GPtrArray *kp_folder_read(const char *root, const char *path, const char *const *suffixes,
			  GPtrArray *warnings, gboolean *missing, GError **problem);

/* Notes @more, which it takes, as the first problem, or forgets it. */
void kp_folder_problem(GError **problem, GError *more);

#endif
