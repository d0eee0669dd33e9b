/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The best patch for each kernel, and why not the newer ones. */
#include <solv/evr.h>
#include <solv/knownid.h>
#include <solv/solvable.h>

#include "base/release.h"
#include "package/solve.h"

static gint64 priority_of(const KpSolve *solve, Id id)
{
	const KpRepo *repo = kp_solve_repo(solve, id);

	return repo != NULL ? repo->priority : G_MININT64;
}

static const KpBarred *barred(const KpSolve *solve, const KpSolveKernel *kernel, Id id)
{
	const GPtrArray *list = solve->request->barred;
	gboolean file = pool_id2solvable(solve->pool, id)->repo == solve->files;

	for (guint i = 0; list != NULL && i < list->len; i++) {
		const KpBarred *row = g_ptr_array_index(list, i);

		if ((row->kver == NULL || g_str_equal(row->kver, kernel->kver)) &&
		    kp_release_same(row->version, kp_solve_release(solve, id)) &&
		    (row->any_build || !file))
			return row;
	}
	return NULL;
}

static char *barred_text(const KpBarred *bar)
{
	gboolean says_why = bar->reason != NULL && *bar->reason != '\0';

	return g_strdup_printf("it is %s%s%s", bar->word, says_why ? ": " : "",
			       says_why ? bar->reason : "");
}

/* Repositories with a smaller priority come first, whatever release they have;
 * then what replaces another by name; then the newest; then our own architecture. */
static int compare_offers(const KpSolve *solve, Id a, Id b)
{
	gint64 left = priority_of(solve, a), right = priority_of(solve, b);
	int order;

	if (left != right)
		return left < right ? -1 : 1;
	if (pool_id2solvable(solve->pool, a)->name != pool_id2solvable(solve->pool, b)->name) {
		gboolean a_first = kp_solve_obsoletes(solve->pool, a, b);
		gboolean b_first = kp_solve_obsoletes(solve->pool, b, a);

		if (a_first != b_first)
			return a_first ? -1 : 1;
	}
	order = kp_solve_compare(solve, b, a);
	if (order != 0)
		return order;
	order = (pool_id2solvable(solve->pool, a)->arch == ARCH_NOARCH) -
		(pool_id2solvable(solve->pool, b)->arch == ARCH_NOARCH);
	return order != 0 ? order : a - b;
}

static int compare_ids(gconstpointer a, gconstpointer b, gpointer data)
{
	return compare_offers(data, *(const Id *)a, *(const Id *)b);
}

static gboolean replaces_by_name(const KpSolve *solve, Id by, Id what)
{
	return pool_id2solvable(solve->pool, by)->name != pool_id2solvable(solve->pool, what)->name &&
	       kp_solve_obsoletes(solve->pool, by, what);
}

/* What must not be taken unasked, because it would be a step back. */
static const char *too_old(const KpSolve *solve, const KpSolveKernel *kernel, Id id)
{
	const KpUpdateRequest *request = solve->request;
	gboolean running = g_strcmp0(kernel->kver, request->running) == 0;
	Id installed = kernel->patches.count > 0 ? kernel->patches.elements[0] : 0;

	/* releases of packages with different names say nothing about each other */
	if (installed != 0 && kp_solve_compare(solve, id, installed) <= 0 &&
	    !replaces_by_name(solve, id, installed))
		return "it is not newer than what is installed";
	if (running && request->live != NULL &&
	    pool_evrcmp_str(solve->pool, kp_solve_release(solve, id), request->live,
			    EVRCMP_COMPARE) < 0)
		return "it is older than what is live";
	return NULL;
}

static void pass_over(const KpSolve *solve, const KpSolveKernel *kernel, Id id, const char *why)
{
	g_autofree char *nevra = kp_solve_nevra(solve, id);

	g_ptr_array_add(kernel->out->passed, g_strdup_printf("%s (%s): %s", nevra,
							     kp_solve_where(solve, id), why));
}

/* Why @id is not taken, or NULL. @top is the priority of the first that is seen. */
static char *against(const KpSolve *solve, const KpSolveKernel *kernel, Id id, gint64 top)
{
	const KpBarred *bar = barred(solve, kernel, id);

	if (bar != NULL)
		return barred_text(bar);
	if (priority_of(solve, id) != top)
		return g_strdup("a repository with a better priority has patches for this kernel");
	if (kp_solve_is_empty_release(solve, id))
		return g_strdup("it is empty, and only subscribes the kernel to its patches");
	return NULL;
}

