/* SPDX-License-Identifier: GPL-2.0-or-later */
/* librpm's lock on its database, taken before librpm takes it: with a terminal as its
 * standard input it would wait for ever, and else not at all. */
#ifndef KP_RPMLOCK_H
#define KP_RPMLOCK_H

#include "base/wait.h"

/* Takes it below @root, once _dbpath is set. Returns a descriptor, or -1 with
 * KP_ERROR_BUSY when somebody else has had it for @limit_ms. It is a lock of this
 * process (fcntl(2)): librpm gets it too, and takes it from us when it is done. */
int kp_rpmlock_take(const char *root, gint64 limit_ms, const KpWatch *watch, GError **error);

/* The same on @fd, which has had it, at once: librpm gives it away when it has read keys
 * in the same process. KP_ERROR_BUSY: somebody else was there first. */
gboolean kp_rpmlock_again(int fd, GError **error);

/* Who has it, if that is another process; or NULL. Must not be asked by who has it: a lock
 * of a process goes when it closes any descriptor of the file. Caller frees. */
char *kp_rpmlock_holder(const char *root);

#endif
