/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan-case.h"

#include <solv/knownid.h>
#include <solv/solvable.h>
#include <solv/testcase.h>
#include <stdlib.h>
#include <string.h>

/* A package of the file. Some are there from the start, others only when asked
 * for, as in a database that is read by its indexes. */
typedef struct {
	Repo *repo;
	char *name, *evr, *arch;
	char *kver;		/* of a kernel */
	GPtrArray *lines;	/* "requires DEPENDENCY" and so on */
	gboolean waits;
	gboolean there;		/* a file of what is installed */
} Package;

struct PlanCase {
	char *path;
	guint line;
	KpUpdateRequest request;
	KpSource source;
	KpSolve *solve;
	GPtrArray *repos;	/* KpRepo */
	GPtrArray *barred;
	GPtrArray *passed;
	GString *locks;		/* as versionlock.toml has them */
	GString *zypp_locks;	/* as /etc/zypp/locks has them */
	GPtrArray *packages;	/* Package */
	GPtrArray *texts;	/* of the request */
	GHashTable *read;	/* names for which repositories were read */
	Repo *repo;		/* to which packages go now */
	gboolean waits;
	GString *expected;
};

static void package_free(gpointer data)
{
	Package *package = data;

	g_free(package->name);
	g_free(package->evr);
	g_free(package->arch);
	g_free(package->kver);
	g_ptr_array_unref(package->lines);
	g_free(package);
}

static const struct {
	const char *word;
	Id key;
} lists[] = {
	{ "requires ", SOLVABLE_REQUIRES }, { "provides ", SOLVABLE_PROVIDES },
	{ "recommends ", SOLVABLE_RECOMMENDS }, { "conflicts ", SOLVABLE_CONFLICTS }, { "obsoletes ", SOLVABLE_OBSOLETES },
	{ "owns ", 0 },
};

/* "kernel-uname-r = V" is no form of testcase_str2dep() for every V. */
static Id dependency(Pool *pool, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	if (g_strv_length(words) == 3 && g_str_equal(words[1], "=") && *words[0] != '(')
		return pool_rel2id(pool, pool_str2id(pool, words[0], 1),
				   pool_str2id(pool, words[2], 1), REL_EQ, 1);
	return testcase_str2dep(pool, text);
}

static void add_line(Pool *pool, Id id, const char *line)
{
	if (g_str_has_prefix(line, "vendor ")) {
		pool_id2solvable(pool, id)->vendor = pool_str2id(pool, line + strlen("vendor "), 1);
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		const char *rest = line + strlen(lists[i].word);

		if (!g_str_has_prefix(line, lists[i].word))
			continue;
		if (lists[i].key != 0)
			solvable_add_deparray(pool_id2solvable(pool, id), lists[i].key,
					      dependency(pool, rest), -1);
		else
			solvable_add_deparray(pool_id2solvable(pool, id), SOLVABLE_PROVIDES,
					      pool_str2id(pool, rest, 1), 1);
		return;
	}
	g_assert_not_reached();
}

static void add_now(KpSolve *solve, Package *package)
{
	Pool *pool = solve->pool;
	Id id = repo_add_solvable(package->repo);
	Solvable *s = pool_id2solvable(pool, id);

	package->waits = FALSE;
	s->name = pool_str2id(pool, package->name, 1);
	s->evr = pool_str2id(pool, package->evr, 1);
	s->arch = pool_str2id(pool, package->arch, 1);
	solvable_add_deparray(s, SOLVABLE_PROVIDES, solvable_selfprovidedep(s), -1);
	for (guint i = 0; i < package->lines->len; i++)
		add_line(pool, id, g_ptr_array_index(package->lines, i));
	if (package->kver != NULL && package->repo == solve->installed)
		kp_solve_add_kernel(solve, id, package->kver);
	if (package->repo == solve->files && !package->there)
		queue_push(&solve->named, id);
}

static gboolean says(const Package *package, const char *word, const char *name)
{
	for (guint i = 0; i < package->lines->len; i++) {
		const char *line = g_ptr_array_index(package->lines, i);

		if (g_str_has_prefix(line, word) && g_str_has_prefix(line + strlen(word), name))
			return TRUE;
	}
	return FALSE;
}

static gboolean answers(const Package *package, KpAsk ask, const char *name)
{
	switch (ask) {
	case KP_ASK_NAME:
		return g_str_equal(package->name, name);
	case KP_ASK_PROVIDES:
		return g_str_equal(package->name, name) || says(package, "provides ", name) ||
		       says(package, "owns ", name);
	case KP_ASK_REQUIRES:
		return says(package, "requires ", name);
	case KP_ASK_CONFLICTS:
		return says(package, "conflicts ", name);
	case KP_ASK_OBSOLETES:
		return says(package, "obsoletes ", name);
	}
	return FALSE;
}

