/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One patch module file: who it is, bound to the descriptor it was read from. */
#ifndef KP_PATCH_H
#define KP_PATCH_H

#include <glib.h>
#include <sys/types.h>

#include "live/replaces.h"
#include "signing/verify.h"

typedef enum {
	KP_BACKEND_KPATCH,	/* our core module, kpatch.ko */
	KP_BACKEND_LIVEPATCH,	/* the kernel's own */
} KpBackendKind;

/* Where a file was found. */
typedef enum {
	KP_ORIGIN_PACKAGE,	/* /usr/lib/kpatch: what RPMs carry */
	KP_ORIGIN_STORE,	/* /var/lib/kpatch: copies of what was applied */
	KP_ORIGIN_FILE,		/* named on the command line */
} KpOrigin;

typedef struct {
	char *path;
	KpOrigin origin;
	int fd;			/* open for reading; what was read is what gets loaded */
	gsize size;		/* bytes */
	char *name;		/* module name, canonical */
	char *kver;		/* kernel it was built for, from vermagic */
	char *version;		/* version-release, for example 1-2: as the module says,
				 * else as its name has it (base/release.h), else the name */
	gboolean version_given;	/* by the package that brought it (cli/releases.h) */
	char *sha256;		/* ask kp_patch_sha256() */
	char **cves;		/* never NULL */
	char **funcs;		/* "object:function" it says that it replaces; may be NULL */
	char **targets;		/* "module:srcversion" it was built for; may be NULL */
	gboolean has_signature;	/* a module signature is appended; by whom is not known */
	KpBackendKind backend;
	KpReplaces replaces;	/* what is live when it is loaded */
	gboolean sealed;	/* @fd is a copy of our own: kp_patch_seal() */
	KpSignOutcome *signature;	/* what verifying it came to; NULL: it was not */
	gboolean vouched;	/* as far as signatures go, it may be loaded: kp_vouch() */
	char *left;		/* why it gives way to an older one (live/asked.h), or NULL */
	char *distrust;		/* why it may not; NULL: not asked, or it may */
} KpPatch;

/* Opens and reads the patch module @path. It must be a regular file, not a
 * link, of a sane size, that none but @owner or root can write. Errors are
 * KP_ERROR_REFUSED, with the reason, or KP_ERROR_FAILED when it cannot be
 * read. Caller frees with kp_patch_free(), which closes the descriptor. */
KpPatch *kp_patch_open(const char *path, KpOrigin origin, uid_t owner, GError **error);
void kp_patch_free(KpPatch *patch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpPatch, kp_patch_free)

/* The digest of the content, hexadecimal; owned by @patch. It is worked out from
 * the descriptor when it is first asked for: most files never need one. */
const char *kp_patch_sha256(const KpPatch *patch);

/* Puts a private copy in the place of the file's descriptor, so that what is
 * verified, loaded, kept and written down are the same bytes, whoever writes the
 * file meanwhile. FALSE when it is another patch by now. Once is enough. */
gboolean kp_patch_seal(const KpPatch *patch, GError **error);

/* TRUE when it was verified, and found to be revoked. */
gboolean kp_patch_revoked(const KpPatch *patch);

/* "kpatch" or "livepatch" */
const char *kp_backend_word(KpBackendKind kind);

/* "package", "store" or "file" */
const char *kp_origin_word(KpOrigin origin);

/* Opens @path as kp_patch_open() does, without taking it for a patch: the
 * descriptor, or -1. *@content has the bytes read from it. */
int kp_module_file_open(const char *path, uid_t owner, GBytes **content, GError **error);

#endif
