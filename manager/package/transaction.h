/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of one transaction. */
#ifndef KP_TRANSACTION_RPM_H
#define KP_TRANSACTION_RPM_H

#include <rpm/rpmts.h>

#include "base/transaction.h"

/* One item, once its header was read. */
typedef struct {
	const KpTransactionItem *item;
	KpPackageHeader *info;
	gboolean was_there;	/* the database has had this release before */
	FD_t open;		/* librpm reads it just now; NULL: it does not */
} KpPart;

typedef struct {
	const KpTransaction *t;
	rpmts ts;
	rpmtxn held;		/* the lock of @ts; NULL: not yet */
	GPtrArray *parts;	/* KpPart */
	GPtrArray *doubles;	/* KpInstance: to erase */
	GPtrArray *lines;	/* what librpm says */
	GPtrArray *arrivals;	/* KpPackageFile of the parts: where there was no file before */
	int list;		/* of them, held; -1: not written down */
	FD_t output;		/* where scriptlets write */
	gboolean begun;		/* what was left is cleared up; the end is to be looked at */
	gboolean installing;	/* behind the verification */
	gboolean doubtful;	/* librpm says that something failed, and of no package that it did */
	gboolean broken;	/* librpm began, and did not do all of it */
} KpRun;

/* Gives librpm what is to be done. FALSE with KP_ERROR_REFUSED when policy is against
 * it. */
gboolean kp_run_prepare(KpRun *run, GError **error);

/* librpm calls this while it works. */
void *kp_run_notify(const void *header, rpmCallbackType what, rpm_loff_t amount, rpm_loff_t total,
		    fnpyKey key, rpmCallbackData data);

/* What librpm's problems mean. */
void kp_run_set_problems(const KpRun *run, GError **error);

/* Are database and files below the root as they should be? */
gboolean kp_run_look_again(const KpRun *run, rpmts ts, GError **error);

/* Adds to @error, of a transaction that failed, what it has done all the same, and
 * whether there is no room. */
void kp_run_tell_state(const KpRun *run, rpmts ts, GError **error);

#endif
