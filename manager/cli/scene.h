/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of the live wing begin with: facts, settings, state,
 * files and what is live, read in that order, under the lock if need be. */
#ifndef KP_SCENE_H
#define KP_SCENE_H

#include "base/settings.h"
#include "base/state.h"
#include "cli/options.h"
#include "live/asked.h"
#include "live/host.h"
#include "live/select.h"
#include "live/store.h"
#include "live/vouch.h"

typedef struct {
	KpSettings *settings;
	KpHost *host;
	KpVoucher *voucher;
	int lock;		/* descriptor, or -1 */
	KpState *state;		/* NULL when it cannot be used, at boot only */
	KpState *remains;	/* what is left of one that is damaged, at boot and in a dry run */
	gboolean doubted;	/* there may be holds that we do not know */
	gboolean elsewhere;	/* all of this is about a kernel that does not run */
	GPtrArray *holds;	/* KpHold of the running kernel */
	KpCandidates *candidates;
	GPtrArray *live;	/* KpLivePatch */
	GPtrArray *records;	/* KpRecord of the running kernel, newest first */
	KpAsked asked;		/* a way back that the package manager went */
	gboolean after_death;	/* the boot before this one died */
	GPtrArray *warnings;	/* char * */
} KpScene;

/* Reads all of it. @changing: takes the lock and opens the state for writing,
 * which wants root and the machine itself. options->kernel may be another kernel than the
 * running one, whose patches and holds are read then. Caller frees with kp_scene_free(). */
KpScene *kp_scene_open(const KpOptions *options, gboolean changing, const KpWatch *watch,
		       GError **error);
/* Asks the package database for the releases of modules that say none, if there are such:
 * before one of them is held. */
void kp_scene_take_releases(KpScene *scene, const KpOptions *options);

/* What may be taken unasked: the newest patch of the stream that is live, or was, which is
 * neither held nor revoked (select.h); what was chosen is verified.
 * Caller frees. */
KpChoice *kp_scene_choose(const KpScene *scene);

/* Makes a private copy of @patch and asks who vouches for it. FALSE with
 * KP_ERROR_REFUSED when nobody does, and it may not be loaded. */
gboolean kp_scene_vouch(const KpScene *scene, const KpPatch *patch, GError **error);

/* Takes the block of @patch away, for whoever is about to try it once more; with @dry_run
 * in @scene alone. FALSE when the state cannot be written. */
gboolean kp_scene_unblock(const KpScene *scene, const KpPatch *patch, gboolean dry_run);

void kp_scene_free(KpScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpScene, kp_scene_free)

#endif
