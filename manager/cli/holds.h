/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What hold and release say and print alike. */
#ifndef KP_HOLDS_H
#define KP_HOLDS_H

#include "cli/options.h"
#include "cli/scene.h"

/* The JSON of a command that held or released @holds (KpHold): "done",
 * "would-change" or "nothing". */
void kp_holds_json(const KpScene *scene, const char *action, const char *result,
		   const GPtrArray *holds);

#endif
