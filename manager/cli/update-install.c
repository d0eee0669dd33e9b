/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transaction, and what the live wing does next. */
#include <unistd.h>

#include "base/error.h"
#include "base/fault.h"
#include "base/names.h"
#include "cli/command.h"
#include "cli/journal.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/update.h"

/* what takes no longer is not worth a line */
#define PROGRESS_AFTER_US (G_USEC_PER_SEC / 2)

static gboolean shown;

void kp_update_progress(gpointer user, const char *what, guint64 done, guint64 total)
{
	static gint64 began, last;
	const KpUpdate *update = user;
	gint64 now = g_get_monotonic_time();

	if (update->options->quiet || !isatty(STDERR_FILENO))
		return;
	if (done == 0 || began == 0)
		began = now;
	if (now - began < PROGRESS_AFTER_US || now - last < G_USEC_PER_SEC / 10)
		return;
	last = now;
	shown = TRUE;
	if (total > 0)
		kp_err_line("%s, %d %%", what, (int)(done * 100 / total));
	else
		kp_err_line("%s, %" G_GUINT64_FORMAT " KiB", what, done / 1024);
}

void kp_update_progress_end(void)
{
	if (shown)
		kp_err_line_end();
	shown = FALSE;
}

/* The texts in @names must live as long as the items. */
static GArray *items_of(const KpUpdate *update, GPtrArray *names)
{
	GArray *items = g_array_new(FALSE, TRUE, sizeof(KpTransactionItem));

	for (guint i = 0; i < update->chosen->len; i++) {
		const KpChosen *chosen = g_ptr_array_index(update->chosen, i);
		KpTransactionItem item = { chosen->step->kind, chosen->fd,
					   chosen->header != NULL ? chosen->header->nevra : NULL };

		if (chosen->header == NULL) {
			char *nevra = kp_package_nevra(chosen->step->package);

			g_ptr_array_add(names, nevra);
			item.nevra = nevra;
		}
		g_array_append_val(items, item);
	}
	return items;
}

static gboolean run(KpUpdate *update, GArray *items, GError **error)
{
	KpProgress progress;
	KpTransaction t = {
		.root = update->options->root, .rpmdb = update->settings->rpmdb,
		.globs = (const char *const *)update->settings->patch_globs, .items = items,
		.policy = (KpPackagePolicy)update->settings->verify_packages,
		.watch = &progress.watch, .progress = kp_update_progress, .user = update,
		.quiet = update->options->quiet, .warnings = update->warnings,
	};
	gboolean ok;

	kp_progress_init(&progress, update->options);
	ok = update->api->run(&t, error);
	kp_progress_end(&progress);
	kp_update_progress_end();
	return ok;
}

static gboolean run_chosen(KpUpdate *update, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) items = items_of(update, names);

	return run(update, items, error);
}

static int lock(const KpUpdate *update, gint64 limit_ms, GError **error)
{
	KpProgress progress;
	int fd;

	kp_progress_init(&progress, update->options);
	fd = update->api->lock(update->options->root, update->settings->rpmdb, limit_ms,
			       &progress.watch, error);
	kp_progress_end(&progress);
	kp_update_progress_end();
	return fd;
}

static int wait_for_lock(const KpUpdate *update, GError **error)
{
	return lock(update, update->settings->rpm_lock_limit * 1000, error);
}

/* *@changed: the database is another one than that of the plan. */
static gboolean look(KpUpdate *update, int fd, gboolean *changed, GError **error)
{
	KpFound *found = update->api->look(update->options->root, update->settings->rpmdb,
					   (const char *const *)update->settings->patch_globs, fd,
					   error);

	if (found == NULL)
		return FALSE;
	*changed = !g_str_equal(found->state, update->found->state);
	kp_found_free(update->found);
	update->found = found;
	return TRUE;
}

/* Under the lock @fd: makes the plan one about what there is. To plan may cost the lock, so
 * that only who has looked without planning again knows that it still fits. */
static gboolean agree(KpUpdate *update, int fd, gboolean *changed, GError **error)
{
	for (guint round = 0; round < KP_UPDATE_ROUNDS; round++) {
		gboolean now = FALSE;

		if (!look(update, fd, &now, error))
			return FALSE;
		if (!now)
			return TRUE;
		*changed = TRUE;
		if (!kp_update_choose_again(update, error))
			return FALSE;
	}
	return kp_update_no_rest(error);
}

gboolean kp_update_settle(KpUpdate *update, gboolean *changed, GError **error)
{
	int fd = wait_for_lock(update, error);
	gboolean ok = fd >= 0 && agree(update, fd, changed, error);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* What is to be done, to see whether that is still the same. Caller frees. */
static char *plan_text(const KpUpdatePlan *plan)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < plan->steps->len; i++) {
		const KpUpdateStep *step = g_ptr_array_index(plan->steps, i);
		g_autofree char *nevra = kp_package_nevra(step->package);

		g_string_append_printf(text, "%d %s %s\n", (int)step->kind, nevra,
				       step->replaces != NULL ? step->replaces : "");
	}
	return g_string_free(text, FALSE);
}

