/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the running kernel has of an object: vmlinux, or a module that a patch has
 * functions of. */
#ifndef KP_OBJECT_H
#define KP_OBJECT_H

#include <glib.h>

typedef enum {
	KP_OBJECT_THERE,	/* vmlinux, or a module that is loaded */
	KP_OBJECT_ABSENT,	/* a module that is not loaded: it may come */
	KP_OBJECT_BUILT_IN,	/* part of vmlinux: no module of that name can come */
	KP_OBJECT_MISNAMED,	/* nothing can be called so */
} KpObjectState;

/* What @object is in the kernel @kver (may be NULL), of which /sys and the list
 * modules.builtin beside its modules are asked below @root. */
KpObjectState kp_object_state(const char *root, const char *kver, const char *object);

/* Why functions of @object can never be replaced, and what to do; NULL when they
 * can. Caller frees. */
char *kp_object_problem(const char *root, const char *kver, const char *object);

#endif
