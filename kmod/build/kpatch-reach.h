/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_BUILD_KPATCH_REACH_H
#define KP_BUILD_KPATCH_REACH_H

#include "reach.h"

typedef struct {
	gboolean json;
	gboolean quiet;
	gboolean help;
	gboolean version;
	char *patch;		/* --patch */
	char **funcs;		/* --func */
	char **keeps;		/* --keep */
	char **files;		/* the images */
} KpReachOptions;

gboolean kp_reach_options_parse(char **argv, KpReachOptions *options, GError **error);
void kp_reach_options_clear(KpReachOptions *options);
void kp_reach_help(void);

void kp_reach_print_text(const KpReach *reach, gboolean quiet);
void kp_reach_print_json(const KpReach *reach);

#endif