static gboolean is_at_hand(const KpUpdate *update)
{
	for (guint i = 0; i < update->chosen->len; i++) {
		const KpChosen *chosen = g_ptr_array_index(update->chosen, i);

		if (chosen->fd < 0 && chosen->step->kind != KP_STEP_ERASE)
			return FALSE;
	}
	return TRUE;
}

/* *@again: there is another plan, and it cannot be carried out without a question or a
 * download, for which nobody is to wait for the lock. */
static gboolean plan_under_lock(KpUpdate *update, int fd, gboolean *again, GError **error)
{
	g_autofree char *before = plan_text(update->plan), *after = NULL;
	gboolean changed = FALSE;

	if (!agree(update, fd, &changed, error))
		return FALSE;
	after = plan_text(update->plan);
	if (!changed || g_str_equal(before, after))
		return TRUE;
	*again = !update->options->yes || update->plan->steps->len == 0 || !is_at_hand(update);
	if (!*again) {
		kp_update_show(update);
		kp_update_say_kernels(update);
	}
	return TRUE;
}

static gboolean install_locked(KpUpdate *update, gboolean *again, GError **error)
{
	int fd = wait_for_lock(update, error);
	gboolean ok = fd >= 0 && plan_under_lock(update, fd, again, error) &&
		      (*again || run_chosen(update, error));

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Nothing hangs on it: it is done by the next run if not by this one. */
void kp_update_tidy(KpUpdate *update)
{
	g_autoptr(GArray) none = g_array_new(FALSE, TRUE, sizeof(KpTransactionItem));
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) problem = NULL;
	GPtrArray *told = update->warnings;
	int fd = lock(update, 0, NULL);

	if (fd < 0)
		return;
	update->warnings = warnings;
	run(update, none, &problem);
	update->warnings = told;
	close(fd);
}

static void say_installed(const KpUpdate *update)
{
	for (guint i = 0; i < update->chosen->len; i++) {
		const KpChosen *chosen = g_ptr_array_index(update->chosen, i);
		g_autofree char *nevra = kp_package_nevra(chosen->step->package);
		g_autofree char *name = kp_text_printable(nevra);

		kp_say(update->options, "%s is %s.", name,
		       chosen->step->kind == KP_STEP_ERASE ? "removed" : "installed");
		if (chosen->header != NULL && chosen->step->kind == KP_STEP_DOWNGRADE && chosen->header->kver != NULL)
			kp_say(update->options, "What is newer and live stays live; 'kpatch-manager "
			       "rollback' takes it back.");
	}
	if (update->found->damage->len > 0)
		kp_say(update->options, "What an interrupted installation had left is in order.");
}

/* Now and not when the patch is live: to make it so may take as long as a trial does,
 * and the machine may die of it. */
static void write_journal(const KpUpdate *update)
{
	KpJournal *journal = update->options->journal;

	for (guint i = 0; i < update->found->damage->len; i++)
		kp_journal_repaired(journal, g_ptr_array_index(update->found->damage, i));
	for (guint i = 0; i < update->chosen->len; i++) {
		const KpChosen *chosen = g_ptr_array_index(update->chosen, i);

		kp_journal_package(journal, chosen->step,
				   kp_update_kernel_of(update, chosen->step));
	}
}

/* A file trigger has mostly done it by now. Where it was killed, or triggers are off,
 * this is what makes the patch live. */
gboolean kp_update_sync(KpUpdate *update, GError **error)
{
	char *none[] = { NULL };
	KpOptions options = *update->options;
	g_autoptr(GError) problem = NULL;
	int code;

	options.json = FALSE;
	options.quiet = options.quiet || update->options->json;
	kp_fault("sync");
	code = kp_command_sync(&options, none, &problem);
	if (code == KP_EXIT_DONE) {
		update->sync = "done";
		return TRUE;
	}
	if (problem == NULL)
		g_set_error_literal(&problem, KP_ERROR, KP_ERROR_REFUSED,
				    "none that is installed can be used; 'kpatch-manager preflight' "
				    "says why");
	update->sync = kp_error_word(problem);
	g_propagate_error(error, g_steal_pointer(&problem));
	return FALSE;
}

gboolean kp_update_install(KpUpdate *update, gboolean *again, GError **error)
{
	if (!install_locked(update, again, error))
		return FALSE;
	if (*again)
		return TRUE;
	write_journal(update);
	say_installed(update);
	if (kp_update_sync(update, error))
		return TRUE;
	g_prefix_error(error, "the packages are installed, but the patch is not live: ");
	return FALSE;
}
