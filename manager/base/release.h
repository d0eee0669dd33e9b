/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The release of a module, and that of the package it came in. */
#ifndef KP_RELEASE_H
#define KP_RELEASE_H

#include <glib.h>

/* TRUE when the module release @version, such as 1-2, is the package release
 * @evr, such as 1-2.el9: packages have an epoch, and may add the name of a
 * distribution. */
gboolean kp_release_same(const char *version, const char *evr);

/* TRUE when @a and @b are one release, whichever of them a package has: 1-02 is 1-2, and so
 * is 1-2.el9. What says no release is the same as itself alone. */
gboolean kp_release_equal(const char *a, const char *b);

/* The release in @name, the canonical name of a module that says none itself, for the
 * kernel @kver: kpatch_5_14_0_362_8_1_1_2 is 1-2 for 5.14.0-362.8.1.el9_3.x86_64. As
 * vendors build them, that is behind the kernel's release, with or without what follows
 * the first word in it. NULL: the name is of another kind. A name is signed with the
 * module, unlike that of its file, so nobody makes an old one newer. Caller frees. */
char *kp_release_in_name(const char *name, const char *kver);

/* @evr without its epoch; part of it. */
const char *kp_release_without_epoch(const char *evr);

#endif