/* Goes on from the offer at @from. */
static gboolean choose_from(KpSolve *solve, KpSolveKernel *kernel, int from)
{
	gint64 top = G_MAXINT64;

	kernel->chosen = 0;
	for (int i = 0; i < kernel->offered.count; i++) {
		Id id = kernel->offered.elements[i];
		g_autofree char *hidden = kp_solve_invisible_to(solve, id, kernel->id);
		g_autofree char *why = NULL;

		if (hidden == NULL && top == G_MAXINT64)
			top = priority_of(solve, id);
		if (i < from || too_old(solve, kernel, id) != NULL)
			continue;
		why = hidden != NULL ? g_steal_pointer(&hidden) : against(solve, kernel, id, top);
		if (why == NULL) {
			kernel->chosen = id;
			return TRUE;
		}
		pass_over(solve, kernel, id, why);
	}
	return FALSE;
}

static gboolean has_visible(const KpSolve *solve, const KpSolveKernel *kernel)
{
	for (int i = 0; i < kernel->offered.count; i++) {
		Id id = kernel->offered.elements[i];
		g_autofree char *hidden = kp_solve_invisible_to(solve, id, kernel->id);
		g_autofree char *passed = kp_solve_passed(solve, id);

		if (hidden == NULL || passed != NULL)
			return TRUE;
	}
	return FALSE;
}

static gboolean is_called(const KpSolve *solve, Id id, const char *release)
{
	const char *evr = pool_id2str(solve->pool, pool_id2solvable(solve->pool, id)->evr);

	/* as a module says it, too, without the name of a distribution */
	return kp_release_same(release, kp_solve_release(solve, id)) || g_str_equal(evr, release);
}

static char *list_releases(const KpSolve *solve, const KpSolveKernel *kernel)
{
	GString *text = g_string_new(NULL);

	for (int i = 0; i < kernel->offered.count; i++) {
		g_autofree char *hidden = kp_solve_invisible_to(solve, kernel->offered.elements[i],
								kernel->id);

		if (hidden == NULL)
			g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "",
					       kp_solve_release(solve, kernel->offered.elements[i]));
	}
	return g_string_free(text, FALSE);
}

static void not_there(KpSolve *solve, const KpSolveKernel *kernel)
{
	g_autofree char *there = list_releases(solve, kernel);

	g_ptr_array_add(solve->plan->problems, g_strdup_printf(
		"there is no release %s for kernel %s; %s%s", solve->request->release, kernel->kver,
		*there != '\0' ? "there are " : "no repository has patches for it", there));
}


/* What speaks against @id even if it was named; @kernel may be NULL. Caller frees. */
static char *against_named(const KpSolve *solve, const KpSolveKernel *kernel, Id id)
{
	const KpBarred *bar = kernel != NULL ? barred(solve, kernel, id) : NULL;

	if (bar != NULL)
		return barred_text(bar);
	return kernel != NULL ? kp_solve_invisible_to(solve, id, kernel->id) :
				kp_solve_invisible(solve, id);
}

static char *refusal_of(const KpSolve *solve, Id id, const char *why)
{
	g_autofree char *nevra = kp_solve_nevra(solve, id);

	return g_strdup_printf("%s cannot be taken: %s", nevra, why);
}

/* What is named may be older, and come from any repository that is not told to
 * keep it away; what is barred stays barred. */
static void choose_named(KpSolve *solve, KpSolveKernel *kernel)
{
	const char *release = solve->request->release;
	g_autofree char *refusal = NULL;	/* of the first that is called so */

	if (kernel->patches.count > 0 && is_called(solve, kernel->patches.elements[0], release))
		return;
	for (int i = 0; i < kernel->offered.count && kernel->chosen == 0; i++) {
		Id id = kernel->offered.elements[i];
		g_autofree char *why = NULL;

		if (!is_called(solve, id, release))
			continue;
		why = against_named(solve, kernel, id);
		if (why == NULL)
			kernel->chosen = id;
		else if (refusal == NULL)
			refusal = refusal_of(solve, id, why);
	}
	if (kernel->chosen == 0 && refusal != NULL)
		g_ptr_array_add(solve->plan->problems, g_steal_pointer(&refusal));
	else if (kernel->chosen == 0)
		not_there(solve, kernel);
}

