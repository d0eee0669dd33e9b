/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KP_RELEASEVER_H
#define KP_RELEASEVER_H

/* As KpSolveApi has it. */
char *kp_releasever_read(const char *root, const char *rpmdb);

#endif
