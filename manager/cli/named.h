/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which patch a word on the command line means. */
#ifndef KP_NAMED_H
#define KP_NAMED_H

#include "cli/scene.h"

/* The patch that @word means: one that lies there, by name in any spelling or
 * by version, else a file. *@opened is set when it was a file, for the caller
 * to free. NULL with @error set. */
const KpPatch *kp_named_patch(const KpScene *scene, const char *word, KpPatch **opened,
			      GError **error);

/* The same for one that lies there. */
const KpPatch *kp_named_installed(const KpScene *scene, const char *word, GError **error);

#endif
