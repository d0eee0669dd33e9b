/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder in memory, for targets whose subject opens files by their names. */
#ifndef KP_FUZZ_FOLDER_H
#define KP_FUZZ_FOLDER_H

#include <glib.h>

/* Its path. It is made once a process, and removed when that ends. */
const char *fuzz_folder(void);

/* Makes @path below it, with its folders, or writes it anew. */
void fuzz_write(const char *path, const void *data, gsize size);

/* Removes all that is in the folder @path below it. */
void fuzz_empty(const char *path);

#endif