gboolean kp_solve_choose_next(KpSolve *solve, KpSolveKernel *kernel, const char *why)
{
	int at = 0;

	pass_over(solve, kernel, kernel->chosen, why);
	while (kernel->offered.elements[at] != kernel->chosen)
		at++;
	return choose_from(solve, kernel, at + 1);
}

static gboolean contains(const Queue *queue, Id id)
{
	for (int i = 0; i < queue->count; i++)
		if (queue->elements[i] == id)
			return TRUE;
	return FALSE;
}

static char *against_file(const KpSolve *solve, Id id)
{
	char *why = kp_solve_is_kernel(solve, id) ? kp_solve_no_kernels(solve)
						  : against_named(solve, NULL, id);

	for (guint i = 0; i < solve->kernels->len && why == NULL; i++) {
		const KpSolveKernel *kernel = g_ptr_array_index(solve->kernels, i);

		if (contains(&kernel->offered, id))
			why = against_named(solve, kernel, id);
	}
	return why;
}

/* Of what was named as files all that may be taken is: which, is not ours to choose. */
static void choose_files(KpSolve *solve)
{
	int kept = 0;

	for (int i = 0; i < solve->named.count; i++) {
		Id id = solve->named.elements[i];
		g_autofree char *why = against_file(solve, id);

		if (why == NULL)
			solve->named.elements[kept++] = id;
		else
			g_ptr_array_add(solve->plan->problems, refusal_of(solve, id, why));
	}
	queue_truncate(&solve->named, kept);
}

/* That of them which is for this kernel. */
static void choose_file(const KpSolve *solve, KpSolveKernel *kernel)
{
	for (int i = 0; i < kernel->offered.count && kernel->chosen == 0; i++)
		if (contains(&solve->named, kernel->offered.elements[i]))
			kernel->chosen = kernel->offered.elements[i];
}

static void choose_for(KpSolve *solve, KpSolveKernel *kernel)
{
	g_qsort_with_data(kernel->offered.elements, kernel->offered.count, sizeof(Id),
			  compare_ids, solve);
	kernel->out->covered = kernel->patches.count > 0 || has_visible(solve, kernel);
	if (solve->files != NULL)
		choose_file(solve, kernel);
	else if (solve->request->release != NULL)
		choose_named(solve, kernel);
	else
		choose_from(solve, kernel, 0);
}

/* Under one name two repositories have different packages: both cannot be what was
 * released. */
static gboolean contradicts(const KpSolve *solve, Id a, Id b)
{
	Solvable *left = pool_id2solvable(solve->pool, a), *right = pool_id2solvable(solve->pool, b);
	Id left_type = 0, right_type = 0;
	const char *one = solvable_lookup_checksum(left, SOLVABLE_CHECKSUM, &left_type);
	const char *other = solvable_lookup_checksum(right, SOLVABLE_CHECKSUM, &right_type);

	return a != b && left->repo != right->repo && left->name == right->name &&
	       left->evr == right->evr && left->arch == right->arch && one != NULL && other != NULL &&
	       left_type == right_type && !g_str_equal(one, other);
}

static void tell_twins(KpSolve *solve, const KpSolveKernel *kernel)
{
	for (int i = 0; kernel->chosen != 0 && i < kernel->offered.count; i++) {
		Id id = kernel->offered.elements[i];
		g_autofree char *nevra = NULL;

		if (!contradicts(solve, kernel->chosen, id))
			continue;
		nevra = kp_solve_nevra(solve, id);
		g_ptr_array_add(solve->plan->warnings, g_strdup_printf(
			"repositories %s and %s have different packages called %s, and only one can be "
			"what was released: the one of %s is taken; ask who runs them",
			kp_solve_where(solve, kernel->chosen), kp_solve_where(solve, id), nevra,
			kp_solve_where(solve, kernel->chosen)));
	}
}

void kp_solve_choose(KpSolve *solve)
{
	choose_files(solve);
	for (guint i = 0; i < solve->kernels->len; i++) {
		KpSolveKernel *kernel = g_ptr_array_index(solve->kernels, i);

		if (kernel->out == NULL)
			continue;
		choose_for(solve, kernel);
		tell_twins(solve, kernel);
	}
}
