/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/solve.h"

#include <solv/knownid.h>
#include <solv/poolarch.h>
#include <solv/solvable.h>
#include <string.h>

/* how many releases are tried for a kernel before giving up */
#define MOST_TRIES 32

static void kernel_free(gpointer data)
{
	KpSolveKernel *kernel = data;

	queue_free(&kernel->patches);
	queue_free(&kernel->offered);
	g_free(kernel->kver);
	g_free(kernel);
}

KpSolve *kp_solve_new(const KpUpdateRequest *request, const KpSource *source, const char *arch)
{
	KpSolve *solve = g_new0(KpSolve, 1);

	solve->request = request;
	solve->source = source;
	solve->pool = pool_create();
	/* before the architecture: else noarch would be no architecture */
	pool_setdisttype(solve->pool, DISTTYPE_RPM);
	pool_setarch(solve->pool, arch);
	solve->installed = repo_create(solve->pool, "installed");
	pool_set_installed(solve->pool, solve->installed);
	solve->kernels = g_ptr_array_new_with_free_func(kernel_free);
	solve->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	solve->offered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	solve->plan = kp_update_plan_new();
	solve->tie = pool_str2id(solve->pool, KP_TIE, 1);
	map_init(&solve->considered, 0);
	map_init(&solve->judged, 0);
	map_init(&solve->welcome, 0);
	queue_init(&solve->named);
	return solve;
}

void kp_solve_free(KpSolve *solve)
{
	if (solve == NULL)
		return;
	solve->pool->considered = NULL;
	pool_free(solve->pool);
	map_free(&solve->considered);
	map_free(&solve->judged);
	map_free(&solve->welcome);
	queue_free(&solve->named);
	g_ptr_array_unref(solve->kernels);
	g_hash_table_unref(solve->asked);
	g_hash_table_unref(solve->offered);
	kp_update_plan_free(solve->plan);
	g_free(solve);
}

Repo *kp_solve_add_repo(KpSolve *solve, const char *name, const KpRepo *repo)
{
	Repo *added = repo_create(solve->pool, name);

	added->appdata = (void *)repo;
	/* libsolv takes the higher one */
	added->priority = (int)-CLAMP(repo->priority, -100000, 100000);
	return added;
}

void kp_solve_add_kernel(KpSolve *solve, Id id, const char *kver)
{
	KpSolveKernel *kernel;

	/* of two packages of one kernel, the first */
	if (kp_solve_find_kernel(solve, kver) != NULL)
		return;
	kernel = g_new0(KpSolveKernel, 1);
	kernel->id = id;
	kernel->kver = g_strdup(kver);
	queue_init(&kernel->patches);
	queue_init(&kernel->offered);
	g_ptr_array_add(solve->kernels, kernel);
}

static int compare_kernels(gconstpointer a, gconstpointer b, gpointer data)
{
	const KpSolve *solve = data;
	const KpSolveKernel *left = *(KpSolveKernel *const *)a, *right = *(KpSolveKernel *const *)b;
	const char *running = solve->request->running;
	int first = g_strcmp0(right->kver, running) == 0;

	first -= g_strcmp0(left->kver, running) == 0;
	return first != 0 ? first : kp_solve_compare(solve, right->id, left->id);
}

static char *kernel_names(const KpSolve *solve)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < solve->kernels->len; i++) {
		const KpSolveKernel *kernel = g_ptr_array_index(solve->kernels, i);

		g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", kernel->kver);
	}
	return g_string_free(text, FALSE);
}

static void no_such_kernel(KpSolve *solve, const char *kver, const char *why)
{
	g_autofree char *there = kernel_names(solve);

	g_ptr_array_add(solve->plan->problems, g_strdup_printf(
		"no installed package has the %skernel %s; %s%s", why, kver,
		*there != '\0' ? "there are " : "there is none", there));
}

/* A package file asks about the kernel that it is for. */
static gboolean has_file(const KpSolve *solve, const KpSolveKernel *kernel)
{
	for (int i = 0; i < kernel->offered.count; i++)
		if (pool_id2solvable(solve->pool, kernel->offered.elements[i])->repo == solve->files)
			return TRUE;
	return FALSE;
}

static gboolean is_asked_about(const KpSolve *solve, const KpSolveKernel *kernel)
{
	const KpUpdateRequest *request = solve->request;

	if (solve->files != NULL)
		return has_file(solve, kernel);
	if (request->kernel != NULL)
		return g_str_equal(kernel->kver, request->kernel);
	return request->all || g_strcmp0(kernel->kver, request->running) == 0;
}

