/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cannot be derived from rpmdb, files and /sys: history, holds, blocks,
 * what is being tried at boot and what was proven good, in one SQLite database
 * that survives a power cut. What was changed is on disk when a function that
 * changes it returns. */
#ifndef KP_STATE_H
#define KP_STATE_H

#include <glib.h>

#define KP_STATE_FILE "/var/lib/kpatch/state.db"

typedef struct KpState KpState;

/* One attempt to change the kernel. */
typedef struct {
	gint64 at;		/* seconds since the epoch */
	char *boot_id;
	char *kver;
	char *action;		/* "apply", "boot", "sync", "rollback" */
	char *name;		/* module; "" for a rollback to none */
	char *version;
	char *sha256;
	char *backend;
	char *result;		/* "done", or kp_error_word() */
	char *detail;		/* the error, or "" */
	char *signer;		/* subject of the certificate that vouched; "" or NULL: none */
	char *signer_sha256;	/* its fingerprint */
	char *origin;		/* "package", "store" or "file"; "" or NULL: not known */
} KpRecord;

typedef enum {
	KP_HOLD_HELD,		/* by the admin or a rollback: means the release, that
				 * is this digest, or this name and version */
	KP_HOLD_BLOCKED,	/* a trial or the boot guard found it bad: means the
				 * digest alone, so that a rebuilt one may come */
} KpHoldKind;

/* What stays away until a newer one comes or it is released. */
typedef struct {
	KpHoldKind kind;
	char *kver;
	char *name;
	char *version;
	char *sha256;
	char *reason;
	gint64 since;		/* seconds since the epoch */
} KpHold;

/* Which patch is meant, where no more than that is needed. */
typedef struct {
	const char *name;
	const char *version;
	const char *sha256;
} KpIdentity;

/* "This is being loaded at boot": if it is still there at the next boot, the
 * last one did not end well. */
typedef struct {
	char *kver;
	char *name;
	char *version;
	char *sha256;
	char *boot_id;		/* the boot that tried it last */
	gint64 at;		/* seconds since the epoch */
	gint64 count;		/* how often it was tried without an end */
} KpAttempt;

/* A digest that was proven good: a boot with it ended well, or its trial. */
typedef struct {
	char *kver;
	char *name;
	char *version;
	char *sha256;
	gint64 at;		/* seconds since the epoch */
} KpGood;

void kp_record_free(KpRecord *record);
void kp_hold_free(KpHold *hold);
void kp_attempt_free(KpAttempt *attempt);
void kp_good_free(KpGood *good);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpRecord, kp_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpHold, kp_hold_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpAttempt, kp_attempt_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpGood, kp_good_free)

/* Opens the database below @root. For writing it is made where it is missing,
 * and a damaged one is set aside, which is the warning; one that cannot be
 * written is an error. For reading a missing one is an empty one. A database
 * made by a newer program is refused. Root alone may open the file, for whoever reads
 * it can lock it. Caller closes with kp_state_close(). */
KpState *kp_state_open(const char *root, gboolean writing, GError **error);
void kp_state_close(KpState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpState, kp_state_close)

/* FALSE when the database below @root may be read by root alone, and we are not. */
gboolean kp_state_is_for_us(const char *root);

/* What is still to be had of a database that cannot be opened otherwise, to be read;
 * *@whole: all holds are. NULL when there is nothing. */
KpState *kp_state_open_remains(const char *root, gboolean *whole);

/* TRUE after one was set aside and not all of its holds could be read: until
 * kp_state_end_doubt(), when what may have been held is. */
gboolean kp_state_is_doubted(const KpState *state);
void kp_state_end_doubt(const KpState *state);

/* What the user must know about how it was opened, or NULL. */
const char *kp_state_warning(const KpState *state);

/* That others than root and the caller could write it when it was opened, or NULL. Who
 * opens it for writing closes it to them, so that this is said once. */
const char *kp_state_exposed(const KpState *state);

gboolean kp_state_add_record(KpState *state, const KpRecord *record, GError **error);

/* The newest @limit records (all when 0) of @kver (any kernel when NULL):
 * KpRecord, newest first. */
GPtrArray *kp_state_history(KpState *state, const char *kver, gint64 limit, GError **error);

/* The newest record of @kver (any kernel when NULL) with @result (any when
 * NULL). *@record is NULL when there is none. */
gboolean kp_state_last_record(KpState *state, const char *kver, const char *result,
			      KpRecord **record, GError **error);

/* The newest record of how the module @name went live on @kver; *@record is NULL
 * when there is none. */
gboolean kp_state_last_load(KpState *state, const char *kver, const char *name,
			    KpRecord **record, GError **error);

/* The newest time @name went live on @kver in the boot @boot_id: seconds since
 * the epoch, 0 when it is not known. */
gint64 kp_state_live_since(KpState *state, const char *kver, const char *name,
			   const char *boot_id);

/* Holds of @kver, all kernels' when NULL: KpHold, oldest first. */
GPtrArray *kp_state_holds(KpState *state, const char *kver, GError **error);

/* "held" or "blocked" */
const char *kp_hold_word(KpHoldKind kind);

/* Adds @hold. *@added says whether it is new: one digest may be held and
 * blocked, each once. */
gboolean kp_state_add_hold(KpState *state, const KpHold *hold, gboolean *added,
			   GError **error);
/* Takes away holds of both kinds. */
gboolean kp_state_drop_hold(KpState *state, const char *kver, const char *sha256,
			    GError **error);

/* Takes away the block alone. */
gboolean kp_state_drop_block(KpState *state, const char *kver, const char *sha256,
			     GError **error);

/* Marks @patch as being loaded at boot. There is one mark per kernel: another
 * patch takes the place of the one before; the same is counted. */
gboolean kp_state_begin_attempt(KpState *state, const char *kver, const KpIdentity *patch,
				const char *boot_id, GError **error);
/* *@attempt is NULL when there is none. */
gboolean kp_state_attempt(KpState *state, const char *kver, KpAttempt **attempt,
			  GError **error);
gboolean kp_state_end_attempt(KpState *state, const char *kver, GError **error);

gboolean kp_state_set_good(KpState *state, const char *kver, const KpIdentity *patch,
			   GError **error);
/* *@good is what was proven good last, NULL when nothing was. */
gboolean kp_state_last_good(KpState *state, const char *kver, KpGood **good, GError **error);
/* FALSE also when it cannot be read. */
gboolean kp_state_is_good(KpState *state, const char *kver, const char *sha256);

#endif
