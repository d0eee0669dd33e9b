/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modules that a package transaction is about to place in /usr/lib/kpatch, written
 * down before it begins. librpm renames a module to its name before the package is in
 * the database; if it is killed in between, the module belongs to nobody, and so does
 * one that an admin put there. Only the list tells the two apart. */
#ifndef KP_ARRIVING_H
#define KP_ARRIVING_H

#include "base/transaction.h"

#define KP_ARRIVING_FILE "/var/lib/kpatch/arriving"

/* Writes @files (KpPackageFile) down durably. Returns a descriptor that is locked as
 * long as it is open: the list belongs to a transaction that goes on. -1 with
 * KP_ERROR_FAILED. */
int kp_arriving_begin(const char *root, const GPtrArray *files, GError **error);

/* The transaction is over, well or not: takes the list away. */
void kp_arriving_end(const char *root);

/* TRUE when a transaction was killed: there is a list, and nobody holds it. */
gboolean kp_arriving_is_left(const char *root);

/* What to do about that, for people, or NULL. Caller frees. */
char *kp_arriving_warning(const char *root);

/* The list, KpPackageFile; empty when there is none. Caller frees. */
GPtrArray *kp_arriving_read(const char *root);

#endif
