/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a list of revoked digests (kpatch-trust(7)), without its
 * signature. */
#ifndef KP_REVOCATIONS_H
#define KP_REVOCATIONS_H

#include <glib.h>

/* How every list begins; kpatch-sign signs files that do. */
#define KP_REVOCATIONS_HEAD "kpatch-revocations 1\n"

typedef struct {
	gint64 serial;
	gint64 expires;		/* seconds since the epoch */
	GPtrArray *digests;	/* SHA-256, hexadecimal, lower case */
} KpRevocations;

void kp_revocations_free(KpRevocations *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpRevocations, kp_revocations_free)

/* KP_ERROR_CONFIG, with the line, when anything in it is not understood.
 * Caller frees. */
KpRevocations *kp_revocations_parse(const char *text, gsize size, GError **error);

#endif
