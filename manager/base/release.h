/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The release of a module, and that of the package it came in. */
#ifndef KP_RELEASE_H
#define KP_RELEASE_H

#include <glib.h>

/* TRUE when the module release @version, such as 1-2, is the package release
 * @evr, such as 1-2.el9: packages have an epoch, and may add the name of a
 * distribution. */
gboolean kp_release_same(const char *version, const char *evr);

/* @evr without its epoch; part of it. */
const char *kp_release_without_epoch(const char *evr);

#endif
