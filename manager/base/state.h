/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cannot be derived from rpmdb, files and /sys: history and holds, in
 * one SQLite database that survives a power cut. */
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
} KpRecord;

/* A release that stays away until a newer one comes or it is released. */
typedef struct {
	char *kver;
	char *name;
	char *version;
	char *sha256;
	char *reason;
	gint64 since;		/* seconds since the epoch */
} KpHold;

void kp_record_free(KpRecord *record);
void kp_hold_free(KpHold *hold);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpRecord, kp_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpHold, kp_hold_free)

/* Opens the database below @root. For writing it is made where it is missing;
 * for reading a missing one is an empty one. A database made by a newer
 * program is refused. Caller closes with kp_state_close(). */
KpState *kp_state_open(const char *root, gboolean writing, GError **error);
void kp_state_close(KpState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpState, kp_state_close)

gboolean kp_state_add_record(KpState *state, const KpRecord *record, GError **error);

/* The newest record of @kver (any kernel when NULL) with @result (any when
 * NULL). *@record is NULL when there is none. */
gboolean kp_state_last_record(KpState *state, const char *kver, const char *result,
			      KpRecord **record, GError **error);

/* The newest time @name went live on @kver in the boot @boot_id: seconds since
 * the epoch, 0 when it is not known. */
gint64 kp_state_live_since(KpState *state, const char *kver, const char *name,
			   const char *boot_id);

/* Holds of @kver, all kernels' when NULL: KpHold, oldest first. */
GPtrArray *kp_state_holds(KpState *state, const char *kver, GError **error);

/* Adds @hold. *@added says whether it is new. */
gboolean kp_state_add_hold(KpState *state, const KpHold *hold, gboolean *added,
			   GError **error);
gboolean kp_state_drop_hold(KpState *state, const char *kver, const char *sha256,
			    GError **error);

#endif
