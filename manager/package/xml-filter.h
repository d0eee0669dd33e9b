/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A document that is a list of elements, without those that do not matter: the XML
 * parser behind it takes most of the time, and keeps all it sees. */
#ifndef KP_XML_FILTER_H
#define KP_XML_FILTER_H

#include <glib.h>
#include <stdio.h>

/* A kind of document. */
typedef struct {
	const char *head, *tail;	/* what the parser gets before and after the elements */
	const char *begin, *end;	/* of an element: "<update", "</update>" */
	const char *last;		/* ends a document that is whole: "</updates>" */
	gsize largest_mib;		/* of an element */
	guint64 most_mib;		/* of a document */
	/* whether the element of @size bytes, from its "<" to its ">", matters */
	gboolean (*wanted)(gconstpointer user, const char *element, gsize size);
} KpXmlKind;

/* A stream of the same document with the elements alone that are wanted, between the
 * head and the tail of @kind: neither a document type nor an entity ever reaches the
 * parser. Nor does what stands in comments. A document without such elements is one,
 * in whatever way it is written.
 *
 * Reads @file, which the stream closes. A document that is cut short, is in another
 * encoding than UTF-8, has an element of unlikely size or does not end ends the
 * stream with an error; then *@problem is a text to be freed, else NULL. @kind, @user
 * and @problem must outlive the stream. */
FILE *kp_xml_filter(FILE *file, const KpXmlKind *kind, gconstpointer user, char **problem);

/* memmem(3) with a text. */
const char *kp_xml_find(const char *text, gsize size, const char *what);

#endif
