/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel module file says about itself. The bytes are hostile: every
 * offset is checked before it is followed. */
#ifndef KP_MODINFO_H
#define KP_MODINFO_H

#include <glib.h>

#include "live/replaces.h"

typedef struct {
	char *name;		/* modinfo name= */
	char *vermagic;
	char *version;		/* may be NULL */
	char **cves;		/* modinfo kpatch_cve=, one each; never NULL */
	char **funcs;		/* kpatch_func=object:function, one each; never NULL */
	char **targets;		/* kpatch_target=module:srcversion, one each; never NULL */
	gboolean livepatch;	/* modinfo livepatch=Y */
	gboolean replace_param;	/* has a parameter replace */
	KpReplaces replaces;	/* what was live before it */
	gboolean kpatch_funcs;	/* has a section .kpatch.funcs */
} KpModinfo;

/* Parses the module file @content. KP_ERROR_REFUSED says what is wrong with
 * it. Caller frees with kp_modinfo_free(). */
KpModinfo *kp_modinfo_parse(GBytes *content, GError **error);

/* The same for the file @fd of @size bytes, of which only the parts that matter
 * are read. */
KpModinfo *kp_modinfo_read(int fd, gsize size, GError **error);
void kp_modinfo_free(KpModinfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpModinfo, kp_modinfo_free)

#endif
