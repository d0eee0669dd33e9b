/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/utsname.h>

#include "base/error.h"
#include "base/solve-api.h"
#include "package/advisories.h"
#include "package/releasever.h"
#include "package/solve-source.h"

static void ask_rpmdb(gpointer user, KpSolve *solve, KpAsk ask, const char *name)
{
	kp_solve_rpmdb_ask(user, solve, ask, name);
}

static gboolean read_more(gpointer user, KpSolve *solve, const char *const *names, GError **error)
{
	return kp_solve_add_repos(solve, names, error);
}

/* uname -m: what rpm installs below --root is for the same machine. */
static void machine(struct utsname *name)
{
	if (uname(name) != 0)
		g_strlcpy(name->machine, "noarch", sizeof(name->machine));
}

static KpUpdatePlan *fill_and_plan(KpSolveRpmdb *db, KpSolve *solve, GError **error)
{
	if (!kp_solve_rpmdb_open(db, solve, error) ||
	    !kp_solve_rpmdb_add_kernels(db, solve, error) ||
	    !kp_solve_add_files(db, solve, error) ||
	    !kp_solve_add_repos(solve, NULL, error))
		return NULL;
	return kp_solve_plan(solve, error);
}

static KpUpdatePlan *plan(const KpUpdateRequest *request, GError **error)
{
	KpSolveRpmdb db = { NULL, NULL, NULL };
	const KpSource source = { .user = &db, .installed = ask_rpmdb, .offered = read_more };
	g_autoptr(KpSolve) solve = NULL;
	struct utsname name;
	KpUpdatePlan *result;

	machine(&name);
	solve = kp_solve_new(request, &source, name.machine);
	result = fill_and_plan(&db, solve, error);
	kp_solve_rpmdb_close(&db);
	if (result != NULL)
		kp_advisories_add(request, result);
	return result;
}

const KpSolveApi kp_solve_api = {
	.plan = plan,
	.advisories = kp_advisories_read,
	.offers = kp_offers_read,
	.releasever = kp_releasever_read,
};
