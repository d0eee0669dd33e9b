/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How code of a patch reaches what it does not bring itself. */
#ifndef KP_BUILD_RESOLVE_H
#define KP_BUILD_RESOLVE_H

#include "emit.h"
#include "prove.h"

/* Exported symbols: name to object ("vmlinux", or a module's name), both owned. */
GHashTable *kp_exports_new(void);
/* Adds those of a Module.symvers. Exports of a namespace count as none: a module must be
 * allowed to use it. With @object, they are all that object's. KP_ERROR_USAGE. */
gboolean kp_exports_read(GHashTable *exports, const char *path, const char *object,
			 GError **error);

typedef struct {
	GHashTable *exports;
	const KpKernel *kernel;
	const KpObject *module;		/* the distribution's; NULL: the object is in vmlinux */
	const char *object;		/* "vmlinux", or the module's name */
	const KpObject *original;
	const KpProof *proof;		/* of the original */
} KpResolver;

/* A KpResolve; @data is a KpResolver. */
gboolean kp_resolve(gpointer data, const KpObjectSymbol *symbol, const KpObjectSymbol *original,
		    KpReference *reference, GError **error);

#endif
