/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking repositories, in a process of its own. */
#ifndef KP_FETCH_APART_H
#define KP_FETCH_APART_H

#include "cli/options.h"

/* Fetches the metadata of @repos (KpRepo) into our cache. The libraries for that,
 * TLS among them, take more memory than all else that check does, and talk to
 * strangers: they are loaded by a child alone, and gone when it ends. What does not
 * work is added to @warnings (char *). FALSE with KP_ERROR_BUSY: we were told to stop. */
gboolean kp_fetch_apart(const KpOptions *options, const GPtrArray *repos, GPtrArray *warnings,
			GError **error);

#endif
