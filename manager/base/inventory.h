/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the package database says about kernels and their patches. This struct
 * is all that crosses from the package wing; it needs no header of librpm. */
#ifndef KP_INVENTORY_H
#define KP_INVENTORY_H

#include <glib.h>

/* A kernel package: it provides kernel-uname-r. */
typedef struct {
	char *package;		/* name-version-release.arch */
	char *kver;		/* uname -r, from the path it owns */
	char *uname_r;		/* version of what it provides: kernel-uname-r */
} KpInvKernel;

/* A module of a patch package. */
typedef struct {
	char *path;
	char *sha256;		/* of what was packaged; NULL: another digest is known */
} KpInvModule;

/* A patch package: it requires kernel-uname-r. */
typedef struct {
	char *package;		/* name-version-release.arch */
	char *name;
	char *evr;		/* version-release, with the epoch if it has one */
	char *uname_r;		/* version of what it requires: kernel-uname-r, or what
				 * stands for it (KP_OLD_TIE) */
	char *kver;		/* the kernel folder it owns in the corridor, or NULL */
	char *until;		/* how long its stream is promised, as it says itself;
				 * NULL: it does not (KP_UNTIL_PROVIDE) */
	GPtrArray *modules;	/* KpInvModule */
	gint64 installed;	/* when, in seconds since the epoch */
} KpInvPatch;

/* the dependency that ties a patch to its kernel */
#define KP_TIE "kernel-uname-r"

/* What ties one to its kernel that was made before kernels provided that (RHEL 8.1):
 * it requires this name in the kernel's version-release, and provides that one. */
#define KP_OLD_TIE "kernel"
#define KP_PATCH_PROVIDE "kpatch-patch"

/* what a patch package provides to say how long its stream is promised: = YYYYMMDD */
#define KP_UNTIL_PROVIDE "kpatch-coverage-until"

typedef struct {
	GPtrArray *kernels;	/* KpInvKernel */
	GPtrArray *patches;	/* KpInvPatch */
	char *kpatch;		/* the package whose name is kpatch, or NULL: that something
				 * provides it is not enough for who asks by name */
	GPtrArray *askers;	/* char *: packages that do */
} KpInventory;

KpInventory *kp_inventory_new(void);
KpInvPatch *kp_inv_patch_new(void);
/* The patch package whose module lies at @path below @root; *@module is what it says of
 * that. NULL: none. Borrowed. */
const KpInvPatch *kp_inventory_owner(const KpInventory *inventory, const char *root,
				     const char *path, const KpInvModule **module);
KpInvModule *kp_inv_module_new(const char *path, const char *sha256);
void kp_inventory_free(KpInventory *inventory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpInventory, kp_inventory_free)

/* Reads the package database in @rpmdb ("auto": the usual folders) below
 * @root; patch packages are those whose name matches one of @globs. NULL and
 * KP_ERROR_FAILED when there is none, or it cannot be read. Caller frees. */
typedef KpInventory *(*KpInventoryReadFunc)(const char *root, const char *rpmdb,
					    const char *const *globs, GError **error);

/* the plugin that has it, and its name there */
#define KP_PLUGIN_API __attribute__((visibility("default")))
#define KP_INVENTORY_PLUGIN "kpatch-packages.so"
#define KP_INVENTORY_SYMBOL "kp_inventory_read"
KP_PLUGIN_API KpInventory *kp_inventory_read(const char *root, const char *rpmdb,
					     const char *const *globs, GError **error);

/* The same plugin says whether the package in @fd is whole and signed by a key of
 * that database; *@signature names it. FALSE with KP_ERROR_REFUSED and the
 * reason. Caller frees. */
typedef gboolean (*KpPackageVerifyFunc)(const char *root, const char *rpmdb, int fd,
					char **signature, GError **error);
#define KP_PACKAGE_VERIFY_SYMBOL "kp_package_verify"
KP_PLUGIN_API gboolean kp_package_verify(const char *root, const char *rpmdb, int fd,
					 char **signature, GError **error);

/* The CVEs that the changelogs of installed kernels and patches mention: package
 * (as above) to a set (base/cve.h). NULL with @error set when the package database
 * cannot be read. Caller frees with g_hash_table_unref(). */
typedef GHashTable *(*KpChangelogsFunc)(const char *root, const char *rpmdb, GError **error);
#define KP_CHANGELOGS_SYMBOL "kp_changelogs_read"
KP_PLUGIN_API GHashTable *kp_changelogs_read(const char *root, const char *rpmdb,
					     GError **error);

#endif
