/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CVE IDs, as people write them and as texts mention them. */
#ifndef KP_CVE_H
#define KP_CVE_H

#include <glib.h>

/* A set of IDs in their one spelling; free with g_hash_table_unref(). */
GHashTable *kp_cve_set_new(void);

/* "CVE-2024-12345" for any spelling of an ID, as the CVE Program defines them (a
 * year, then four digits or more, of which zeros lead only to make it four); NULL
 * when @word is none. Caller frees. */
char *kp_cve_parse(const char *word);

/* Puts each of @words (may be NULL), which are allocated, in that spelling. Returns the first
 * that is no ID, and leaves it as it is; else NULL. */
const char *kp_cve_spell(char **words);

/* Adds every ID that @text mentions to @set. */
void kp_cve_scan(const char *text, GHashTable *set);

/* The same for one entry of a changelog, item by item, the newest entry first: an
 * item may take back ("- Revert ...") what it mentions. The newest entry that
 * mentions an ID says whether it is @fixed or @reverted, and in doubt it is the
 * latter: a fix that was taken back later is none. Both are sets. */
void kp_cve_scan_changelog(const char *text, GHashTable *fixed, GHashTable *reverted);

/* Orders two IDs by year and number, the newest first. */
int kp_cve_compare(const char *a, const char *b);

/* The IDs of @set in that order, as a NULL-terminated array. Caller frees with
 * g_strfreev(). */
char **kp_cve_set_list(GHashTable *set);

#endif
