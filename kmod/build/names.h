/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that GCC gives to what it makes of a function X: X.part.N,
 * X.isra.N, X.constprop.N, X.cold, X.cold.N, and one of another. */
#ifndef KP_BUILD_NAMES_H
#define KP_BUILD_NAMES_H

#include <glib.h>

/* The length of X in the name of a clone of X; 0 for all other names. */
gsize kp_clone_base(const char *name);

/* X for a clone of X, else the name itself. */
char *kp_clone_base_name(const char *name);

/* A part of another function that the compiler moved away, and jumps to. */
gboolean kp_clone_is_cold(const char *name);

/* A piece of X (.part.N, .cold), as against another edition of all of X. */
gboolean kp_clone_is_piece(const char *name);

/* A copy of @text, fit for a terminal, whatever a damaged file has for it. */
char *kp_plain_text(const char *text);

#endif
