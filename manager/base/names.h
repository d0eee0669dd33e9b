/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of patches, as people and tools spell them. */
#ifndef KP_NAMES_H
#define KP_NAMES_H

#include <glib.h>

/* The module name that any spelling means: without folder and .ko, with
 * every '-' as '_', as /sys/module has it. Caller frees. */
char *kp_name_canonical(const char *spelling);

/* TRUE when two spellings mean the same module. */
gboolean kp_name_equal(const char *a, const char *b);

/* TRUE when one of the patterns in @globs matches. */
gboolean kp_name_matches(const char *name, const char *const *globs);

/* TRUE when @word may be one folder below /usr/lib/kpatch, as uname -r is. */
gboolean kp_kver_valid(const char *word);

/* @text as it may go to a terminal: control characters and bytes that are no UTF-8
 * are written as \xNN. Caller frees. */
char *kp_text_printable(const char *text);

/* The same for whole lines: line ends and tabs stay. Caller frees. */
char *kp_text_lines(const char *text);

/* @json, a text in that language, the same in all that it says, but with \uNNNN for each
 * such character, and with U+FFFD for bytes that are no UTF-8. Caller frees. */
char *kp_text_json(const char *json);

#endif