static KpUpdateKernel *describe(const KpSolve *solve, const KpSolveKernel *kernel)
{
	KpUpdateKernel *out = g_new0(KpUpdateKernel, 1);

	out->kver = g_strdup(kernel->kver);
	out->package = kp_solve_nevra(solve, kernel->id);
	out->running = g_strcmp0(kernel->kver, solve->request->running) == 0;
	out->cves = g_new0(char *, 1);
	out->passed = g_ptr_array_new_with_free_func(g_free);
	if (kernel->patches.count == 0)
		return out;
	out->installed = g_strdup(pool_id2str(solve->pool, pool_id2solvable(
		solve->pool, kernel->patches.elements[0])->evr));
	out->patched = !kp_solve_is_empty_release(solve, kernel->patches.elements[0]);
	return out;
}

static void select_kernels(KpSolve *solve)
{
	const KpUpdateRequest *request = solve->request;

	g_ptr_array_sort_with_data(solve->kernels, compare_kernels, solve);
	for (guint i = 0; i < solve->kernels->len; i++) {
		KpSolveKernel *kernel = g_ptr_array_index(solve->kernels, i);

		if (!is_asked_about(solve, kernel))
			continue;
		kernel->out = describe(solve, kernel);
		g_ptr_array_add(solve->plan->kernels, kernel->out);
	}
	if (solve->plan->kernels->len > 0 || solve->files != NULL)
		return;
	if (request->kernel != NULL)
		no_such_kernel(solve, request->kernel, "");
	else if (request->all)
		g_ptr_array_add(solve->plan->warnings, g_strdup(
			"no installed package provides " KP_TIE ": there is no kernel to patch"));
	else if (request->running != NULL)
		no_such_kernel(solve, request->running, "running ");
	else
		g_ptr_array_add(solve->plan->problems, g_strdup(
			"no kernel is running there; name one with --kernel"));
}

static void wanted_now(const KpSolve *solve, const KpSolveKernel *only, Queue *wanted)
{
	queue_empty(wanted);
	for (int i = 0; i < solve->named.count; i++)
		queue_push(wanted, solve->named.elements[i]);
	for (guint i = 0; i < solve->kernels->len; i++) {
		const KpSolveKernel *kernel = g_ptr_array_index(solve->kernels, i);

		if (kernel->chosen != 0 && (only == NULL || kernel == only))
			queue_pushunique(wanted, kernel->chosen);
	}
}

static char *joined(const GPtrArray *reasons)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < reasons->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? "; " : "",
				       (const char *)g_ptr_array_index(reasons, i));
	return g_string_free(text, FALSE);
}

/* What somebody named, or the only thing that was asked for, is a problem if it
 * cannot be had; one of many kernels must not keep the others from theirs. */
static void give_up(KpSolve *solve, const char *why)
{
	gboolean alone = !solve->request->all || solve->request->kernel != NULL;

	g_ptr_array_add(alone ? solve->plan->problems : solve->plan->warnings, g_strdup(why));
}

/* "X needs Y", said of X. */
static char *of_itself(const KpSolve *solve, Id id, const char *why)
{
	g_autofree char *nevra = kp_solve_nevra(solve, id);
	gsize length = strlen(nevra);

	return g_str_has_prefix(why, nevra) && why[length] == ' ' ?
		g_strdup_printf("it%s", why + length) : g_strdup(why);
}

static void choose_other(KpSolve *solve, KpSolveKernel *kernel, const char *why)
{
	g_autofree char *text = of_itself(solve, kernel->chosen, why);

	kp_solve_choose_next(solve, kernel, text);
}

/* TRUE if @kernel's patch cannot be had by itself: another was chosen, or none. */
static gboolean reconsider(KpSolve *solve, KpSolveKernel *kernel, GError **error)
{
	g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func((GDestroyNotify)kp_update_step_free);
	g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *why = NULL;
	gboolean ok;
	Queue wanted;

	queue_init(&wanted);
	wanted_now(solve, kernel, &wanted);
	ok = wanted.count == 0 || !kp_solve_complete(solve, &wanted, error) ||
	     kp_solve_run(solve, &wanted, steps, reasons);
	queue_free(&wanted);
	if (ok)
		return FALSE;
	why = joined(reasons);
	if (solve->request->release != NULL || ++kernel->tries >= MOST_TRIES)
		kernel->chosen = 0;
	else
		choose_other(solve, kernel, why);
	if (kernel->chosen == 0)
		give_up(solve, why);
	return TRUE;
}

