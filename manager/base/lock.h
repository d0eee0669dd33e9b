/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One change at a time: an exclusive lock that says who holds it. */
#ifndef KP_LOCK_H
#define KP_LOCK_H

#include "base/wait.h"

#define KP_LOCK_FILE "/run/kpatch-manager.lock"

/* Takes the lock below @root, waiting at most @limit_ms. Returns a descriptor
 * whose close gives the lock back, or -1 with KP_ERROR_BUSY that names the
 * holder, or KP_ERROR_FAILED. */
int kp_lock_take(const char *root, gint64 limit_ms, const KpWatch *watch, GError **error);

/* Opens a file to be locked, made where it is missing, that root alone may open. -1 with
 * errno set. */
int kp_lock_open(const char *path);

/* TRUE when somebody holds the lock below @root right now, or when that is not for us to
 * know: only root may look. */
gboolean kp_lock_is_held(const char *root);

/* The same of any lock at @path that kp_lock_open() opens. */
gboolean kp_lock_is_taken(const char *path);

/* Who holds a lock of fcntl(2) on the whole of @fd: "process 123 (dnf)"; NULL when
 * nobody else does. Caller frees. */
char *kp_lock_holder(int fd);

#endif
