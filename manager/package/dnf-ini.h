/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration files of dnf and yum (dnf.conf(5)): sections of key = value,
 * longer values on indented lines below, comments from the first column on. */
#ifndef KP_DNF_INI_H
#define KP_DNF_INI_H

#include <glib.h>

#define KP_INI_MAX (1024 * 1024)	/* bytes of a file */

typedef struct {
	char *name;
	GHashTable *values;	/* char * to char *; lines joined by '\n' */
} KpIniSection;

/* The sections of @text in their order. Of a key said twice the last counts, and
 * a section said twice is one. One bad line spoils the file, as with dnf:
 * KP_ERROR_CONFIG names it. Free with g_ptr_array_unref(). */
GPtrArray *kp_ini_parse(const char *text, gsize size, GError **error);

/* For other parsers: an empty list of sections, and a new section at its end. */
GPtrArray *kp_ini_sections_new(void);
KpIniSection *kp_ini_section_add(GPtrArray *sections, const char *name);

/* NULL: @sections have none of this name. */
const KpIniSection *kp_ini_section(const GPtrArray *sections, const char *name);

#endif
