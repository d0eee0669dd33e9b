/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module system calls, each as small as can be, and what their errnos
 * mean to a sysadmin. */
#ifndef KP_MODULE_H
#define KP_MODULE_H

#include <glib.h>

#include "live/denial.h"

/* Loads the module in @fd, sealed memory (seal.h), which gets the label that modules
 * have. Returns 0 or an errno; EACCES is a security module's. */
int kp_module_load(int fd, const char *params);

/* The same with @flags, KP_MODULE_COMPRESSED or 0. */
#define KP_MODULE_COMPRESSED 4	/* linux/module.h, MODULE_INIT_COMPRESSED_FILE */
int kp_module_load_packed(int fd, const char *params, int flags);

/* Removes the module @name. Returns 0 or an errno. */
int kp_module_delete(const char *name);

/* Sets the error for a module @what that could not be loaded with @code: what it
 * means and what to do next. */
void kp_module_set_error(GError **error, const char *what, int code);

/* The same where it was EACCES or EPERM, of whatever @denial says. */
void kp_module_set_denied(GError **error, const char *what, const KpDenial *denial);

/* Removes @name, waiting for those who still use it. A module that is not
 * loaded is fine. */
gboolean kp_module_remove(const char *name, GError **error);

#endif
