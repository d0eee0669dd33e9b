/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin with librpm does with packages: it reads, verifies and installs
 * them. Includes no header of librpm. */
#ifndef KP_TRANSACTION_H
#define KP_TRANSACTION_H

#include "base/settings.h"
#include "base/update.h"
#include "base/wait.h"

#define KP_TRANSACTION_PLUGIN "kpatch-packages.so"
#define KP_TRANSACTION_SYMBOL "kp_transaction_api"

typedef enum {
	KP_SIGNED_NOT,
	KP_SIGNED_UNKNOWN,	/* by a key that the package database does not have */
	KP_SIGNED_GOOD,
} KpSigned;

typedef struct {
	char *path;
	char *digest;		/* hexadecimal; "" of what is no regular file */
	char *algorithm;	/* "sha256" ... as GChecksum knows it, or NULL */
	guint32 mode;		/* st_mode */
	gboolean special;	/* has capabilities */
	gboolean ghost;		/* the package owns it, but does not bring it */
	char *user;		/* that it will belong to */
	char *link;		/* where a symbolic link leads, or NULL */
} KpPackageFile;

/* What the header of a package says; for its payload only run() vouches. */
typedef struct {
	char *name;
	char *evr;		/* with the epoch only if it is not 0 */
	char *arch;
	char *nevra;
	char *kver;		/* the kernel folder it owns in the corridor, or NULL */
	char *uname_r;		/* version of the kernel-uname-r it requires, or NULL */
	gboolean kernel;	/* it provides kernel-uname-r */
	KpSigned signature;
	char *key_id;		/* of the signer, 16 hexadecimal digits, or NULL */
	char *signer;		/* user id of that key, where the database has it, or NULL */
	GPtrArray *files;	/* KpPackageFile */
	char **cves;		/* that its changelog names, sorted; never NULL */
	guint64 installed_size;	/* bytes */
	char *installed;	/* EVR of what is installed under its name, or NULL */
	int order;		/* of it to @installed: <0 older, 0 the same, >0 newer */
	gboolean intact;	/* what is installed is this release, and its files are right */
} KpPackageHeader;

typedef struct {
	KpUpdateStepKind kind;
	int fd;			/* of the package; -1: KP_STEP_ERASE */
	const char *nevra;	/* what it has to be, NULL: whatever it is */
} KpTransactionItem;

/* Told now and then; @what is a word such as "verifying" or a package. */
typedef void (*KpTransactionProgress)(gpointer user, const char *what, guint64 done,
				      guint64 total);

typedef struct {
	const char *root;
	const char *rpmdb;
	const char *const *globs;	/* names of patch packages */
	const GArray *items;		/* KpTransactionItem; may be empty: only to repair */
	KpPackagePolicy policy;
	const KpWatch *watch;
	KpTransactionProgress progress;	/* may be NULL */
	gboolean quiet;			/* nobody wants to hear what scriptlets say */
	gpointer user;
	GPtrArray *warnings;		/* char *: is added to */
} KpTransaction;

/* A public key in a file of keys. */
typedef struct {
	char *fingerprint;	/* hexadecimal */
	char *key_id;		/* 16 hexadecimal digits */
	char **ids;		/* key_id, and those of its subkeys */
	char *user_id;		/* or "" */
	gboolean known;		/* the package database has it */
	gboolean revoked;	/* it says so itself */
	GBytes *packets;
} KpPackageKey;

/* What the package database and the corridor look like. */
typedef struct {
	char *state;		/* of the database: changes with each package that comes or goes */
	char *holder;		/* who else is changing packages just now, or NULL; if somebody is,
				 * nothing is said of the rest */
	GPtrArray *damage;	/* char *: what a transaction that was killed has left to repair */
	GPtrArray *unowned;	/* char *: modules that belong to no package, and stay */
	gboolean stale;		/* names and lists are left that nobody needs any more */
} KpFound;

KpFound *kp_found_new(void);
void kp_found_free(KpFound *found);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpFound, kp_found_free)

typedef struct {
	/* Reads the header of the package in @fd, which may end behind it. KP_ERROR_REFUSED
	 * when it is none, is damaged or has a signature that is wrong. Caller frees. */
	KpPackageHeader *(*header)(const char *root, const char *rpmdb, int fd, GError **error);
	/* Waits for librpm's lock, for at most @limit_ms. Returns a descriptor, to be closed
	 * to give it back, or -1 with KP_ERROR_BUSY: somebody else has it. */
	int (*lock)(const char *root, const char *rpmdb, gint64 limit_ms, const KpWatch *watch,
		    GError **error);
	/* Looks at what there is, without changing it, for who has the descriptor @lock, or
	 * none (-1): that lock is held when this returns. NULL with @error, also when a folder
	 * cannot be read. Caller frees. */
	KpFound *(*look)(const char *root, const char *rpmdb, const char *const *globs,
			 int lock, GError **error);
	/* Carries out @t, all or nothing, with what the descriptors hold, and repairs
	 * before that what an earlier one left half done. The caller has the lock, and has no
	 * right to count on it any more afterwards. Signals that come meanwhile wait until it
	 * is over and are then warnings. KP_ERROR_REFUSED: signature or contents. TRUE: it was
	 * looked at afterwards, under the lock, and database and files are as they should be. */
	gboolean (*run)(const KpTransaction *t, GError **error);
	/* The keys in @text (RFC 4880 armour): KpPackageKey. NULL with @error. */
	GPtrArray *(*keys)(const char *root, const char *rpmdb, const char *text, GError **error);
	/* Waits for the database as lock() does. */
	gboolean (*import_key)(const char *root, const char *rpmdb, const KpPackageKey *key,
			       gint64 lock_limit_ms, const KpWatch *watch, GError **error);
} KpTransactionApi;

#define KP_TRANSACTION_EXPORT __attribute__((visibility("default")))
extern KP_TRANSACTION_EXPORT const KpTransactionApi kp_transaction_api;

/* Why nobody may have @header installed as a patch or beside one, or NULL. A patch
 * package may own what is looked at and never acted on: its modules below
 * /usr/lib/kpatch, which are verified before they are loaded, documentation and
 * licences, links of build-ids to those modules, and, as files that it does not bring
 * (%ghost), copies in /var/lib/kpatch. It may own nothing that runs or configures, and
 * no kernel: who may sign a patch need not be one who may change the machine. A rule
 * of its own, so that check can tell it before anything is fetched. */
char *kp_package_refusal(const KpPackageHeader *header, const char *const *globs);

void kp_package_file_free(KpPackageFile *file);
void kp_package_header_free(KpPackageHeader *header);
void kp_package_key_free(KpPackageKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpPackageHeader, kp_package_header_free)

#endif
