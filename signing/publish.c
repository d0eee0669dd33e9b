/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.h"

/* A file on its way to its name. */
typedef struct {
	int folder;
	int fd;
	char *temporary;	/* its name in the folder; NULL: it has none yet */
} KpDraft;

static void draft_clear(KpDraft *draft)
{
	if (draft->temporary != NULL)
		unlinkat(draft->folder, draft->temporary, 0);
	g_free(draft->temporary);
	if (draft->fd >= 0)
		close(draft->fd);
	if (draft->folder >= 0)
		close(draft->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KpDraft, draft_clear)

static gboolean failed(GError **error, const char *what)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot %s: %s; nothing was changed", what,
		    g_strerror(errno));
	return FALSE;
}

static char *temporary_name(void)
{
	return g_strdup_printf(".kpatch-sign-%08x%08x", g_random_int(), g_random_int());
}

/* A file without a name vanishes with us, however we end. Some file systems
 * have none, and giving it a name takes /proc. */
static gboolean open_draft(KpDraft *draft, const char *target, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(target);

	draft->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (draft->folder < 0)
		return failed(error, "open the folder of the file");
	if (access("/proc/self/fd", X_OK) == 0)
		draft->fd = openat(draft->folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (draft->fd >= 0)
		return TRUE;
	draft->temporary = temporary_name();
	draft->fd = openat(draft->folder, draft->temporary, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC,
			   0600);
	if (draft->fd >= 0)
		return TRUE;
	g_clear_pointer(&draft->temporary, g_free);
	return failed(error, "make a file beside it");
}

static gboolean write_all(int fd, GBytes *bytes, GError **error)
{
	gsize size = 0, used = 0;
	const char *data = g_bytes_get_data(bytes, &size);

	while (used < size) {
		gssize n = write(fd, data + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(error, "write it");
		used += (gsize)n;
	}
	return TRUE;
}

/* Those two hold a digest of the old content, which is wrong for the new one. */
static gboolean of_content(const char *name)
{
	return g_str_equal(name, "security.ima") || g_str_equal(name, "security.evm");
}

static char *read_attribute(int fd, const char *name, gssize *size)
{
	g_autofree char *value = NULL;

	*size = fgetxattr(fd, name, NULL, 0);
	if (*size < 0)
		return NULL;
	value = g_malloc((gsize)*size + 1);
	*size = fgetxattr(fd, name, value, (gsize)*size);
	return *size < 0 ? NULL : g_steal_pointer(&value);
}

/* A new file often has the right label already, and may then not be given it. */
static gboolean copy_attribute(int source, int fd, const char *name, GError **error)
{
	g_autofree char *value = NULL, *present = NULL;
	gssize size = 0, present_size = 0;

	if (of_content(name))
		return TRUE;
	value = read_attribute(source, name, &size);
	if (value == NULL)
		return errno == ENODATA ? TRUE : failed(error, "read its extended attributes");
	present = read_attribute(fd, name, &present_size);
	if (present != NULL && present_size == size && memcmp(present, value, (gsize)size) == 0)
		return TRUE;
	if (fsetxattr(fd, name, value, (gsize)size, 0) == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "cannot keep its extended attribute %s: %s; nothing was changed", name,
		    g_strerror(errno));
	return FALSE;
}

static gboolean copy_attributes(int source, int fd, GError **error)
{
	gssize size = flistxattr(source, NULL, 0);
	g_autofree char *names = NULL;

	if (size <= 0)
		return size == 0 || errno == ENOTSUP ? TRUE :
		       failed(error, "read its extended attributes");
	names = g_malloc((gsize)size);
	size = flistxattr(source, names, (gsize)size);
	if (size < 0)
		return failed(error, "read its extended attributes");
	for (const char *name = names; name < names + size; name += strlen(name) + 1)
		if (!copy_attribute(source, fd, name, error))
			return FALSE;
	return TRUE;
}

/* Owner first: changing it takes set-user-id bits away. */
static gboolean copy_properties(int source, int fd, GError **error)
{
	struct stat old, new;

	if (fstat(source, &old) != 0 || fstat(fd, &new) != 0)
		return failed(error, "read its properties");
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
	    fchown(fd, old.st_uid, old.st_gid) != 0)
		return failed(error, "keep its owner");
	if (fchmod(fd, old.st_mode & 07777) != 0)
		return failed(error, "keep its mode");
	return copy_attributes(source, fd, error);
}

static gboolean name_draft(KpDraft *draft, GError **error)
{
	g_autofree char *link = NULL, *name = NULL;

	if (draft->temporary != NULL)
		return TRUE;
	link = g_strdup_printf("/proc/self/fd/%d", draft->fd);
	name = temporary_name();
	if (linkat(AT_FDCWD, link, draft->folder, name, AT_SYMLINK_FOLLOW) != 0)
		return failed(error, "give it a name");
	draft->temporary = g_steal_pointer(&name);
	return TRUE;
}

/* Content is on disk before the name is, and the name before we say so. */
static gboolean publish(KpDraft *draft, const char *target, GError **error)
{
	g_autofree char *name = g_path_get_basename(target);

	if (fsync(draft->fd) != 0)
		return failed(error, "write it to disk");
	if (!name_draft(draft, error))
		return FALSE;
	if (renameat(draft->folder, draft->temporary, draft->folder, name) != 0)
		return failed(error, "rename it into place");
	g_clear_pointer(&draft->temporary, g_free);
	if (fsync(draft->folder) == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "it is in place, but its folder cannot be written to disk: %s", g_strerror(errno));
	return FALSE;
}

gboolean kp_publish(const char *target, int source, GBytes *payload, GBytes *appended,
		    KpPublishCheck check, gpointer data, GError **error)
{
	g_auto(KpDraft) draft = { .folder = -1, .fd = -1 };

	return open_draft(&draft, target, error) && write_all(draft.fd, payload, error) &&
	       (appended == NULL || write_all(draft.fd, appended, error)) &&
	       copy_properties(source, draft.fd, error) && check(draft.fd, data, error) &&
	       publish(&draft, target, error);
}
