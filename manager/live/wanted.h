/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a patch module wants of the kernel, as its file has it. */
#ifndef KP_WANTED_H
#define KP_WANTED_H

#include <glib.h>

typedef enum {
	KP_WANTED_FUNCTION,	/* a function that it replaces */
	KP_WANTED_SYMBOL,	/* a symbol that its core module, or livepatch, looks up */
	KP_WANTED_IMPORT,	/* a symbol that the kernel's loader links it with */
} KpWantedKind;

typedef struct {
	KpWantedKind kind;
	char *object;		/* "vmlinux" or a module; NULL: whoever has it */
	char *name;
	gulong sympos;		/* which of several, from 1; 0: there must be one only */
} KpWanted;

/* The records that the kit and kpatch-build leave in .kpatch.funcs and .kpatch.dynrelas,
 * those of the kernel's klp-build, the symbols that are for livepatch, and those that are
 * undefined: KpWanted. What cannot be read is left out. @fd stays where it is. Caller
 * unrefs. */
GPtrArray *kp_wanted_read(int fd);

/* "object:function" for each function that the module @fd replaces, from those records;
 * empty if it has none. Caller frees. */
char **kp_wanted_functions(int fd);

/* The objects that @wanted has functions or symbols of, each once, sorted. */
char **kp_wanted_objects(const GPtrArray *wanted);

#endif
