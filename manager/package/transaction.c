/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One transaction from the lock to the last look, and the plugin's table. */
#include <errno.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmio.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmmacro.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arriving.h"
#include "base/error.h"
#include "base/fault.h"
#include "package/arrivals.h"
#include "package/header.h"
#include "package/keep.h"
#include "package/keys.h"
#include "package/owner.h"
#include "package/repair.h"
#include "package/rpm-debian.h"
#include "package/rpmdb.h"
#include "package/rpmlock.h"
#include "package/rpmlog.h"
#include "package/transaction.h"

static void part_free(gpointer data)
{
	KpPart *part = data;

	if (part->open != NULL)
		Fclose(part->open);
	kp_package_header_free(part->info);
	g_free(part);
}

/* librpm has handlers of its own for these, which end the process as soon as a
 * transaction is over: what has to follow it would not happen. SIGPIPE it ignores, and
 * must: a file trigger need not read the paths that it is sent. */
static const int held_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static void hold_signals(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (gsize i = 0; i < G_N_ELEMENTS(held_signals); i++)
		sigaddset(&set, held_signals[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

/* Takes what has come meanwhile, so that it ends nothing any more. */
static void release_signals(const sigset_t *before, GPtrArray *warnings)
{
	static const struct timespec at_once;
	sigset_t set;
	int came;

	sigemptyset(&set);
	for (gsize i = 0; i < G_N_ELEMENTS(held_signals); i++)
		sigaddset(&set, held_signals[i]);
	while ((came = sigtimedwait(&set, NULL, &at_once)) > 0 || (came < 0 && errno == EINTR))
		if (came > 0)
			g_ptr_array_add(warnings, g_strdup_printf(
				"signal %d came while packages were being installed; that was "
				"carried to its end", came));
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* More than 0: problems, and nothing was begun. Less: rpm 6 says so also when a package
 * is installed and its %post failed. 0: librpm counts all as done, which is not to say
 * that it is. What came of the last two the look at the end finds out. */
static gboolean run_failed(const KpRun *run, int result)
{
	gboolean failed = result > 0;

	for (int i = 0; i < rpmtsNElements(run->ts) && !failed; i++)
		failed = rpmteFailed(rpmtsElement(run->ts, i)) != 0;
	return failed;
}

static void set_failed(KpRun *run, int result, GError **error)
{
	g_autofree char *why = NULL;

	if (result > 0) {
		kp_run_set_problems(run, error);
		return;
	}
	why = kp_rpmlog_text(run->lines, "librpm does not say why");
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the packages could not be installed: %s", why);
	run->broken = TRUE;
}

/* Children must not write between the lines of a program that prints JSON. The
 * descriptor stays open until the transaction set is gone: Fclose() closes it whoever
 * else has a reference. */
static void send_output_to_stderr(KpRun *run)
{
	run->output = fdDup(STDERR_FILENO);
	rpmtsSetScriptFd(run->ts, run->output);
}

static gboolean run_elements(KpRun *run, GError **error)
{
	int result, mask;

	if (rpmtsNElements(run->ts) == 0)
		return TRUE;
	if (run->t->policy == KP_PACKAGE_REQUIRED)
		rpmtsSetVfyLevel(run->ts, RPMSIG_VERIFIABLE_TYPE);
	else
		rpmtsSetVfyLevel(run->ts, RPMSIG_DIGEST_TYPE);
	rpmtsSetVfyFlags(run->ts, RPMVSF_DEFAULT);
	rpmtsSetNotifyCallback(run->ts, kp_run_notify, run);
	send_output_to_stderr(run);
	/* what scriptlets say on standard output is shown to who wants to hear */
	mask = rpmlogSetMask(RPMLOG_UPTO(run->t->quiet ? RPMLOG_NOTICE : RPMLOG_INFO));
	result = rpmtsRun(run->ts, NULL, RPMPROB_FILTER_OLDPACKAGE | KP_FILTER_DEBIAN);
	rpmlogSetMask(mask);
	run->doubtful = result < 0;
	if (!run_failed(run, result))
		return TRUE;
	set_failed(run, result, error);
	return FALSE;
}

static void add_lines(const KpRun *run)
{
	for (guint i = 0; i < run->lines->len; i++)
		g_ptr_array_add(run->t->warnings, g_strdup(g_ptr_array_index(run->lines, i)));
}

static gboolean remove_leftovers(const KpTransaction *t, GError **error)
{
	g_autoptr(GPtrArray) paths = kp_repair_leftovers(t->root, error);

	for (guint i = 0; paths != NULL && i < paths->len; i++)
		if (unlink(g_ptr_array_index(paths, i)) != 0)
			g_ptr_array_add(t->warnings, g_strdup_printf(
				"%s cannot be removed: %s", (char *)g_ptr_array_index(paths, i),
				g_strerror(errno)));
	return paths != NULL;
}

/* What a transaction that was killed has left: first, for new temporary files may get
 * the same names. The number in them is the second in which it began. */
static gboolean clear_up(const KpTransaction *t, rpmts ts, GError **error)
{
	g_autoptr(GPtrArray) arrivals = kp_arriving_read(t->root);

	if (remove_leftovers(t, error) && kp_keep_settle(ts, t->root, t->warnings, error) &&
	    kp_arrivals_clear(ts, t->root, arrivals, error))
		return TRUE;
	g_prefix_error(error, "nothing was installed: ");
	return FALSE;
}

/* Before the first change, all that is needed to take it back. */
static gboolean secure(KpRun *run, GError **error)
{
	if (rpmtsNElements(run->ts) == 0)
		return TRUE;
	if (!kp_keep_old(run->ts, run->t->root, error))
		return FALSE;
	run->arrivals = kp_arrivals_of(run);
	run->list = kp_arriving_begin(run->t->root, run->arrivals, error);
	return run->list >= 0;
}

/* librpm's own, for as long as @run has this transaction set: else the lock would be gone
 * as soon as rpmtsRun() is done, and another package manager might change what is looked at
 * afterwards. librpm counts how often it has it. */
static gboolean keep_lock(KpRun *run, GError **error)
{
	run->held = rpmtxnBegin(run->ts, RPMTXN_READ);
	if (run->held != NULL)
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
			    "librpm cannot lock the package database; nothing was changed");
	return FALSE;
}

static gboolean install(KpRun *run, GError **error)
{
	gboolean ok;

	run->ts = kp_rpmdb_open(run->t->root, run->t->rpmdb, error);
	if (run->ts == NULL || !keep_lock(run, error) || !clear_up(run->t, run->ts, error))
		return FALSE;
	run->begun = TRUE;
	/* librpm syncs its database, but the files only if it is told to */
	rpmPushMacro(NULL, "_flush_io", NULL, "1", RMIL_CMDLINE);
	ok = kp_run_prepare(run, error) && secure(run, error);
	kp_rpmlog_begin(run->lines);
	ok = ok && run_elements(run, error);
	/* what it has open may be out of date */
	rpmtsCloseDB(run->ts);
	kp_rpmlog_end();
	rpmPopMacro(NULL, "_flush_io");
	return ok;
}

static gboolean was_told_to_stop(const KpTransaction *t, GError **error)
{
	if (t->watch == NULL || t->watch->stop == NULL || *t->watch->stop == 0)
		return FALSE;
	g_set_error(error, KP_ERROR, KP_ERROR_BUSY, "interrupted; nothing was changed");
	return TRUE;
}

static gboolean settle(const KpRun *run, rpmts ts, gboolean ok, GError **error)
{
	if (!ok && run->arrivals != NULL &&
	    !kp_arrivals_clear(ts, run->t->root, run->arrivals, error))
		return FALSE;
	if (!kp_keep_settle(ts, run->t->root, run->t->warnings, error))
		return FALSE;
	kp_arriving_end(run->t->root);
	return TRUE;
}

/* All that lies in the corridor, whoever has left it there. */
static gboolean tell_unowned(const KpTransaction *t, rpmts ts, GError **error)
{
	g_autoptr(GPtrArray) paths = kp_owner_missing(ts, t->root, error);

	for (guint i = 0; paths != NULL && i < paths->len; i++)
		g_ptr_array_add(t->warnings, kp_owner_missing_text(g_ptr_array_index(paths, i)));
	return paths != NULL;
}

/* Of a transaction that failed the first error is told, and of what follows only that. */
static gboolean clear_behind(const KpRun *run, rpmts ts, gboolean ok, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (settle(run, ts, ok, &problem) && tell_unowned(run->t, ts, &problem))
		return TRUE;
	if (ok)
		g_propagate_prefixed_error(error, g_steal_pointer(&problem),
					   "the packages are installed, but ");
	else
		g_ptr_array_add(run->t->warnings, g_strdup(problem->message));
	return FALSE;
}

static gboolean finish(KpRun *run, gboolean ok, GError **error)
{
	rpmts ts = kp_rpmdb_open(run->t->root, run->t->rpmdb, ok ? error : NULL);

	kp_fault("installed-all");
	if (ts == NULL)
		return FALSE;
	if (ok && !kp_run_look_again(run, ts, run->doubtful ? NULL : error)) {
		run->broken = TRUE;
		if (run->doubtful)
			set_failed(run, -1, error);
	}
	ok = ok && !run->broken;
	/* before the files of it go: they take room */
	if (run->broken)
		kp_run_tell_state(run, ts, error);
	ok = clear_behind(run, ts, ok, error) && ok;
	if (ok)
		add_lines(run);
	rpmtsFree(ts);
	return ok;
}

/* Only now the lock is given back. */
static void end_librpm(KpRun *run)
{
	rpmtxnEnd(run->held);
	g_clear_pointer(&run->ts, rpmtsFree);
	g_clear_pointer(&run->output, Fclose);
}

static gboolean transaction_run(const KpTransaction *t, GError **error)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(part_free);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	KpRun run = { .t = t, .parts = parts, .lines = lines, .list = -1 };
	sigset_t before;
	gboolean ok;

	if (was_told_to_stop(t, error))
		return FALSE;
	hold_signals(&before);
	ok = install(&run, error);
	if (run.begun)
		ok = finish(&run, ok, error);
	end_librpm(&run);
	g_clear_pointer(&run.doubles, g_ptr_array_unref);
	g_clear_pointer(&run.arrivals, g_ptr_array_unref);
	if (run.list >= 0)
		close(run.list);
	release_signals(&before, t->warnings);
	return ok;
}

static int transaction_lock(const char *root, const char *rpmdb, gint64 limit_ms,
			    const KpWatch *watch, GError **error)
{
	int lock;

	if (!kp_rpmdb_configure(root, rpmdb, error))
		return -1;
	lock = kp_rpmlock_take(root, limit_ms, watch, error);
	if (lock >= 0)
		kp_fault("locked");
	return lock;
}

const KpTransactionApi kp_transaction_api = {
	kp_header_of_package, transaction_lock, kp_repair_look, transaction_run, kp_keys_read,
	kp_keys_import,
};
