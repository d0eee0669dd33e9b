/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stages of update: choose, show, ask, fetch, install, sync. */
#ifndef KP_CLI_UPDATE_H
#define KP_CLI_UPDATE_H

#include "base/settings.h"
#include "base/transaction.h"
#include "base/update.h"
#include "cli/options.h"
#include "cli/repositories.h"
#include "cli/status.h"

/* A package that is to be installed, once it is at hand. */
typedef struct {
	const char *path;		/* of the file, if it was named; or NULL */
	const KpUpdateStep *step;	/* of the plan; NULL: there is none yet */
	int fd;				/* private: nobody else can change it; -1: not yet */
	KpPackageHeader *header;	/* NULL: not yet */
} KpChosen;

KpChosen *kp_chosen_new(void);
void kp_chosen_free(KpChosen *chosen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KpChosen, kp_chosen_free)
GPtrArray *kp_chosen_list_new(void);

typedef struct {
	const KpOptions *options;
	const KpSettings *settings;
	const KpTransactionApi *api;
	KpUpdatePlan *plan;
	GPtrArray *files;	/* KpChosen: those that were named, empty when taken for a step;
				 * NULL: none was named */
	GPtrArray *chosen;	/* KpChosen, in the order of the plan's steps */
	KpRepositories *repositories;	/* NULL: the files that were named need none */
	KpStatus *status;	/* of the files alone */
	KpFound *found;		/* what the plan is about; NULL: not looked at yet */
	GPtrArray *holds;	/* KpHold of all kernels */
	GPtrArray *warnings;	/* char * */
	GPtrArray *passed;	/* KpPassed: what came and was not good */
	KpPassed *blamed;	/* the one that came last, or NULL */
	const char *release;	/* that was named, or NULL */
	const char *sync;	/* "done", or an error's word; NULL: not reached */
} KpUpdate;

/* Each returns FALSE with @error set. */

/* Reads the package files in @paths: the plan will be about these. */
gboolean kp_update_read_files(KpUpdate *update, char **paths, GError **error);

/* Lets the planner decide. */
gboolean kp_update_choose(KpUpdate *update, GError **error);

/* The same with what is passed by now, and what the package database has by now. What was
 * fetched is kept, if it is still to be installed. */
gboolean kp_update_choose_again(KpUpdate *update, GError **error);

/* Somebody may have been in the middle of changing packages: waits for the lock, looks, and
 * chooses again if the package database is another one. *@changed says whether it was. */
gboolean kp_update_settle(KpUpdate *update, gboolean *changed, GError **error);

/* How often somebody else may change packages between our plan and our lock, and what to
 * say then: FALSE with KP_ERROR_BUSY. */
#define KP_UPDATE_ROUNDS 5
gboolean kp_update_no_rest(GError **error);

/* Drops the warnings from @from on that were there before. */
void kp_update_drop_repeated(KpUpdate *update, guint from);

/* Notes that @chosen, of a repository, is not good, if something else may be taken. */
void kp_update_blame(KpUpdate *update, const KpChosen *chosen, const GError *problem);

/* Passes over what check has found not to be good, for who fetches nothing. */
void kp_update_foresee(KpUpdate *update);

/* Fetches, and brings keys. What is not good is passed over, if there is something to
 * take in its place; whoever is asked is asked about that again. */
gboolean kp_update_bring(KpUpdate *update, GError **error);

/* Fetches what is not here yet, and reads its headers. */
gboolean kp_update_fetch(KpUpdate *update, GError **error);

/* Imports keys that repositories name and somebody agrees to. */
gboolean kp_update_bring_keys(KpUpdate *update, GError **error);

/* Reads the header of the package that @chosen has. KP_ERROR_REFUSED when it is damaged,
 * a kernel, has files where none belong, or has what is held, blocked or revoked. */
gboolean kp_update_read_header(const KpUpdate *update, KpChosen *chosen, GError **error);

/* Asks on the terminal, unless --yes says that all is agreed to. */
gboolean kp_update_confirm(const KpUpdate *update, GError **error);
/* A question for yes or no; no without an answer, or when we are told to stop. */
gboolean kp_update_ask(const KpOptions *options, const char *question);
/* TRUE, with KP_ERROR_BUSY, when it was not answered because we are told to stop. */
gboolean kp_update_interrupted(const KpOptions *options, GError **error);

/* Installs what was chosen and repairs, then makes the kernel agree. *@again: nothing was
 * done, for the package database was changed meanwhile; there is a new plan, which has to
 * be shown, agreed to or fetched first. */
gboolean kp_update_install(KpUpdate *update, gboolean *again, GError **error);
/* Clears away, without a word, names and lists that nobody needs any more, if nobody is in
 * the way. */
void kp_update_tidy(KpUpdate *update);
/* As the command sync does. */
gboolean kp_update_sync(KpUpdate *update, GError **error);

/* uname -r of the kernel that @step is for, or NULL. */
const char *kp_update_kernel_of(const KpUpdate *update, const KpUpdateStep *step);

/* Says what the plan would do. */
void kp_update_show(const KpUpdate *update);
void kp_update_say_kernels(const KpUpdate *update);
void kp_update_json(const KpUpdate *update, const char *result, const GError *error);

/* A line on standard error while something takes long. @user: KpUpdate. */
void kp_update_progress(gpointer user, const char *what, guint64 done, guint64 total);
void kp_update_progress_end(void);

#endif
