/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a release is made of: kernels and diffs, as a file says it (kpatch-release(1),
 * MANIFEST). */
#ifndef KP_RELEASE_MANIFEST_H
#define KP_RELEASE_MANIFEST_H

#include <glib.h>

/* One kernel. Paths are absolute; what the manifest does not say is NULL. */
typedef struct {
	char *kver;
	char *tree;		/* the source that it was made from */
	char *kdir, *image, *config, *modules;
	char **diffs;		/* in order, never empty */
	char **cves;
	gboolean chosen;	/* to be built by this run */
} KpReleaseKernel;

typedef struct {
	char *version, *release;
	char *backend;		/* may be NULL */
	char *id, *title, *severity;	/* of the advisory */
	char *sign;		/* a key of GnuPG's, or NULL */
	char *module_key, *module_cert, *passphrase;
	GPtrArray *kernels;	/* KpReleaseKernel, in the manifest's order */
} KpManifest;

/* Reads @path. KP_ERROR_CONFIG names what is wrong, and where. Caller frees. */
KpManifest *kp_manifest_read(const char *path, GError **error);
void kp_manifest_free(KpManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpManifest, kp_manifest_free)

/* Chooses the kernels that @wanted names, and no others; NULL chooses all. FALSE if one of
 * them is not there. */
gboolean kp_manifest_choose(KpManifest *manifest, char **wanted, GError **error);

#endif