static gboolean reconsider_all(KpSolve *solve, GError **error)
{
	gboolean changed = FALSE;

	for (guint i = 0; i < solve->kernels->len && *error == NULL; i++)
		changed |= reconsider(solve, g_ptr_array_index(solve->kernels, i), error);
	return changed;
}

static void try_all(KpSolve *solve, GError **error)
{
	g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(g_free);
	Queue wanted;

	queue_init(&wanted);
	/* it ends: what is reconsidered is one release less for a kernel */
	do {
		g_ptr_array_set_size(reasons, 0);
		wanted_now(solve, NULL, &wanted);
	} while (wanted.count > 0 && kp_solve_complete(solve, &wanted, error) &&
		 !kp_solve_run(solve, &wanted, solve->plan->steps, reasons) &&
		 solve->files == NULL && reconsider_all(solve, error));
	queue_free(&wanted);
	for (guint i = 0; i < reasons->len; i++)
		g_ptr_array_add(solve->plan->problems, g_strdup(g_ptr_array_index(reasons, i)));
}

static gboolean is_step(const KpSolve *solve, Id id)
{
	g_autofree char *nevra = kp_solve_nevra(solve, id);

	for (guint i = 0; i < solve->plan->steps->len; i++) {
		const KpUpdateStep *step = g_ptr_array_index(solve->plan->steps, i);
		g_autofree char *other = kp_package_nevra(step->package);

		if (g_str_equal(nevra, other))
			return TRUE;
	}
	return FALSE;
}

/* Two releases of one patch side by side are what a transaction leaves behind
 * that was killed in the middle. An upgrade takes both away. */
static void erase_leftovers(KpSolve *solve, const KpSolveKernel *kernel)
{
	Pool *pool = solve->pool;

	for (int i = 1; kernel->chosen == 0 && i < kernel->patches.count; i++) {
		Id newest = kernel->patches.elements[0], id = kernel->patches.elements[i];
		KpUpdateStep *step;

		if (pool_id2solvable(pool, newest)->name != pool_id2solvable(pool, id)->name ||
		    is_step(solve, id))
			continue;
		step = g_new0(KpUpdateStep, 1);
		step->kind = KP_STEP_ERASE;
		step->package = kp_solve_package(solve, id);
		g_ptr_array_add(solve->plan->steps, step);
		g_ptr_array_add(solve->plan->warnings, g_strdup_printf(
			"two releases of %s are installed: a transaction was interrupted",
			step->package->name));
	}
}

static void set_until(const KpSolve *solve, const KpSolveKernel *kernel)
{
	if (kernel->chosen != 0)
		kernel->out->until = kp_solve_until(solve, kernel->chosen);
	if (kernel->out->until == NULL && kernel->patches.count > 0)
		kernel->out->until = kp_solve_until(solve, kernel->patches.elements[0]);
}

/* Whoever has patches for this machine should have new ones now and then. */
static void note_sources(KpSolve *solve, const KpSolveKernel *kernel)
{
	GPtrArray *sources = solve->plan->sources;

	for (int i = 0; i < kernel->offered.count; i++) {
		const KpRepo *repo = kp_solve_repo(solve, kernel->offered.elements[i]);

		if (repo != NULL && !g_ptr_array_find(sources, repo, NULL))
			g_ptr_array_add(sources, (gpointer)repo);
	}
}

static void finish(KpSolve *solve)
{
	gboolean refused = solve->plan->problems->len > 0;

	for (guint i = 0; i < solve->kernels->len; i++) {
		const KpSolveKernel *kernel = g_ptr_array_index(solve->kernels, i);

		note_sources(solve, kernel);
		if (kernel->out == NULL)
			continue;
		if (kernel->chosen != 0 && !(refused && solve->files != NULL))
			kernel->out->best = kp_solve_package(solve, kernel->chosen);
		set_until(solve, kernel);
		erase_leftovers(solve, kernel);
	}
	solve->plan->unsolved &= refused;
	/* half of what was asked for is not what was asked for */
	if (refused)
		g_ptr_array_set_size(solve->plan->steps, 0);
}

KpUpdatePlan *kp_solve_plan(KpSolve *solve, GError **error)
{
	g_autoptr(GError) problem = NULL;

	kp_solve_match(solve);
	select_kernels(solve);
	kp_solve_choose(solve);
	try_all(solve, &problem);
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	finish(solve);
	return g_steal_pointer(&solve->plan);
}
