/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and versions of patches, as people and tools spell them. */
#ifndef KP_NAMES_H
#define KP_NAMES_H

#include <glib.h>

/* The module name that any spelling means: without folder and .ko, with
 * every '-' as '_', as /sys/module has it. Caller frees. */
char *kp_name_canonical(const char *spelling);

/* TRUE when two spellings mean the same module. */
gboolean kp_name_equal(const char *a, const char *b);

/* Orders two version-release strings, as strverscmp(3) does: 1-9 < 1-10.
 * NULL is older than everything. */
int kp_version_compare(const char *a, const char *b);

/* TRUE when one of the patterns in @globs matches. */
gboolean kp_name_matches(const char *name, const char *const *globs);

/* TRUE when @word may be one folder below /usr/lib/kpatch, as uname -r is. */
gboolean kp_kver_valid(const char *word);

/* @text as it may go to a terminal: control characters and bytes that are no UTF-8
 * are written as \xNN. Caller frees. */
char *kp_text_printable(const char *text);

#endif
