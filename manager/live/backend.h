/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two ways a kernel can be patched, behind one interface. */
#ifndef KP_BACKEND_H
#define KP_BACKEND_H

#include "base/settings.h"
#include "base/wait.h"
#include "live/patch.h"

/* What a backend works with; all of it is borrowed. */
typedef struct {
	const KpSettings *settings;
	const KpWatch *watch;	/* may be NULL */
} KpBackendCall;

typedef struct {
	/* Loads @patch so that it replaces every other patch at once, and waits
	 * until it is live. On failure the kernel is as it was before. */
	gboolean (*load)(const KpBackendCall *call, const KpPatch *patch, GError **error);

	/* Takes the live patch @name out of the kernel; its module stays. On
	 * failure it is live as before. */
	gboolean (*disable)(const KpBackendCall *call, const char *name, GError **error);

	/* Ends the transition of @name that somebody who was interrupted left
	 * under way, so that it is live (@enabled), or is not. On failure it is
	 * turned round. Without a transition there is nothing to do. */
	gboolean (*settle)(const KpBackendCall *call, const char *name, gboolean enabled,
			   GError **error);
} KpBackend;

extern const KpBackend kp_backend_kpatch;
extern const KpBackend kp_backend_livepatch;

/* The backend for @kind; never NULL. */
const KpBackend *kp_backend_for(KpBackendKind kind);

#endif
