/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/vouched.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/replace.h"
#include "base/root.h"

/* a machine has some dozens of modules; a line is "SHA256 FINGERPRINT" */
#define MOST_LINES 1000
#define LINE_SIZE (64 + 1 + 64 + 1)
#define MOST_BYTES (MOST_LINES * LINE_SIZE)

static gboolean is_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_uid == 0 || st->st_uid == geteuid()) &&
	       (st->st_mode & (S_IWGRP | S_IWOTH)) == 0 && st->st_size <= MOST_BYTES;
}

/* "" when there are none. Caller frees. */
static char *read_notes(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char *text = g_malloc0(MOST_BYTES + 1);
	struct stat st;
	gssize n = 0;

	if (fd >= 0 && fstat(fd, &st) == 0 && is_ours(&st))
		n = read(fd, text, MOST_BYTES);
	if (fd >= 0)
		close(fd);
	text[MAX(n, 0)] = '\0';
	return text;
}

static char *line_of(const char *sha256, const char *fingerprint)
{
	return g_strdup_printf("%s %s\n", sha256, fingerprint);
}

/* All lines are of one length: what is found in between is a line. */
static gboolean has_line(const char *notes, const char *line)
{
	const char *found = strlen(line) == LINE_SIZE ? strstr(notes, line) : NULL;

	return found != NULL && (found - notes) % LINE_SIZE == 0;
}

gboolean kp_vouched_before(const char *root, const char *sha256, const char *fingerprint)
{
	g_autofree char *path = kp_root_path(root, KP_VOUCHED_FILE);
	g_autofree char *notes = read_notes(path);
	g_autofree char *line = line_of(sha256, fingerprint);

	return has_line(notes, line);
}

gboolean kp_vouched_note(const char *root, const char *sha256, const char *fingerprint,
			 GError **error)
{
	g_autofree char *path = kp_root_path(root, KP_VOUCHED_FILE);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *notes = read_notes(path);
	g_autofree char *line = line_of(sha256, fingerprint);
	g_autofree char *text = NULL;
	const char *kept = notes;

	if (has_line(notes, line))
		return TRUE;
	if (strlen(notes) > MOST_BYTES - LINE_SIZE)
		kept += LINE_SIZE;
	text = g_strconcat(kept, line, NULL);
	if (g_mkdir_with_parents(folder, 0755) == 0 &&
	    kp_replace_file(path, text, -1, TRUE, error))
		return TRUE;
	if (error != NULL && *error == NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot make %s: %s", folder,
			    g_strerror(errno));
	return FALSE;
}
