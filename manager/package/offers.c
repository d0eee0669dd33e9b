/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels and patches that repositories have. */
#include <errno.h>
#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/repo_rpmmd.h>
#include <solv/solv_xfopen.h>
#include <string.h>

#include "base/inventory.h"
#include "base/names.h"
#include "package/advisories.h"
#include "package/kept.h"
#include "package/primary.h"
#include "package/solve.h"

/* A list of name, EVR and architecture, "is a kernel", "is excluded", kernel-uname-r,
 * and how long its stream is promised; and names that are used for other kernels. */
static const KpKeptKind kept = { "offers", "(a(sssbbss)as)" };

/* The version of the dependency @name in the list @key of @solvable, or NULL. */
static char *version_of(Solvable *solvable, Id key, const char *name)
{
	Pool *pool = solvable->repo->pool;
	char *found = NULL;
	Queue queue;

	queue_init(&queue);
	solvable_lookup_deparray(solvable, key, &queue, -1);
	for (int i = 0; found == NULL && i < queue.count; i++) {
		Reldep *relation = ISRELDEP(queue.elements[i]) ?
			GETRELDEP(pool, queue.elements[i]) : NULL;

		if (relation != NULL && relation->flags == REL_EQ &&
		    g_str_equal(pool_id2str(pool, relation->name), name))
			found = g_strdup(pool_id2str(pool, relation->evr));
	}
	queue_free(&queue);
	return found;
}

/* As kp_tag_tie(). */
static char *tie_of(Solvable *solvable)
{
	char *tie = version_of(solvable, SOLVABLE_REQUIRES, KP_TIE);
	g_autofree char *release = NULL;

	if (tie != NULL)
		return tie;
	release = version_of(solvable, SOLVABLE_REQUIRES, KP_OLD_TIE);
	return release == NULL ? NULL :
	       g_strdup_printf("%s.%s", release, pool_id2str(solvable->repo->pool, solvable->arch));
}

/* Whether all that @solvable requires of kernel-uname-r, at least once, is true of @uname. */
static gboolean range_has(Solvable *solvable, const char *uname)
{
	Pool *pool = solvable->repo->pool;
	Id wanted = pool_rel2id(pool, pool_str2id(pool, KP_TIE, 1), pool_str2id(pool, uname, 1), REL_EQ, 1);
	gboolean any = FALSE, all = TRUE;
	Queue queue;

	queue_init(&queue);
	solvable_lookup_deparray(solvable, SOLVABLE_REQUIRES, &queue, -1);
	for (int i = 0; i < queue.count; i++) {
		Reldep *relation = ISRELDEP(queue.elements[i]) ?
			GETRELDEP(pool, queue.elements[i]) : NULL;

		if (relation == NULL || !g_str_equal(pool_id2str(pool, relation->name), KP_TIE))
			continue;
		any = TRUE;
		all = all && pool_match_dep(pool, wanted, queue.elements[i]);
	}
	queue_free(&queue);
	return any && all;
}

static void fill_offer(KpOffer *offer, Solvable *solvable, const KpRepo *repo,
		       const KpVersionLocks *locks)
{
	Pool *pool = solvable->repo->pool;
	Id id = pool_solvable2id(pool, solvable);
	g_autofree char *excluded = kp_solve_excluded(pool, id, repo);
	g_autofree char *locked = kp_solve_locked(pool, id, locks);

	offer->excluded = excluded != NULL || locked != NULL;
	offer->nevra = kp_nevra_new(pool_id2str(pool, solvable->name), pool_id2str(pool, solvable->evr),
				    pool_id2str(pool, solvable->arch));
}

/* NULL: it is neither a kernel that may be had nor a patch for one. */
static KpOffer *make_offer(Solvable *solvable, const KpRepo *repo, const char *const *globs,
			   const KpVersionLocks *locks)
{
	const char *name = pool_id2str(solvable->repo->pool, solvable->name);
	g_autoptr(KpOffer) offer = kp_offer_new();

	fill_offer(offer, solvable, repo, locks);
	offer->uname_r = version_of(solvable, SOLVABLE_PROVIDES, KP_TIE);
	offer->kernel = offer->uname_r != NULL;
	if (offer->kernel && offer->excluded)
		return NULL;
	if (!offer->kernel && kp_name_matches(name, globs)) {
		offer->uname_r = tie_of(solvable);
		offer->until = version_of(solvable, SOLVABLE_PROVIDES, KP_UNTIL_PROVIDE);
	}
	return offer->uname_r != NULL ? g_steal_pointer(&offer) : NULL;
}

