/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A private copy of a file that nobody can change any more. */
#ifndef KP_SEAL_H
#define KP_SEAL_H

#include <glib.h>

/* The descriptor of a copy of the first @size bytes of @fd, in memory and
 * sealed; or -1. Whoever writes the file while it is copied may spoil the copy,
 * but what is found in the copy stays true: it can be verified first and loaded
 * then, by finit_module(2), which takes such a descriptor like any other. */
int kp_sealed_copy(int fd, gsize size, GError **error);

/* The descriptor of such memory with nothing in it, not sealed; or -1. */
int kp_empty_memory(void);

/* Copies the first @size bytes of the file @from to @to. FALSE with errno; EIO
 * when it has become shorter. */
gboolean kp_copy_bytes(int from, int to, gsize size);

#endif
