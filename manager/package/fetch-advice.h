/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_FETCH_ADVICE_H
#define KP_FETCH_ADVICE_H

#include "base/repo.h"

/* What to do next about @repo, of which something could not be fetched because of @why,
 * words of librepo. Caller frees. */
char *kp_fetch_advice(const KpRepo *repo, const char *why);

#endif
