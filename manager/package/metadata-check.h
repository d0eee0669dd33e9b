/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of metadata against the checksums of their repomd.xml. */
#ifndef KP_METADATA_CHECK_H
#define KP_METADATA_CHECK_H

#include "package/repomd.h"
#include "package/stamp.h"

/* Reads repomd.xml in @folder, and with it all that it says of primary and
 * updateinfo. @own: the files have our own names, kp_metadata_name(), else those
 * of their locations. @asked is when a mirror last said that they are current. NULL with
 * an error that names the file and what is wrong. */
KpStamp *kp_metadata_check(const char *root, const char *folder, gboolean own, gint64 asked,
			   GError **error);

/* "primary.xml.gz": what we call it on disk. Caller frees. */
char *kp_metadata_name(const char *what, const KpRepomdFile *file);

/* SHA-256 of @text. Caller frees. */
char *kp_metadata_cookie(const char *text, gsize size);

/* Compares what @fd gives from where it stands with @checksum and, unless it is 0,
 * @size. @path is for messages. */
gboolean kp_checksum_compare(int fd, const char *path, GChecksumType type, const char *checksum,
			     guint64 size, GError **error);

#endif
