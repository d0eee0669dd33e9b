/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of a repository's primary.xml, the packages that may matter. */
#ifndef KP_PRIMARY_H
#define KP_PRIMARY_H

#include <glib.h>
#include <stdio.h>

typedef struct {
	const char *const *globs;	/* of names; NULL: none */
	const char *const *provides;	/* names of dependencies and paths of files; NULL: none */
	/* Of the packages with such a name, not those that are tied to one kernel which
	 * is none of these: releases, or versions, of kernel-uname-r. NULL: all. */
	const char *const *ties;
	const char *const *names;	/* of packages, whatever they are tied to; NULL: none */
	/* Set of names (char *), or NULL: what @ties keeps away, by name alone. */
	GHashTable *elsewhere;
} KpPrimaryWanted;

/* A stream of the same document with the <package> elements alone that are
 * called as one of the globs or names, or provide one of the names: see kp_xml_filter().
 * @wanted and @problem must outlive the stream. */
FILE *kp_primary_filter(FILE *file, const KpPrimaryWanted *wanted, char **problem);

#endif
