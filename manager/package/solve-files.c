/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Package files that somebody named. librpm reads them, because it checks the
 * digest of a header before anything is made of it; who signed it is asked when
 * it is installed. */
#include <errno.h>
#include <fcntl.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmlog.h>
#include <solv/knownid.h>
#include <solv/repo_rpmdb.h>
#include <solv/solvable.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "package/solve-source.h"

static int swallow(rpmlogRec record, rpmlogCallbackData data)
{
	return 0;
}

static Header read_header(rpmts ts, int fd)
{
	FD_t file = fdDup(fd);
	Header header = NULL;
	rpmRC result;

	if (file == NULL)
		return NULL;
	rpmlogSetCallback(swallow, NULL);
	rpmtsSetVSFlags(ts, RPMVSF_DEFAULT);
	result = rpmReadPackageFile(ts, file, NULL, &header);
	rpmlogSetCallback(NULL, NULL);
	Fclose(file);
	if (result != RPMRC_FAIL && result != RPMRC_NOTFOUND)
		return header;
	headerFree(header);
	return NULL;
}

/* What is no regular file is not read: a FIFO would make us wait for ever. */
static int open_file(const char *path, guint64 *size, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*size = (guint64)st.st_size;
		return fd;
	}
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s cannot be read: %s", path,
		    fd >= 0 ? "it is no regular file" : g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static gboolean add_file(KpSolveRpmdb *db, KpSolve *solve, const char *path, GError **error)
{
	guint64 size = 0;
	int fd = open_file(path, &size, error);
	Header header;
	void *handle;
	Id id = 0;

	if (fd < 0)
		return FALSE;
	header = read_header(db->ts, fd);
	close(fd);
	handle = header != NULL ? rpm_byrpmh(db->state, header) : NULL;
	if (handle != NULL)
		id = repo_add_rpm_handle(solve->files, handle, REPO_NO_INTERNALIZE |
					 REPO_REUSE_REPODATA | RPM_ADD_NO_RPMLIBREQS);
	headerFree(header);
	if (id == 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "%s is no package, or damaged; get it again", path);
		return FALSE;
	}
	repodata_set_location(repo_last_repodata(solve->files), id, 0, NULL, path);
	repodata_set_num(repo_last_repodata(solve->files), id, SOLVABLE_DOWNLOADSIZE, size);
	return TRUE;
}

gboolean kp_solve_add_files(KpSolveRpmdb *db, KpSolve *solve, GError **error)
{
	const char *const *path = solve->request->files;

	if (path == NULL || *path == NULL)
		return TRUE;
	solve->files = kp_solve_add_repo(solve, "a file", NULL);
	for (; *path != NULL; path++)
		if (!add_file(db, solve, *path, error))
			return FALSE;
	repo_internalize(solve->files);
	return TRUE;
}
