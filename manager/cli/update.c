/* SPDX-License-Identifier: GPL-2.0-or-later */
/* update: brings the best patch packages, from repositories or from files. */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/metadata.h"
#include "base/names.h"
#include "base/repo.h"
#include "base/state.h"
#include "cli/command.h"
#include "cli/journal.h"
#include "cli/json.h"
#include "cli/plugin.h"
#include "cli/report.h"
#include "cli/update.h"

static void update_clear(KpUpdate *update)
{
	g_clear_pointer(&update->files, g_ptr_array_unref);
	g_clear_pointer(&update->chosen, g_ptr_array_unref);
	g_clear_pointer(&update->plan, kp_update_plan_free);
	g_clear_pointer(&update->repositories, kp_repositories_free);
	g_clear_pointer(&update->found, kp_found_free);
	g_clear_pointer(&update->holds, g_ptr_array_unref);
	g_clear_pointer(&update->warnings, g_ptr_array_unref);
	g_clear_pointer(&update->passed, g_ptr_array_unref);
	g_clear_pointer(&update->blamed, kp_passed_free);
	g_clear_pointer(&update->status, kp_status_free);
}

/* A user who may only look is shown what would be done if there were no holds, and told
 * that they are not known. */
static gboolean read_holds(KpUpdate *update, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(KpState) state = kp_state_open(update->options->root, FALSE, &problem);

	if (state != NULL)
		update->holds = kp_state_holds(state, NULL, &problem);
	else if (update->options->dry_run && !kp_state_is_for_us(update->options->root)) {
		update->holds = g_ptr_array_new();
		g_ptr_array_add(update->warnings, g_strdup(problem->message));
	}
	if (update->holds == NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	return update->holds != NULL;
}

static gboolean begin(KpUpdate *update, GError **error)
{
	/* now: the package that is installed may be this program's own */
	g_autoptr(KpJson) loaded = update->options->json ? kp_json_begin() : NULL;

	update->warnings = g_ptr_array_new_with_free_func(g_free);
	update->chosen = kp_chosen_list_new();
	update->passed = g_ptr_array_new_with_free_func((GDestroyNotify)kp_passed_free);
	update->plan = kp_update_plan_new();
	update->status = kp_status_read_files(update->options->root, NULL, error);
	if (update->status == NULL)
		return FALSE;
	update->settings = update->status->settings;
	update->api = kp_plugin_symbol(KP_TRANSACTION_PLUGIN, KP_TRANSACTION_SYMBOL, error);
	if (update->api == NULL || !read_holds(update, error))
		return FALSE;
	update->found = update->api->look(update->options->root, update->settings->rpmdb,
					  (const char *const *)update->settings->patch_globs,
					  -1, error);
	return update->found != NULL;
}

static gboolean may_change(const KpOptions *options, GError **error)
{
	if (options->dry_run || geteuid() == 0)
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
			    "only root can install packages; run this with sudo, or add --dry-run");
	return FALSE;
}

static gboolean is_file(const char *word)
{
	return strchr(word, '/') != NULL || g_str_has_suffix(word, ".rpm");
}