static void add_answers(PlanCase *c, KpSolve *solve, gboolean installed, KpAsk ask,
			const char *name)
{
	for (guint i = 0; i < c->packages->len; i++) {
		Package *package = g_ptr_array_index(c->packages, i);

		if (package->waits && (package->repo == solve->installed) == installed &&
		    answers(package, ask, name))
			add_now(solve, package);
	}
}

static void ask_installed(gpointer user, KpSolve *solve, KpAsk ask, const char *name)
{
	add_answers(user, solve, TRUE, ask, name);
}

/* Real repositories add what they have each time they are read: once is enough. */
static gboolean ask_offered(gpointer user, KpSolve *solve, const char *const *names,
			    GError **error)
{
	PlanCase *c = user;

	for (; *names != NULL; names++) {
		g_assert_true(g_hash_table_add(c->read, g_strdup(*names)));
		add_answers(user, solve, FALSE, KP_ASK_PROVIDES, *names);
	}
	return TRUE;
}

static G_NORETURN void bad(const PlanCase *c, const char *line)
{
	g_error("%s:%u: what is this? %s", c->path, c->line, line);
	exit(1);
}

static char *keep(PlanCase *c, const char *text)
{
	char *copy = g_strdup(text);

	g_ptr_array_add(c->texts, copy);
	return copy;
}

/* The text after "KEY=" in the words of a line, or @otherwise. */
static const char *option(char **words, const char *key, const char *otherwise)
{
	for (; *words != NULL; words++)
		if (g_str_has_prefix(*words, key) && (*words)[strlen(key)] == '=')
			return *words + strlen(key) + 1;
	return otherwise;
}

static Package *new_package(PlanCase *c, const char *name, const char *evr, const char *arch)
{
	Package *package = g_new0(Package, 1);

	package->repo = c->repo;
	package->name = g_strdup(name);
	package->evr = g_strdup(evr);
	package->arch = g_strdup(arch);
	package->waits = c->waits;
	package->lines = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(c->packages, package);
	return package;
}

/* kernel UNAME-R [uname-r=VERSION] [name=NAME]: what it provides, if that is
 * another word */
static void read_kernel(PlanCase *c, char **words)
{
	const char *version = option(words, "uname-r", words[1]);
	g_autofree char *evr = g_strdup(version);
	Package *package;

	if (g_str_has_suffix(evr, ".x86_64"))
		evr[strlen(evr) - strlen(".x86_64")] = '\0';
	package = new_package(c, option(words, "name", "kernel-core"), evr, "x86_64");
	package->kver = g_strdup(words[1]);
	g_ptr_array_add(package->lines, g_strdup_printf("provides " KP_TIE " = %s", version));
}

/* patch UNAME-R EVR [name=NAME] [arch=ARCH] [there]: as they usually are */
static void read_patch(PlanCase *c, char **words)
{
	g_autofree char *tag = g_strdup(words[1]), *name = NULL;
	const char *arch = option(words, "arch", "x86_64");
	Package *package;

	if (g_str_has_suffix(tag, ".x86_64"))
		tag[strlen(tag) - strlen(".x86_64")] = '\0';
	g_strdelimit(tag, ".-", '_');
	name = g_strdup_printf("kpatch-patch-%s", tag);
	package = new_package(c, option(words, "name", name), words[2], arch);
	package->there = g_strv_contains((const char *const *)words, "there");
	g_ptr_array_add(package->lines, g_strdup_printf("requires " KP_TIE " = %s", words[1]));
	g_ptr_array_add(package->lines, g_strdup_printf("provides kpatch-patch = %s", words[1]));
	g_ptr_array_add(package->lines, g_strdup_printf("conflicts %s < %s", package->name, words[2]));
}

static char **pattern_list(const char *text)
{
	return text != NULL ? g_strsplit(text, ",", -1) : g_new0(char *, 1);
}

static void read_repository(PlanCase *c, char **words)
{
	KpRepo *repo = g_new0(KpRepo, 1);

	repo->id = g_strdup(words[1]);
	repo->priority = atoi(option(words, "priority", "99"));
	repo->excludes = pattern_list(option(words, "exclude", NULL));
	repo->includes = pattern_list(option(words, "include", NULL));
	g_ptr_array_add(c->repos, repo);
	c->repo = kp_solve_add_repo(c->solve, repo->id, repo);
	c->waits = FALSE;
}