/* Of the document only what may matter gets to the parser. */
static gboolean load(Repo *repo, const KpRepoData *data, const KpOffersWanted *asked,
		     GHashTable *elsewhere, GPtrArray *warnings)
{
	const KpPrimaryWanted wanted = { .globs = asked->globs, .ties = asked->ties,
					 .names = asked->kernels, .elsewhere = elsewhere };
	g_autofree char *problem = NULL;
	FILE *packed = solv_xfopen(data->primary, "r"), *stream;

	if (packed == NULL) {
		problem = g_strdup(g_strerror(errno));
	} else {
		stream = kp_primary_filter(packed, &wanted, &problem);
		if (repo_add_rpmmd(repo, stream, NULL, 0) != 0 && problem == NULL)
			problem = g_strdup(pool_errstr(repo->pool));
		fclose(stream);
	}
	if (problem != NULL)
		g_ptr_array_add(warnings, g_strdup_printf(
			"repository %s: its packages cannot be read: %s: %s; "
			"'kpatch-manager cve --refresh' gets the list again",
			data->repo->id, data->primary, problem));
	return problem == NULL;
}

static GPtrArray *new_list(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)kp_offer_free);
}

/* A patch may be for a range of kernels, which may have none or several of ours. */
static void add_range(GPtrArray *list, Solvable *solvable, const KpRepo *repo,
		      const KpOffersWanted *wanted, const KpVersionLocks *locks)
{
	for (const char *const *uname = wanted->unames; *uname != NULL; uname++) {
		KpOffer *offer;

		if (!kp_name_matches(pool_id2str(solvable->repo->pool, solvable->name), wanted->globs) ||
		    !range_has(solvable, *uname))
			continue;
		offer = kp_offer_new();
		fill_offer(offer, solvable, repo, locks);
		offer->uname_r = g_strdup(*uname);
		offer->until = version_of(solvable, SOLVABLE_PROVIDES, KP_UNTIL_PROVIDE);
		g_ptr_array_add(list, offer);
	}
}

static void add_elsewhere(GPtrArray *list, const char *name)
{
	KpOffer *offer = kp_offer_new();

	offer->elsewhere = TRUE;
	offer->nevra = kp_nevra_new(name, "", "");
	g_ptr_array_add(list, offer);
}

static GPtrArray *read_metadata(const KpRepoData *data, const KpOffersWanted *wanted,
				const KpVersionLocks *locks, GPtrArray *warnings)
{
	g_autoptr(GHashTable) elsewhere = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GHashTableIter names;
	gpointer name;
	Pool *pool = pool_create();
	Repo *repo = repo_create(pool, data->repo->id);
	GPtrArray *list = NULL;
	Solvable *solvable;
	Id id;

	pool_setdisttype(pool, DISTTYPE_RPM);
	if (load(repo, data, wanted, elsewhere, warnings)) {
		list = new_list();
		repo_internalize(repo);
		FOR_REPO_SOLVABLES(repo, id, solvable) {
			KpOffer *offer = make_offer(solvable, data->repo, wanted->globs, locks);

			if (offer != NULL)
				g_ptr_array_add(list, offer);
			else
				add_range(list, solvable, data->repo, wanted, locks);
		}
		g_hash_table_iter_init(&names, elsewhere);
		while (g_hash_table_iter_next(&names, &name, NULL))
			add_elsewhere(list, name);
	}
	pool_free(pool);
	return list;
}

static KpOffer *unpack(GVariant *item)
{
	const char *name, *evr, *arch, *uname_r, *until;
	KpOffer *offer = kp_offer_new();

	g_variant_get(item, "(&s&s&sbb&s&s)", &name, &evr, &arch, &offer->kernel,
		      &offer->excluded, &uname_r, &until);
	offer->nevra = kp_nevra_new(name, evr, arch);
	offer->uname_r = g_strdup(uname_r);
	offer->until = *until != '\0' ? g_strdup(until) : NULL;
	return offer;
}

