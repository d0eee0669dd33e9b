/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/trial.h"

#include <string.h>
#include <sys/stat.h>

#include "base/guarded.h"
#include "base/listing.h"
#include "base/root.h"
#include "live/check.h"
#include "live/program.h"
#include "live/trial-note.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

/* what rpm, dpkg and editors leave beside a file */
static const char *const leftover_suffixes[] = {
	".rpmsave", ".rpmnew", ".rpmorig", ".dpkg-old", ".dpkg-new", ".dpkg-dist", ".bak", ".swp",
};

static gboolean is_check_name(const char *name)
{
	if (*name == '.' || strspn(name, NAME_CHARACTERS) != strlen(name))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(leftover_suffixes); i++)
		if (g_str_has_suffix(name, leftover_suffixes[i]))
			return FALSE;
	return TRUE;
}

/* What others leave there is none. */
static gboolean is_check(const char *root, const char *path, const char *name)
{
	g_autofree char *file = kp_root_follow(root, path);
	struct stat st;

	return is_check_name(name) && stat(file, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111) != 0;
}

/* It will run as root: nobody else may have a say in what it does. */
static void add_check(GPtrArray *checks, const char *root, const char *path, GPtrArray *warnings)
{
	g_autoptr(GError) error = NULL;
	KpProgram *program = kp_program_open(root, kp_root_inner(root, path), &error);

	if (program != NULL)
		g_ptr_array_add(checks, program);
	else
		g_ptr_array_add(warnings, g_strdup_printf("%s is not run: %s", path, error->message));
}

/* Who can add a file may also add one that is a link to a program of root's. */
static gboolean is_trusted(const char *folder, GPtrArray *warnings)
{
	g_autoptr(GError) error = NULL;
	struct stat st;

	if (stat(folder, &st) != 0)
		return FALSE;
	if (kp_guarded_is(folder, &st, FALSE, "what root runs", &error))
		return TRUE;
	g_ptr_array_add(warnings, g_strdup_printf("no health check is run: %s", error->message));
	return FALSE;
}

static int compare_programs(gconstpointer a, gconstpointer b)
{
	const KpProgram *left = *(const KpProgram *const *)a, *right = *(const KpProgram *const *)b;

	return strcmp(left->path, right->path);
}

GPtrArray *kp_trial_checks(const char *root, GPtrArray *warnings)
{
	GPtrArray *checks = g_ptr_array_new_with_free_func((GDestroyNotify)kp_program_free);
	g_autofree char *folder = kp_root_path(root, KP_HEALTH_FOLDER);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) names = is_trusted(folder, warnings) ?
		kp_list_folder(folder, &error) : NULL;

	if (error != NULL)
		g_ptr_array_add(warnings, g_strdup_printf("no health check is run: %s",
							  error->message));
	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *path = kp_root_entry(folder, name);

		if (is_check(root, path, name))
			add_check(checks, root, path, warnings);
	}
	g_ptr_array_sort(checks, compare_programs);
	return checks;
}

static char **environment_of(const KpTrial *trial)
{
	char **environment = kp_program_environment();

	environment = g_environ_setenv(environment, "KPATCH_KERNEL", trial->kver, TRUE);
	environment = g_environ_setenv(environment, "KPATCH_NAME", trial->name, TRUE);
	return g_environ_setenv(environment, "KPATCH_VERSION", trial->version, TRUE);
}

/* A script finds itself as a descriptor: by this it knows what it is called. */
static char **environment_for(char **environment, const KpProgram *check)
{
	return g_environ_setenv(g_strdupv(environment), "KPATCH_CHECK", check->path, TRUE);
}

static KpTrialResult run_round(const KpTrial *trial, const GPtrArray *checks, char **environment,
			       const KpWatch *watch, char **why)
{
	for (guint i = 0; i < checks->len; i++) {
		const KpProgram *check = g_ptr_array_index(checks, i);
		g_auto(GStrv) own = environment_for(environment, check);
		g_autofree char *reason = NULL;

		switch (kp_check_run(check, own, trial->timeout * 1000, watch, &reason)) {
		case KP_CHECK_GOOD:
			break;
		case KP_CHECK_BAD:
			*why = g_strdup_printf("health check %s failed: %s", check->path, reason);
			return KP_TRIAL_FAILED;
		case KP_CHECK_STOPPED:
			return KP_TRIAL_STOPPED;
		}
	}
	return KP_TRIAL_PASSED;
}

static KpTrialResult run_rounds(const KpTrial *trial, const GPtrArray *checks,
				const KpWatch *watch, char **why)
{
	g_auto(GStrv) environment = environment_of(trial);
	gint64 end = g_get_monotonic_time() + trial->window * G_USEC_PER_SEC;

	for (;;) {
		KpTrialResult result = run_round(trial, checks, environment, watch, why);
		gint64 left = (end - g_get_monotonic_time()) / 1000;

		if (result != KP_TRIAL_PASSED || left <= 0)
			return result;
		if (!kp_pause("watching how the patch does", MIN(left, trial->interval * 1000),
			      watch))
			return KP_TRIAL_STOPPED;
	}
}

KpTrialResult kp_trial_run(const KpTrial *trial, const KpWatch *watch, GPtrArray *warnings,
			   char **why)
{
	g_autoptr(GPtrArray) checks =
		kp_trial_checks(trial->root, warnings);
	KpTrialResult result;

	*why = NULL;
	if (checks->len == 0)
		return KP_TRIAL_NONE;
	kp_trial_note_write(trial->root, trial->name, trial->version,
			    g_get_real_time() / G_USEC_PER_SEC + trial->window);
	result = run_rounds(trial, checks, watch, why);
	kp_trial_note_remove(trial->root);
	return result;
}
