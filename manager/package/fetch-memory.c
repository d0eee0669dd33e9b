/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/fetch-memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "package/fetch-handle.h"

static gboolean fetch_to(int fd, LrHandle *handle, const KpRepo *repo, const char *what,
			 const char *url, guint64 limit, const KpFetchWatch *watch, GError **error)
{
	/* nobody asked for it, so nobody is told how far it is */
	const KpFetchWatch quiet = { .stop = watch->stop };
	g_autoptr(GPtrArray) items =
		g_ptr_array_new_with_free_func((GDestroyNotify)kp_fetch_item_free);
	g_autofree char *whole = *url == '/' ? g_strconcat("file://", url, NULL) : g_strdup(url);
	KpFetchItem *item = kp_fetch_item_new(repo, handle, what, whole,
					      g_strdup_printf("/dev/fd/%d", fd));

	g_ptr_array_add(items, item);
	item->is_url = TRUE;
	item->limit = limit;
	return kp_fetch_run(items, FALSE, &quiet, error);
}

int kp_fetch_memory(const char *root, const KpRepo *repo, const char *what, const char *url,
		    guint64 limit, const KpFetchWatch *watch, GError **error)
{
	g_autoptr(LrHandle) handle = kp_fetch_handle_new(root, repo, NULL, error);
	int fd = handle != NULL ? memfd_create("fetched", MFD_CLOEXEC) : -1;

	if (handle == NULL)
		return -1;
	if (fd < 0)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "no memory to fetch into: %s",
			    g_strerror(errno));
	else if (fetch_to(fd, handle, repo, what, url, limit, watch, error))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}
