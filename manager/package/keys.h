/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of packages: what a file of them holds, and into the database with one. */
#ifndef KP_KEYS_H
#define KP_KEYS_H

#include "base/transaction.h"

/* As KpTransactionApi has them. */
GPtrArray *kp_keys_read(const char *root, const char *rpmdb, const char *text, GError **error);
gboolean kp_keys_import(const char *root, const char *rpmdb, const KpPackageKey *key,
			gint64 lock_limit_ms, const KpWatch *watch, GError **error);

#endif
