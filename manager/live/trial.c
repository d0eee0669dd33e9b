/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/trial.h"

#include <string.h>
#include <sys/stat.h>

#include "base/root.h"
#include "live/check.h"
#include "live/program.h"
#include "live/store.h"
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

/* It will run as root: nobody else may have a say in what it does. */
static const char *distrusted(const struct stat *st, uid_t owner)
{
	if (st->st_uid != 0 && st->st_uid != owner)
		return "it does not belong to root";
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "others than its owner may write it";
	return NULL;
}

static gboolean is_trusted(const char *path, const struct stat *st, uid_t owner,
			   GPtrArray *warnings)
{
	const char *reason = distrusted(st, owner);

	if (reason != NULL)
		g_ptr_array_add(warnings, g_strdup_printf(
			"%s: %s; it is not run", path, reason));
	return reason == NULL;
}

static gboolean is_check(const char *path, const char *name, uid_t owner, GPtrArray *warnings)
{
	struct stat st;

	return is_check_name(name) && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & 0111) != 0 && is_trusted(path, &st, owner, warnings);
}

static void add_check(GPtrArray *checks, const char *path, uid_t owner, GPtrArray *warnings)
{
	g_autoptr(GError) error = NULL;
	KpProgram *program = kp_program_open(path, owner, &error);

	if (program != NULL)
		g_ptr_array_add(checks, program);
	else
		g_ptr_array_add(warnings, g_strdup_printf("%s; it is not run", error->message));
}

static int compare_programs(gconstpointer a, gconstpointer b)
{
	const KpProgram *left = *(const KpProgram *const *)a, *right = *(const KpProgram *const *)b;

	return strcmp(left->path, right->path);
}

GPtrArray *kp_trial_checks(const char *root, uid_t owner, GPtrArray *warnings)
{
	GPtrArray *checks = g_ptr_array_new_with_free_func((GDestroyNotify)kp_program_free);
	g_autofree char *folder = kp_root_path(root, KP_HEALTH_FOLDER);
	g_autoptr(GDir) dir = NULL;
	const char *name;
	struct stat st;

	if (stat(folder, &st) != 0 || !is_trusted(folder, &st, owner, warnings))
		return checks;
	dir = g_dir_open(folder, 0, NULL);
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *link = kp_root_entry(folder, name);
		g_autofree char *path = kp_root_follow(root, link);

		if (is_check(path, name, owner, warnings))
			add_check(checks, path, owner, warnings);
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
		kp_trial_checks(trial->root, kp_store_owner(trial->root), warnings);
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
