/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch-boot-good.service, which watches whether the machine survives what was loaded, and
 * kpatch-boot-end.service, by which systemd itself says that it goes down in order. */
#ifndef KP_WATCHER_H
#define KP_WATCHER_H

#include "base/state.h"
#include "live/host.h"

/* Lets systemd know, before there is a mark, that it has something to say when the machine
 * goes down. At boot kpatch.service has done that. */
void kp_watcher_prepare(const KpHost *host);

/* Lets kpatch-boot-good.service take the mark away in time. FALSE when there is no such
 * service. One that watches an earlier mark begins again; who calls from inside of it is
 * that service, and goes on watching. */
gboolean kp_watcher_start(const KpHost *host);

/* A descriptor that says, as long as it is open, that somebody watches below @root; or -1. */
int kp_watcher_begin(const char *root);

/* What must be told when a mark of this boot is there and nobody watches any more, who was
 * killed for one: he is started again. NULL when all is well. Not while another program has
 * the lock, which may be about to start him. Caller frees. */
char *kp_watcher_revive(KpState *state, const KpHost *host);

/* TRUE when kp_watcher_revive() has something to do. */
gboolean kp_watcher_is_lost(KpState *state, const KpHost *host);

/* TRUE when the machine is being shut down, rebooted or halted in order. */
gboolean kp_watcher_goes_down(const KpHost *host);

#endif
