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

static gboolean run(KpUpdate *update, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) items = items_of(update, names);
	KpProgress progress;
	KpTransaction t = {
		.root = update->options->root, .rpmdb = update->settings->rpmdb,
		.globs = (const char *const *)update->settings->patch_globs, .items = items,
		.policy = (KpPackagePolicy)update->settings->verify_packages,
		.lock_limit_ms = update->settings->rpm_lock_limit * 1000,
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
	if (update->damage->len > 0)
		kp_say(update->options, "What an interrupted installation had left is in order.");
}

/* Now and not when the patch is live: to make it so may take as long as a trial does,
 * and the machine may die of it. */
static void write_journal(const KpUpdate *update)
{
	KpJournal *journal = update->options->journal;

	for (guint i = 0; i < update->damage->len; i++)
		kp_journal_repaired(journal, g_ptr_array_index(update->damage, i));
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

gboolean kp_update_install(KpUpdate *update, GError **error)
{
	if (!run(update, error))
		return FALSE;
	write_journal(update);
	say_installed(update);
	if (kp_update_sync(update, error))
		return TRUE;
	g_prefix_error(error, "the packages are installed, but the patch is not live: ");
	return FALSE;
}
