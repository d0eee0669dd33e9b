/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Package files that were named, as a repository of their own. librpm has verified
 * their headers, and nobody can change what the descriptors read: libsolv reads the
 * same bytes. */
#include <fcntl.h>
#include <solv/knownid.h>
#include <solv/repo_rpmdb.h>
#include <solv/solvable.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "package/solve-source.h"

/* A stream of its own from the start of @fd, or NULL. */
static FILE *open_again(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *stream = copy >= 0 ? fdopen(copy, "r") : NULL;

	if (stream != NULL)
		rewind(stream);
	else if (copy >= 0)
		close(copy);
	return stream;
}

static gboolean add_file(KpSolveRpmdb *db, KpSolve *solve, const KpUpdateFile *file,
			 GError **error)
{
	FILE *stream = open_again(file->fd);
	void *handle = stream != NULL ? rpm_byfp(db->state, stream, file->path) : NULL;
	struct stat st;
	Id id = 0;

	if (handle != NULL && fstat(file->fd, &st) == 0)
		id = repo_add_rpm_handle(solve->files, handle, REPO_NO_INTERNALIZE |
					 REPO_REUSE_REPODATA | RPM_ADD_NO_RPMLIBREQS);
	if (stream != NULL)
		fclose(stream);
	if (id == 0) {
		g_autofree char *name = kp_text_printable(file->path);

		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s is no package, or damaged; get it again", name);
		return FALSE;
	}
	repodata_set_num(repo_last_repodata(solve->files), id, SOLVABLE_DOWNLOADSIZE,
			 (unsigned long long)st.st_size);
	if (!file->there)
		queue_push(&solve->named, id);
	return TRUE;
}

gboolean kp_solve_add_files(KpSolveRpmdb *db, KpSolve *solve, GError **error)
{
	const GArray *files = solve->request->files;

	if (files == NULL)
		return TRUE;
	solve->files = repo_create(solve->pool, "a file");
	for (guint i = 0; i < files->len; i++)
		if (!add_file(db, solve, &g_array_index(files, KpUpdateFile, i), error))
			return FALSE;
	repo_internalize(solve->files);
	return TRUE;
}