static GPtrArray *read_kept(const char *root, const KpRepoData *data, const char *question)
{
	g_autoptr(GVariant) all = kp_kept_read(root, &kept, data, question);
	g_autoptr(GVariantIter) items = NULL, names = NULL;
	GVariant *item;
	const char *name;
	GPtrArray *list;

	if (all == NULL)
		return NULL;
	list = new_list();
	g_variant_get(all, kept.type, &items, &names);
	while ((item = g_variant_iter_next_value(items)) != NULL) {
		g_ptr_array_add(list, unpack(item));
		g_variant_unref(item);
	}
	while (g_variant_iter_next(names, "&s", &name))
		add_elsewhere(list, name);
	return list;
}

static void keep(const char *root, const KpRepoData *data, const char *question,
		 const GPtrArray *list)
{
	GVariantBuilder items, names;

	g_variant_builder_init(&items, G_VARIANT_TYPE("a(sssbbss)"));
	g_variant_builder_init(&names, G_VARIANT_TYPE("as"));
	for (guint i = 0; i < list->len; i++) {
		const KpOffer *offer = g_ptr_array_index(list, i);
		const KpNevra *nevra = offer->nevra;

		if (offer->elsewhere)
			g_variant_builder_add(&names, "s", nevra->name);
		else
			g_variant_builder_add(&items, "(sssbbss)", nevra->name, nevra->evr,
					      nevra->arch, offer->kernel, offer->excluded,
					      offer->uname_r, offer->until != NULL ? offer->until : "");
	}
	kp_kept_write(root, &kept, data, question, g_variant_new(kept.type, &items, &names));
}

/* All that the answer depends on, but for the metadata. */
static char *make_question(const KpRepo *repo, const KpOffersWanted *wanted,
			   const KpVersionLocks *locks)
{
	const char *const *const lists[] = {
		wanted->globs, wanted->kernels, wanted->ties, wanted->unames,
		(const char *const *)repo->excludes, (const char *const *)repo->includes,
	};
	g_autoptr(GString) question = g_string_new("offers");

	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_autofree char *words = lists[i] == NULL ? NULL :
					 g_strjoinv(" ", (char **)lists[i]);

		g_string_append_printf(question, "\n%s", words != NULL ? words : "");
	}
	g_string_append_printf(question, "\n%s", locks != NULL ? locks->digest : "");
	return g_string_free(g_steal_pointer(&question), FALSE);
}

static GPtrArray *read_repo(const char *root, const KpRepoData *data,
			    const KpOffersWanted *wanted, const KpVersionLocks *locks,
			    GPtrArray *warnings)
{
	g_autofree char *question = make_question(data->repo, wanted, locks);
	GPtrArray *list = read_kept(root, data, question);

	if (list != NULL)
		return list;
	list = read_metadata(data, wanted, locks, warnings);
	if (list != NULL)
		keep(root, data, question, list);
	return list;
}

/* Of names that are used for other kernels those matter that are used for ours, too. */
static void drop_strangers(GPtrArray *offers, const KpOffersWanted *wanted)
{
	g_autoptr(GHashTable) ours = g_hash_table_new(g_str_hash, g_str_equal);

	for (const char *const *name = wanted->patches; *name != NULL; name++)
		g_hash_table_add(ours, (gpointer)*name);
	for (guint i = 0; i < offers->len; i++) {
		const KpOffer *offer = g_ptr_array_index(offers, i);

		if (!offer->elsewhere)
			g_hash_table_add(ours, offer->nevra->name);
	}
	for (guint i = offers->len; i-- > 0;) {
		const KpOffer *offer = g_ptr_array_index(offers, i);

		if (offer->elsewhere && !g_hash_table_contains(ours, offer->nevra->name))
			g_ptr_array_remove_index_fast(offers, i);
	}
}

GPtrArray *kp_offers_read(const char *root, const GPtrArray *repos,
			  const KpOffersWanted *wanted, const KpVersionLocks *locks,
			  GPtrArray *warnings)
{
	GPtrArray *offers = new_list();

	for (guint i = 0; i < repos->len; i++) {
		GPtrArray *list = read_repo(root, g_ptr_array_index(repos, i), wanted, locks,
					    warnings);

		if (list != NULL)
			g_ptr_array_extend_and_steal(offers, list);
	}
	drop_strangers(offers, wanted);
	return offers;
}
