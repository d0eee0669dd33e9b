/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of two releases is the newer one: rpm's order, for all that has a release.
 * librpm has it too, but what boots a machine is not linked with that. */
#ifndef KP_VERSION_H
#define KP_VERSION_H

#include <glib.h>

/* Orders two [epoch:]version-release, or uname -r of two kernels, as rpm-version(7) says:
 * 1-9 < 1-10, 1-2~rc1 < 1-2 < 1-2^fix < 1-2.1, 1-02 = 1-2, an epoch before all else.
 * NULL is older than everything, and then what says no release: those are in the order
 * of their names. */
int kp_version_compare(const char *a, const char *b);

/* FALSE when @version is no release, but the name of a module that does not say one
 * (base/release.h). It has no place in the order: nobody can say which of two such is
 * the newer one. */
gboolean kp_version_says(const char *version);

#endif