/* held|blocked|revoked RELEASE UNAME-R|any [REASON] */
static void read_barred(PlanCase *c, char **words)
{
	KpBarred *barred = g_new0(KpBarred, 1);

	barred->word = g_strdup(words[0]);
	barred->version = g_strdup(words[1]);
	barred->kver = g_str_equal(words[2], "any") ? NULL : g_strdup(words[2]);
	barred->reason = words[3] != NULL ? g_strjoinv(" ", words + 3) : NULL;
	barred->any_build = g_str_equal(words[0], "held");
	g_ptr_array_add(c->barred, barred);
}

/* passed REPOSITORY NEVRA REASON */
static void read_passed(PlanCase *c, char **words)
{
	KpPassed *passed = g_new0(KpPassed, 1);

	passed->repo = g_strdup(words[1]);
	passed->nevra = g_strdup(words[2]);
	passed->reason = g_strjoinv(" ", words + 3);
	g_ptr_array_add(c->passed, passed);
}

/* lock NAME [KEY COMPARATOR VALUE]... */
static void read_lock(PlanCase *c, char **words)
{
	g_string_append_printf(c->locks, "[[packages]]\nname = \"%s\"\n", words[1]);
	for (words += 2; words[0] != NULL; words += 3)
		g_string_append_printf(c->locks, "[[packages.conditions]]\nkey = \"%s\"\n"
				       "comparator = \"%s\"\nvalue = \"%s\"\n",
				       words[0], words[1], words[2]);
}

/* zypper-lock NAME [COMPARATOR RELEASE] */
static void read_zypp_lock(PlanCase *c, char **words)
{
	g_string_append_printf(c->zypp_locks, "type: package\nmatch_type: glob\ncase_sensitive: on\n"
			       "solvable_name: %s\n", words[1]);
	if (words[2] != NULL)
		g_string_append_printf(c->zypp_locks, "version: %s %s\n", words[2], words[3]);
	g_string_append_c(c->zypp_locks, '\n');
}

static void read_request(PlanCase *c, char **words)
{
	const char *kernel = option(words, "kernel", NULL), *release = option(words, "release", NULL);

	c->request.all = g_strv_contains((const char *const *)words, "all");
	c->request.kernel = kernel != NULL ? keep(c, kernel) : NULL;
	c->request.release = release != NULL ? keep(c, release) : NULL;
}

static void go_to(PlanCase *c, Repo *repo, gboolean waits)
{
	c->repo = repo;
	c->waits = waits;
}

static void read_line(PlanCase *c, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	const char *first = words[0];

	if (g_str_equal(first, "installed"))
		go_to(c, c->solve->installed, FALSE);
	else if (g_str_equal(first, "installed-if-asked"))
		go_to(c, c->solve->installed, TRUE);
	else if (g_str_equal(first, "offered-if-asked"))
		go_to(c, c->repo, TRUE);
	else if (g_str_equal(first, "files"))
		go_to(c, c->solve->files = repo_create(c->solve->pool, "a file"), FALSE);
	else if (g_str_equal(first, "repository"))
		read_repository(c, words);
	else if (g_str_equal(first, "kernel"))
		read_kernel(c, words);
	else if (g_str_equal(first, "patch"))
		read_patch(c, words);
	else if (g_str_equal(first, "package"))
		new_package(c, words[1], words[2], words[3]);
	else if (*line == '\t')
		g_ptr_array_add(((Package *)g_ptr_array_index(c->packages, c->packages->len - 1))->lines,
				g_strdup(line + 1));
	else if (g_str_equal(first, "running"))
		c->request.running = keep(c, words[1]);
	else if (g_str_equal(first, "live"))
		c->request.live = keep(c, words[1]);
	else if (g_str_equal(first, "held") || g_str_equal(first, "blocked") ||
		 g_str_equal(first, "revoked"))
		read_barred(c, words);
	else if (g_str_equal(first, "passed"))
		read_passed(c, words);
	else if (g_str_equal(first, "lock"))
		read_lock(c, words);
	else if (g_str_equal(first, "zypper-lock"))
		read_zypp_lock(c, words);
	else if (g_str_equal(first, "lock-file-is-damaged"))
		g_string_append(c->locks, "[[packages\n");
	else if (g_str_equal(first, "zypper"))
		c->request.packager = KP_PACKAGER_ZYPPER;
	else if (g_str_equal(first, "request"))
		read_request(c, words);
	else
		bad(c, line);
}

static const char *const globs[] = { "kpatch-patch-*", NULL };

