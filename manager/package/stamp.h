/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small file that notes which metadata was checked against its checksums, so that
 * ten megabytes are not read again at each start. It tells a file from another one
 * by device, inode, size and both times: whoever changes the content changes the
 * time of the inode. */
#ifndef KP_STAMP_H
#define KP_STAMP_H

#include <glib.h>

typedef struct {
	char *cookie;		/* SHA-256 of repomd.xml */
	char *primary;		/* names in the folder of repomd.xml */
	char *updateinfo;	/* or NULL */
	gint64 asked;		/* when a mirror last said that this is current */
	gint64 made;		/* since when it has been the same (package/revision.h) */
	guint64 floor;		/* the highest revision that was here and is believed */
	gboolean gpg;		/* repomd.xml's signature was good */
} KpStamp;

void kp_stamp_free(KpStamp *stamp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpStamp, kp_stamp_free)

/* The stamp @path if it is one of the files that @folder has now; else NULL. */
KpStamp *kp_stamp_read(const char *path, const char *folder);

/* Writes it anew, for the files as they are now. FALSE: it could not be. */
gboolean kp_stamp_write(const char *path, const char *folder, const KpStamp *stamp);

#endif
