/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_BUILD_SYMBOLS_H
#define KP_BUILD_SYMBOLS_H

#include "image.h"

/* Fills symbols and by_name of @image. */
gboolean kp_symbols_read(KpImage *image, GError **error);

/* The first value of @key in the module's information, or NULL. */
char *kp_symbols_modinfo(const KpImage *image, const char *key);

/* All of them, one each; never NULL. */
char **kp_symbols_modinfo_all(const KpImage *image, const char *key);

#endif
