/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Named points at which tests let the program die, or stand still. */
#ifndef KP_FAULT_H
#define KP_FAULT_H

/* With KPATCH_MANAGER_FAULT=POINT in the environment of whoever may be trusted
 * (secure_getenv(3)) the process kills itself here, as kill -9 would; with POINT:stop
 * it stops and goes on at SIGCONT. The same point counts once. */
void kp_fault(const char *point);

#endif
