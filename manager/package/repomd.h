/* SPDX-License-Identifier: GPL-2.0-or-later */
/* repomd.xml: which files the metadata of a repository is made of. */
#ifndef KP_REPOMD_H
#define KP_REPOMD_H

#include <glib.h>

#define KP_REPOMD_MAX (4 * 1024 * 1024)	/* bytes; usual are 3,000 */

typedef struct {
	char *location;		/* below the base, without ".." and the like */
	char *base;		/* xml:base, or NULL */
	GChecksumType type;
	char *checksum;		/* hexadecimal, lower case, of the right length */
	guint64 size;		/* bytes; 0: not said */
	guint64 open_size;	/* when unpacked; 0: not said */
} KpRepomdFile;

typedef struct {
	char *revision;		/* a number as a rule, or NULL */
	KpRepomdFile *primary;
	KpRepomdFile *updateinfo;	/* NULL: there is none */
} KpRepomd;

void kp_repomd_free(KpRepomd *repomd);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpRepomd, kp_repomd_free)

/* Parses what came from a mirror or a disk: any bytes. NULL with KP_ERROR_FAILED
 * that says what is wrong. */
KpRepomd *kp_repomd_parse(const char *text, gsize size, GError **error);

/* TRUE when @location stays below the folder it is relative to, also when it is
 * unescaped as a URL. */
gboolean kp_location_is_safe(const char *location);

/* What compression adds to a name, "" for none; NULL: none that we can read. */
const char *kp_location_suffix(const char *location);

/* The type that metadata calls @name; FALSE: unknown, or too weak to count. */
gboolean kp_checksum_type(const char *name, GChecksumType *type);

/* TRUE when @text is a checksum of @type in hexadecimal. */
gboolean kp_checksum_is_valid(GChecksumType type, const char *text);

#endif
