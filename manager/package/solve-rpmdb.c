/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <rpm/header.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmtd.h>
#include <solv/knownid.h>
#include <solv/repo_rpmdb.h>
#include <solv/solvable.h>

#include "base/error.h"
#include "package/header-names.h"
#include "package/rpmdb.h"
#include "package/solve-source.h"

gboolean kp_solve_rpmdb_open(KpSolveRpmdb *db, KpSolve *solve, GError **error)
{
	db->ts = kp_rpmdb_look(solve->request->root, solve->request->rpmdb, error);
	if (db->ts == NULL)
		return FALSE;
	db->state = rpm_state_create(solve->pool, solve->request->root);
	db->known = g_hash_table_new(NULL, NULL);
	return TRUE;
}

void kp_solve_rpmdb_close(KpSolveRpmdb *db)
{
	if (db->state != NULL)
		rpm_state_free(db->state);
	g_clear_pointer(&db->known, g_hash_table_unref);
	rpmtsFree(db->ts);
	db->ts = NULL;
	db->state = NULL;
}

/* The package at @offset of the database, added once. 0: it cannot be. */
static Id add_header(KpSolveRpmdb *db, KpSolve *solve, Header header, unsigned int offset)
{
	Id id = GPOINTER_TO_INT(g_hash_table_lookup(db->known, GUINT_TO_POINTER(offset)));
	void *handle;

	if (id != 0)
		return id;
	handle = rpm_byrpmh(db->state, header);
	/* the lists of files are the most of a header, and paths are asked for */
	id = handle == NULL ? 0 :
		repo_add_rpm_handle(solve->installed, handle, REPO_NO_INTERNALIZE |
				    REPO_REUSE_REPODATA | RPM_ADD_NO_FILELIST |
				    RPM_ADD_NO_RPMLIBREQS);
	if (id != 0)
		g_hash_table_insert(db->known, GUINT_TO_POINTER(offset), GINT_TO_POINTER(id));
	return id;
}

static void add_kernels(KpSolveRpmdb *db, KpSolve *solve)
{
	rpmdbMatchIterator found = rpmtsInitIterator(db->ts, RPMDBI_PROVIDENAME, KP_TIE, 0);
	Header header;

	while ((header = rpmdbNextIterator(found)) != NULL) {
		g_autofree char *kver = kp_header_kernel(header);
		Id id;

		if (kver == NULL)
			continue;
		id = add_header(db, solve, header, rpmdbGetIteratorOffset(found));
		if (id != 0)
			kp_solve_add_kernel(solve, id, kver);
	}
	rpmdbFreeIterator(found);
}

typedef struct {
	KpSolveRpmdb *db;
	KpSolve *solve;
} Adder;

static void add_patch(Header header, unsigned int offset, gpointer user)
{
	const Adder *adder = user;

	if (kp_solve_is_patch_name(adder->solve, headerGetString(header, RPMTAG_NAME)))
		add_header(adder->db, adder->solve, header, offset);
}

static void add_patches(KpSolveRpmdb *db, KpSolve *solve)
{
	Adder adder = { db, solve };

	kp_rpmdb_patches(db->ts, add_patch, &adder);
}

static gboolean has_packages(KpSolveRpmdb *db)
{
	rpmdbMatchIterator all = rpmtsInitIterator(db->ts, RPMDBI_PACKAGES, NULL, 0);
	gboolean any = rpmdbNextIterator(all) != NULL;

	rpmdbFreeIterator(all);
	return any;
}

gboolean kp_solve_rpmdb_add_kernels(KpSolveRpmdb *db, KpSolve *solve, GError **error)
{
	add_kernels(db, solve);
	add_patches(db, solve);
	if (solve->kernels->len > 0 || has_packages(db))
		return TRUE;
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
			    "the package database has no packages at all; set rpmdb= in "
			    "manager.conf right");
	return FALSE;
}

static void ask_index(KpSolveRpmdb *db, KpSolve *solve, rpmDbiTagVal index, const char *name,
		      gboolean is_file)
{
	rpmdbMatchIterator found = rpmtsInitIterator(db->ts, index, name, 0);
	Header header;

	while ((header = rpmdbNextIterator(found)) != NULL) {
		Id id = add_header(db, solve, header, rpmdbGetIteratorOffset(found));
		Solvable *s = pool_id2solvable(solve->pool, id);

		/* the one path that somebody needs, for all the list that was left out */
		if (id != 0 && is_file)
			s->provides = repo_addid_dep(solve->installed, s->provides,
						     pool_str2id(solve->pool, name, 1),
						     SOLVABLE_FILEMARKER);
	}
	rpmdbFreeIterator(found);
}

void kp_solve_rpmdb_ask(KpSolveRpmdb *db, KpSolve *solve, KpAsk ask, const char *name)
{
	static const rpmDbiTagVal indexes[] = {
		[KP_ASK_NAME] = RPMDBI_NAME, [KP_ASK_PROVIDES] = RPMDBI_PROVIDENAME,
		[KP_ASK_REQUIRES] = RPMDBI_REQUIRENAME, [KP_ASK_CONFLICTS] = RPMDBI_CONFLICTNAME,
		[KP_ASK_OBSOLETES] = RPMDBI_OBSOLETENAME,
	};

	ask_index(db, solve, indexes[ask], name, FALSE);
	if (ask == KP_ASK_PROVIDES && *name == '/')
		ask_index(db, solve, RPMDBI_INSTFILENAMES, name, TRUE);
}
