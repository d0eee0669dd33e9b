/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/mark.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"

#define FOLDER "/var/lib/kpatch"
#define FLAG_MAX 64

/* No kernel's folder begins with a dot. */
static char *link_of(const char *root, const char *kver, KpMarkKind kind)
{
	static const char *const whose[] = { [KP_MARK_PATCH] = "", [KP_MARK_CORE] = "core-" };

	return kp_root_leaf(root, FOLDER "/.mark-%s%s", whose[kind], kver);
}

gboolean kp_mark_open(const KpHost *host, KpMarkKind kind, GError **error)
{
	g_autofree char *path = link_of(host->root, host->kver, kind);
	g_autofree char *folder = g_path_get_dirname(path);

	/* all of it is in the folder: one sync will do */
	if ((unlink(path) == 0 || errno == ENOENT) && symlink(host->boot_id, path) == 0 &&
	    kp_sync_folder(folder))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot write %s: %s", path,
		    g_strerror(errno));
	return FALSE;
}

gboolean kp_mark_is_open(const char *root, const char *kver, KpMarkKind kind,
			 const char *boot_id)
{
	g_autofree char *path = link_of(root, kver, kind);
	g_autofree char *boot = g_file_read_link(path, NULL);

	return g_strcmp0(boot, boot_id) == 0;
}

gboolean kp_mark_close(const char *root, const char *kver, KpMarkKind kind)
{
	g_autofree char *path = link_of(root, kver, kind);
	g_autofree char *folder = g_path_get_dirname(path);

	if (unlink(path) == 0)
		return kp_sync_folder(folder);
	return errno == ENOENT;
}

/* Not g_get_monotonic_time(): a machine that sleeps is alive. */
static gint64 seconds_of_boot(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_BOOTTIME, &now) == 0 ? now.tv_sec : 0;
}

gboolean kp_mark_raise_flag(const char *root, const char *action, GError **error)
{
	g_autofree char *flag = kp_root_path(root, KP_MARK_FLAG);
	g_autofree char *text = g_strdup_printf("%s %" G_GINT64_FORMAT "\n", action,
						seconds_of_boot());

	return g_file_set_contents(flag, text, -1, error);
}

void kp_mark_lower_flag(const char *root)
{
	g_autofree char *flag = kp_root_path(root, KP_MARK_FLAG);

	unlink(flag);
}

static char *read_flag(const char *root)
{
	g_autofree char *flag = kp_root_path(root, KP_MARK_FLAG);

	return kp_root_read(root, flag, FLAG_MAX);
}

gboolean kp_mark_has_flag(const char *root)
{
	g_autofree char *text = read_flag(root);

	return text != NULL;
}

gboolean kp_mark_is_by(const char *root, const char *action)
{
	g_autofree char *text = read_flag(root);

	return text != NULL && strcspn(text, " ") == strlen(action) &&
	       g_str_has_prefix(text, action);
}

gint64 kp_mark_age(const char *root)
{
	g_autofree char *text = read_flag(root);
	const char *second = text != NULL ? strchr(text, ' ') : NULL;
	gint64 begun = second != NULL ? g_ascii_strtoll(second, NULL, 10) : 0;

	return begun > 0 ? MAX(seconds_of_boot() - begun, 0) : -1;
}
