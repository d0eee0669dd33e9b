/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of packages in the corridor, /usr/lib/kpatch: are they what was packaged? */
#ifndef KP_FILES_H
#define KP_FILES_H

#include "base/transaction.h"

gboolean kp_file_is_in_corridor(const KpPackageFile *file);

/* Is it one that librpm places there, with a digest to compare it with? */
gboolean kp_file_can_be_checked(const KpPackageFile *file);

/* TRUE also for what cannot be checked. */
gboolean kp_file_is_right(const char *root, const KpPackageFile *file);
/* The same of the file at @path, where it may lie meanwhile. */
gboolean kp_file_has_digest(const char *path, const KpPackageFile *file);
gboolean kp_files_are_right(const char *root, const KpPackageHeader *info);

#endif
