/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees and module files that unit tests make for themselves. */
#ifndef KP_FIXTURE_H
#define KP_FIXTURE_H

#include <glib.h>

typedef struct {
	const char *name;	/* NULL: leave the entry out */
	const char *kver;
	const char *version;
	const char *const *cves;	/* NULL-terminated, or NULL */
	const char *const *entries;	/* more "key=value", NULL-terminated, or NULL */
	gboolean livepatch;
	const char *klp;	/* has a struct klp_patch that replaces ("yes", "no"), two of
				 * them ("both"), or one that the compiler has not made (NULL) */
	gboolean funcs;		/* has .kpatch.funcs, and the parameter replace */
	gboolean no_replace;	/* it has not */
	guint machine;		/* e_machine; 0: x86-64 */
	gboolean endless;	/* .modinfo without its last NUL */
	const char *salt;	/* makes the content differ; may be NULL */
} FixtureModule;

/* The bytes of a module file, made by libelf. Caller unrefs. */
GBytes *fixture_module(const FixtureModule *module);

/* A new empty folder. Caller removes it with fixture_remove(). */
char *fixture_folder(void);
void fixture_remove(char *folder);

/* Writes a file below @root, with its folders. */
void fixture_write(const char *root, const char *path, const void *data, gssize size);

/* Puts a kpatch patch of @version for @kver below @root, in @folder. */
void fixture_patch(const char *root, const char *folder, const char *kver,
		   const char *version);

/* A captured machine: kernel @kver runs below @root. */
void fixture_machine(const char *root, const char *kver);

/* A patch that is live below @root, as /sys shows it. */
void fixture_live(const char *root, const char *backend, const char *name,
		  const char *version, gboolean enabled);

#endif
