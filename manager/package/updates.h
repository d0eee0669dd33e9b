/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of an updateinfo.xml, the advisories that may matter. */
#ifndef KP_UPDATES_H
#define KP_UPDATES_H

#include <glib.h>
#include <stdio.h>

/* A stream of the same document with the <update> elements alone that have a
 * package called as one of @globs: few are about kernels, and the parser would keep
 * all. Neither a document type nor an entity ever reaches it.
 *
 * Reads @file, which the stream closes. A document that is cut short, is in another
 * encoding than UTF-8, has an element of unlikely size or does not end ends the
 * stream with an error; then *@problem is a text to be freed, else NULL. @globs and
 * @problem must outlive the stream. */
FILE *kp_updates_filter(FILE *file, const char *const *globs, char **problem);

#endif
