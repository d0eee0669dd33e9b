/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/stamp.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "base/replace.h"
#include "base/root.h"
#include "package/small-file.h"

#define STAMP_MAX 8192
#define GROUP "stamp"
#define VERSION "2"
#define REPOMD "repomd.xml"

void kp_stamp_free(KpStamp *stamp)
{
	if (stamp == NULL)
		return;
	g_free(stamp->cookie);
	g_free(stamp->primary);
	g_free(stamp->updateinfo);
	g_free(stamp);
}

static gboolean plain_name(const char *name)
{
	return *name != '\0' && *name != '.' && strchr(name, '/') == NULL;
}

/* What tells @name in @folder from any other file. NULL: it may not be used. */
static char *identity(const char *folder, const char *name)
{
	g_autofree char *path = kp_root_entry(folder, name);
	struct stat st;

	if (!plain_name(name) || lstat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    !kp_file_is_ours(&st))
		return NULL;
	return g_strdup_printf("%ju:%ju:%jd:%jd.%09ld:%jd.%09ld", (uintmax_t)st.st_dev,
			       (uintmax_t)st.st_ino, (intmax_t)st.st_size,
			       (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			       (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

static gboolean is_as_noted(GKeyFile *file, const char *folder, const char *name, const char *key)
{
	g_autofree char *noted = g_key_file_get_string(file, GROUP, key, NULL);
	g_autofree char *now = identity(folder, name);

	return noted != NULL && now != NULL && g_str_equal(noted, now);
}

static gboolean all_as_noted(GKeyFile *file, const char *folder, const KpStamp *stamp)
{
	g_autofree char *version = g_key_file_get_string(file, GROUP, "version", NULL);

	return g_strcmp0(version, VERSION) == 0 && stamp->cookie != NULL &&
	       strlen(stamp->cookie) == 64 &&
	       stamp->cookie[strspn(stamp->cookie, "0123456789abcdef")] == '\0' &&
	       stamp->primary != NULL &&
	       is_as_noted(file, folder, REPOMD, "repomd-is") &&
	       is_as_noted(file, folder, stamp->primary, "primary-is") &&
	       (stamp->updateinfo == NULL ||
		is_as_noted(file, folder, stamp->updateinfo, "updateinfo-is"));
}

static gboolean is_trusted(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && kp_file_is_ours(&st);
}

KpStamp *kp_stamp_read(const char *path, const char *folder)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(KpStamp) stamp = g_new0(KpStamp, 1);
	g_autofree char *text = NULL;
	gsize size;

	if (!is_trusted(path))
		return NULL;
	text = kp_small_file_read(NULL, path, STAMP_MAX, &size, NULL);
	if (text == NULL || size == 0 ||
	    !g_key_file_load_from_data(file, text, size, G_KEY_FILE_NONE, NULL))
		return NULL;
	stamp->cookie = g_key_file_get_string(file, GROUP, "cookie", NULL);
	stamp->primary = g_key_file_get_string(file, GROUP, "primary", NULL);
	stamp->updateinfo = g_key_file_get_string(file, GROUP, "updateinfo", NULL);
	stamp->asked = g_key_file_get_int64(file, GROUP, "asked", NULL);
	stamp->made = g_key_file_get_int64(file, GROUP, "made", NULL);
	stamp->floor = g_key_file_get_uint64(file, GROUP, "floor", NULL);
	stamp->gpg = g_key_file_get_boolean(file, GROUP, "gpg", NULL);
	return all_as_noted(file, folder, stamp) ? g_steal_pointer(&stamp) : NULL;
}

static gboolean note(GKeyFile *file, const char *folder, const char *name, const char *key)
{
	g_autofree char *now = identity(folder, name);

	if (now != NULL)
		g_key_file_set_string(file, GROUP, key, now);
	return now != NULL;
}

gboolean kp_stamp_write(const char *path, const char *folder, const KpStamp *stamp)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *text = NULL;
	gsize size;

	g_key_file_set_string(file, GROUP, "version", VERSION);
	g_key_file_set_string(file, GROUP, "cookie", stamp->cookie);
	g_key_file_set_int64(file, GROUP, "asked", stamp->asked);
	g_key_file_set_int64(file, GROUP, "made", stamp->made);
	g_key_file_set_uint64(file, GROUP, "floor", stamp->floor);
	g_key_file_set_boolean(file, GROUP, "gpg", stamp->gpg);
	g_key_file_set_string(file, GROUP, "primary", stamp->primary);
	if (stamp->updateinfo != NULL)
		g_key_file_set_string(file, GROUP, "updateinfo", stamp->updateinfo);
	if (!note(file, folder, REPOMD, "repomd-is") ||
	    !note(file, folder, stamp->primary, "primary-is") ||
	    (stamp->updateinfo != NULL && !note(file, folder, stamp->updateinfo, "updateinfo-is")))
		return FALSE;
	text = g_key_file_to_data(file, &size, NULL);
	return kp_replace_file(path, text, (gssize)size, FALSE, NULL);
}
