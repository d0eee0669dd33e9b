/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a child may touch that talks to strangers: its cache, and, for reading, what is
 * configured and what every program needs, which is below /etc and /usr. It writes neither
 * the package database nor the state nor a module, and reads nothing else in /var; nor does
 * it get at other processes. */
#ifndef KP_FENCE_H
#define KP_FENCE_H

#include <glib.h>

typedef struct {
	GPtrArray *readable;	/* char *: paths; what does not exist is passed over */
	GPtrArray *writable;
} KpFence;

/* For whoever fetches from @repos (KpRepo) below @root. Caller frees. */
KpFence *kp_fence_new(const char *root, const GPtrArray *repos);
void kp_fence_free(KpFence *fence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpFence, kp_fence_free)

/* Loads what fetches, and closes it around this process, for ever: no capability but that
 * to read what belongs to others, and, where the kernel has Landlock, no file but those. */
gboolean kp_fence_close(const KpFence *fence, GError **error);

#endif