static PlanCase *new_case(const char *path)
{
	PlanCase *c = g_new0(PlanCase, 1);

	c->path = g_strdup(path);
	c->repos = g_ptr_array_new_with_free_func((GDestroyNotify)kp_repo_free);
	c->barred = g_ptr_array_new_with_free_func((GDestroyNotify)kp_barred_free);
	c->packages = g_ptr_array_new_with_free_func(package_free);
	c->texts = g_ptr_array_new_with_free_func(g_free);
	c->read = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	c->locks = g_string_new("version = \"1.0\"\n");
	c->zypp_locks = g_string_new(NULL);
	c->expected = g_string_new(NULL);
	c->request.globs = globs;
	c->request.barred = c->barred;
	c->passed = g_ptr_array_new_with_free_func((GDestroyNotify)kp_passed_free);
	c->request.passed = c->passed;
	c->source = (KpSource){ c, ask_installed, ask_offered };
	c->solve = kp_solve_new(&c->request, &c->source, "x86_64");
	c->repo = c->solve->installed;
	return c;
}

PlanCase *plan_case_read(const char *path)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	PlanCase *c = new_case(path);
	gboolean expecting = FALSE;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (c->line = 1; lines[c->line - 1] != NULL; c->line++) {
		const char *line = lines[c->line - 1];

		if (expecting && *line != '\0')
			g_string_append_printf(c->expected, "%s\n", line);
		else if (g_str_equal(line, "expect"))
			expecting = TRUE;
		else if (*line != '\0' && *line != '#')
			read_line(c, line);
	}
	for (guint i = 0; i < c->packages->len; i++) {
		Package *package = g_ptr_array_index(c->packages, i);

		if (!package->waits)
			add_now(c->solve, package);
	}
	return c;
}

void plan_case_free(PlanCase *c)
{
	kp_solve_free(c->solve);
	g_ptr_array_unref(c->repos);
	g_ptr_array_unref(c->barred);
	g_ptr_array_unref(c->passed);
	g_ptr_array_unref(c->packages);
	g_ptr_array_unref(c->texts);
	g_hash_table_unref(c->read);
	g_string_free(c->locks, TRUE);
	g_string_free(c->zypp_locks, TRUE);
	g_string_free(c->expected, TRUE);
	g_free(c->path);
	g_free(c);
}

static void tell_texts(GString *text, const char *word, const GPtrArray *texts)
{
	for (guint i = 0; i < texts->len; i++)
		g_string_append_printf(text, "%s%s\n", word, (char *)g_ptr_array_index(texts, i));
}

static void tell_kernel(GString *text, const KpUpdateKernel *kernel)
{
	g_autofree char *best = kernel->best != NULL ? kp_package_nevra(kernel->best) : NULL;

	g_string_append_printf(text, "kernel %s%s: ", kernel->kver,
			       kernel->running ? " (running)" : "");
	if (!kernel->covered)
		g_string_append(text, "no stream\n");
	else
		g_string_append_printf(text, "has %s, gets %s\n",
				       kernel->installed != NULL ? kernel->installed : "none",
				       best != NULL ? best : "nothing");
	tell_texts(text, "  not ", kernel->passed);
}

static void tell_step(GString *text, const KpUpdateStep *step)
{
	g_autofree char *nevra = kp_package_nevra(step->package);

	g_string_append_printf(text, "%s %s", kp_update_step_word(step->kind), nevra);
	if (step->package->repo != NULL)
		g_string_append_printf(text, " from %s", step->package->repo->id);
	if (step->package->file > 0)
		g_string_append_printf(text, " from file %u", step->package->file);
	if (step->replaces != NULL)
		g_string_append_printf(text, " in place of %s", step->replaces);
	g_string_append_c(text, '\n');
	if (step->displaces != NULL)
		tell_texts(text, "  out of the way: ", step->displaces);
}

char *plan_case_run(PlanCase *c)
{
	g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpVersionLocks) locks = c->zypp_locks->len > 0 ?
		kp_zypp_locks_parse("locks", c->zypp_locks->str, c->zypp_locks->len, warnings) :
		kp_version_locks_parse("versionlock.toml", c->locks->str, c->locks->len, warnings);
	g_autoptr(KpUpdatePlan) plan = NULL;
	GString *text = g_string_new(NULL);

	c->request.locks = locks;
	plan = kp_solve_plan(c->solve, NULL);
	for (guint i = 0; i < plan->kernels->len; i++)
		tell_kernel(text, g_ptr_array_index(plan->kernels, i));
	for (guint i = 0; i < plan->steps->len; i++)
		tell_step(text, g_ptr_array_index(plan->steps, i));
	tell_texts(text, "problem: ", plan->problems);
	tell_texts(text, "warning: ", plan->warnings);
	if (plan->unsolved)
		g_string_append(text, "more packages could help\n");
	return g_string_free(text, FALSE);
}

const char *plan_case_expected(const PlanCase *c)
{
	return c->expected->str;
}
