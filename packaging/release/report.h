/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people and programs are told of a release. */
#ifndef KP_RELEASE_REPORT_H
#define KP_RELEASE_REPORT_H

#include "work.h"

/* A line for each kernel, on standard output. */
void kp_release_print(const GPtrArray *results);

/* The same as one object for programs. */
void kp_release_print_json(const KpManifest *manifest, const GPtrArray *results, const char *output);

#endif
