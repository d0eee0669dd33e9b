/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The serial numbers of revocations this machine has seen. They may only
 * grow: an older list that comes back would bring back what it did not revoke. */
#ifndef KP_SEEN_H
#define KP_SEEN_H

#include <glib.h>

typedef struct KpSeen KpSeen;

/* Reads the file below @root; a missing one is empty. KP_ERROR_CONFIG when it
 * is damaged. Caller frees. */
KpSeen *kp_seen_read(const char *root, GError **error);
KpSeen *kp_seen_new(void);
void kp_seen_free(KpSeen *seen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpSeen, kp_seen_free)

/* Notes that @name is there with @serial. KP_ERROR_CONFIG when a higher one
 * was seen. @path is for the message. */
gboolean kp_seen_note(KpSeen *seen, const char *name, const char *path, gint64 serial,
		      GError **error);

/* KP_ERROR_CONFIG when something that was seen is not there any more. */
gboolean kp_seen_all_there(const KpSeen *seen, GError **error);

/* Writes it below @root if it has grown. */
gboolean kp_seen_write(const KpSeen *seen, const char *root, GError **error);

#endif
