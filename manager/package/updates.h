/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of an updateinfo.xml, the advisories that may matter. */
#ifndef KP_UPDATES_H
#define KP_UPDATES_H

#include <glib.h>
#include <stdio.h>

/* A stream of the same document with the <update> elements alone that have a
 * package called as one of @globs: few are about kernels. See kp_xml_filter().
 * @globs and @problem must outlive the stream. */
FILE *kp_updates_filter(FILE *file, const char *const *globs, char **problem);

#endif
