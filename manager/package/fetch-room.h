/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where fetched files go, and what is believed of sizes and places. */
#ifndef KP_FETCH_ROOM_H
#define KP_FETCH_ROOM_H

#include "package/fetch-item.h"

/* Makes @folder, with a message for who may not. @mode is that of the last part. */
gboolean kp_fetch_folder(const char *folder, int mode, GError **error);

/* Refuses sizes above the limit of manager.conf (size-limit=), and more bytes
 * together than are free in @folder. Sets the limit of each item. */
gboolean kp_fetch_room(const char *root, const char *folder, GPtrArray *items, GError **error);

/* FALSE with @error: @location leads out of @repo, or @base is no URL for it. */
gboolean kp_fetch_place(const KpRepo *repo, const char *what, const char *location,
			const char *base, GError **error);

/* TRUE: @base is a server, or a folder of this machine and @repo is one as well. */
gboolean kp_fetch_base_is_fine(const KpRepo *repo, const char *base);

/* Removes files of @folder that nobody has written for @age seconds; with @hidden only
 * those whose name begins with a dot. */
void kp_fetch_clean(const char *folder, gboolean hidden, gint64 age);

/* Removes a folder of files, and files. */
void kp_fetch_remove(const char *folder);

#endif
