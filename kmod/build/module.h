/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Emitted text, our kit and the Kbuild of a kernel's headers make a patch module. */
#ifndef KP_BUILD_MODULE_H
#define KP_BUILD_MODULE_H

#include "emit.h"

typedef struct {
	const char *kdir;	/* the kernel's headers */
	const char *kit;	/* our kit: its folders are core and patch */
	const char *folder;	/* where it is made; absolute */
	const char *core;	/* kpatch.ko is built there once, for its Module.symvers */
	const char *name;	/* of the module */
	const char *version;	/* "1-3" */
	gboolean kpatch;	/* for kpatch.ko; else for livepatch */
	gboolean keep;		/* livepatch: other patches stay */
	const GPtrArray *emitted;	/* KpEmitted */
	const GPtrArray *targets;	/* char*: "ext4:SRCVERSION" of modules that are patched */
	char **cves;		/* that it fixes; may be NULL */
	guint jobs;
	const char *log;
} KpModuleRequest;

/* Returns the path of the finished module, which the caller frees. KP_ERROR_FAILED. */
char *kp_module_make(const KpModuleRequest *request, GError **error);

#endif
