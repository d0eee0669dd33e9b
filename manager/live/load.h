/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading a patch, with what the kernel has against it. */
#ifndef KP_LOAD_H
#define KP_LOAD_H

#include "base/wait.h"
#include "live/patch.h"

/* Loads @patch with @params once. KP_TRY_AGAIN: it is not safe now, or another
 * transition is under way. The error has what the kernel's log says. */
KpTry kp_load_try(const KpPatch *patch, const char *params, GError **error);

#endif
