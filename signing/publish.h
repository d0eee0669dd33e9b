/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A new file in the place of an old one: whoever opens the path sees the old
 * one or the new one, complete, also after a power cut. */
#ifndef KP_PUBLISH_H
#define KP_PUBLISH_H

#include <glib.h>

/* Looks at the finished file in @fd before anybody else can see it. FALSE, with
 * @error set, and it is never seen. */
typedef gboolean (*KpPublishCheck)(int fd, gpointer data, GError **error);

/* Puts a file with the bytes of @payload and then of @appended (may be NULL)
 * at @target, with mode, owner and extended attributes of the file in @source.
 * Without them, or if @check says no, nothing is changed. */
gboolean kp_publish(const char *target, int source, GBytes *payload, GBytes *appended,
		    KpPublishCheck check, gpointer data, GError **error);

#endif
