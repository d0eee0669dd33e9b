/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The repository of a release, with advisories that name what its packages fix. */
#ifndef KP_RELEASE_ADVISORY_H
#define KP_RELEASE_ADVISORY_H

#include "work.h"

/* Writes the advisory of @results (KpReleaseResult) beside those of earlier releases in the
 * folder advisories of @output, and makes the metadata of its folder repo, with
 * createrepo_c; signed, if the manifest names a key. Without a package it does nothing. */
gboolean kp_release_publish(const KpManifest *manifest, const GPtrArray *results, const char *output,
			    GError **error);

#endif