/* Files, or one release; and what of the options goes with which. */
static gboolean check_words(const KpOptions *options, char **words, GError **error)
{
	const char *problem = NULL;
	guint files = 0, others = 0;

	for (char **word = words; *word != NULL; word++)
		*(is_file(*word) ? &files : &others) += 1;
	if (files > 0 && others > 0)
		problem = "name package files, or one release, not both";
	else if (others > 1)
		problem = "name one release";
	else if (files > 0 && (options->kernel != NULL || options->all_kernels))
		problem = "package files say themselves which kernel they are for";
	else if (files > 0 && options->download_only)
		problem = "package files are here already: there is nothing to download";
	else if (options->kernel != NULL && options->all_kernels)
		problem = "--kernel and --all-kernels exclude each other";
	if (problem != NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s; 'kpatch-manager update --help' shows what it takes", problem);
	return problem == NULL;
}

static gboolean nothing_to_do(const KpUpdate *update)
{
	return update->plan->steps->len == 0 && update->found->damage->len == 0;
}

/* Of what a transaction says itself. */
static void tell_found(KpUpdate *update)
{
	const KpFound *found = update->found;

	for (guint i = 0; i < found->unowned->len; i++)
		g_ptr_array_add(update->warnings, g_strdup(g_ptr_array_index(found->unowned, i)));
	if (update->options->dry_run && found->holder != NULL)
		g_ptr_array_add(update->warnings, g_strdup_printf(
			"the package database is in use by %s: when that is done, the answer may be "
			"another one", found->holder));
}

/* Whoever could not look has not found that there is nothing. */
static gboolean has_looked(const KpUpdate *update, GError **error)
{
	const GPtrArray *unasked = update->files == NULL && update->repositories != NULL ?
		update->repositories->unasked : NULL;
	g_autoptr(GString) names = g_string_new(NULL);

	for (guint i = 0; unasked != NULL && i < unasked->len; i++)
		g_string_append_printf(names, "%s%s", i > 0 ? ", " : "",
				       ((const KpRepo *)g_ptr_array_index(unasked, i))->id);
	if (names->len == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "nothing is known to be installed, but not all repositories could be asked: %s; "
		    "run this again when they answer, or say skip_if_unavailable=1 of those that may "
		    "be away", names->str);
	return FALSE;
}

/* A run that was killed may have installed what is not live. */
static int finish_nothing(KpUpdate *update, GError **error)
{
	tell_found(update);
	if (!update->options->dry_run) {
		if (update->found->stale)
			kp_update_tidy(update);
		if (!kp_update_sync(update, error))
			return -1;
	}
	if (!has_looked(update, error))
		return -1;
	kp_update_json(update, "nothing", NULL);
	kp_update_say_kernels(update);
	kp_say(update->options, "There is nothing to install.");
	return KP_EXIT_DONE;
}

static void say_downloaded(const KpUpdate *update)
{
	for (guint i = 0; i < update->chosen->len; i++) {
		const KpChosen *chosen = g_ptr_array_index(update->chosen, i);
		g_autofree char *name = NULL;

		if (chosen->header == NULL)
			continue;
		name = kp_text_printable(chosen->header->nevra);
		kp_say(update->options, "%s is in %s/packages.", name, KP_CACHE_FOLDER);
	}
}

static void show(const KpUpdate *update)
{
	kp_update_show(update);
	kp_update_say_kernels(update);
}

gboolean kp_update_no_rest(GError **error)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_BUSY,
			    "somebody keeps changing packages; nothing was changed: try again later");
	return FALSE;
}

/* More than one round when somebody else changes packages meanwhile. */
static int act(KpUpdate *update, GError **error)
{
	for (guint round = 0; round < KP_UPDATE_ROUNDS; round++) {
		gboolean again = FALSE;

		if (!kp_update_confirm(update, error) || !kp_update_bring(update, error))
			return -1;
		if (update->options->download_only)
			say_downloaded(update);
		else if (!kp_update_install(update, &again, error))
			return -1;
		if (!again) {
			kp_update_json(update, "done", NULL);
			return KP_EXIT_DONE;
		}
		if (nothing_to_do(update))
			return finish_nothing(update, error);
		show(update);
	}
	kp_update_no_rest(error);
	return -1;
}

static int carry_out(KpUpdate *update, GError **error)
{
	if (nothing_to_do(update))
		return finish_nothing(update, error);
	show(update);
	if (update->options->dry_run) {
		tell_found(update);
		kp_update_json(update, "would-change", NULL);
		return KP_EXIT_WOULD_CHANGE;
	}
	return act(update, error);
}

/* What is refused in the middle of somebody else's change may be fine behind it. */
static gboolean choose(KpUpdate *update, GError **error)
{
	g_autoptr(GError) problem = NULL;
	gboolean changed = FALSE;

	if (kp_update_choose(update, &problem))
		return TRUE;
	if (!update->options->dry_run && g_error_matches(problem, KP_ERROR, KP_ERROR_REFUSED) &&
	    !kp_update_settle(update, &changed, error))
		return FALSE;
	if (!changed)
		g_propagate_error(error, g_steal_pointer(&problem));
	return changed;
}

static int run(KpUpdate *update, char **words, GError **error)
{
	gboolean files = words[0] != NULL && is_file(words[0]);

	if (!begin(update, error))
		return -1;
	update->release = files ? NULL : words[0];
	if ((files && !kp_update_read_files(update, words, error)) || !choose(update, error))
		return -1;
	return carry_out(update, error);
}

int kp_command_update(const KpOptions *options, char **words, GError **error)
{
	g_autoptr(GError) problem = NULL;
	KpUpdate update = { .options = options };
	int code;

	if (!check_words(options, words, error) || !may_change(options, error))
		return -1;
	code = run(&update, words, &problem);
	/* sync writes an entry of its own when it fails */
	if (code < 0 && !options->dry_run && update.plan != NULL && update.sync == NULL)
		kp_journal_packages_failed(options->journal, update.plan->steps, problem);
	if (code < 0 && update.found != NULL)
		kp_update_json(&update, kp_error_word(problem), problem);
	if (update.warnings != NULL && !options->json)
		kp_warn_all(update.warnings);
	update_clear(&update);
	if (code < 0)
		g_propagate_error(error, g_steal_pointer(&problem));
	return code;
}
