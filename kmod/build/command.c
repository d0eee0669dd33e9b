/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* as many lines of errors as a message may have */
#define LINES_MAX 6

/* The lines that say what is wrong; without any, the last ones. */
static char *errors_in(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint count = g_strv_length(lines), found = 0;
	GString *errors = g_string_new(NULL);

	for (guint i = 0; i < count && found < LINES_MAX; i++) {
		if (strstr(lines[i], "error") == NULL && strstr(lines[i], "ERROR") == NULL &&
		    strstr(lines[i], "Error:") == NULL && strstr(lines[i], "***") == NULL)
			continue;
		g_string_append_printf(errors, "\n    %s", lines[i]);
		found++;
	}
	for (guint i = count > LINES_MAX ? count - LINES_MAX : 0; found == 0 && i < count; i++)
		if (*lines[i] != '\0')
			g_string_append_printf(errors, "\n    %s", lines[i]);
	return g_string_free(errors, FALSE);
}

static gboolean failed(const char *log, off_t before, const char *what, GError **error)
{
	g_autofree char *text = NULL, *errors = NULL;
	gsize length = 0;

	if (g_file_get_contents(log, &text, &length, NULL) && before <= (off_t)length)
		errors = errors_in(text + before);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s failed:%s\n  the whole output is in %s", what,
		    errors != NULL ? errors : " no output", log);
	return FALSE;
}

gboolean kp_command_run(const char *folder, const char *const *argv, const char *log,
			const char *what, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher = NULL;
	g_autoptr(GSubprocess) process = NULL;
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	off_t before;

	if (fd < 0) {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s cannot be written: %s", log,
			    g_strerror(errno));
		return FALSE;
	}
	before = lseek(fd, 0, SEEK_END);
	launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_MERGE);
	g_subprocess_launcher_set_cwd(launcher, folder);
	/* messages are looked through for words */
	g_subprocess_launcher_setenv(launcher, "LC_ALL", "C", TRUE);
	g_subprocess_launcher_unsetenv(launcher, "MAKEFLAGS");
	g_subprocess_launcher_unsetenv(launcher, "MAKELEVEL");
	g_subprocess_launcher_take_stdout_fd(launcher, fd);
	process = g_subprocess_launcher_spawnv(launcher, argv, error);
	if (process == NULL) {
		g_prefix_error(error, "%s: ", what);
		return FALSE;
	}
	if (!g_subprocess_wait(process, NULL, error))
		return FALSE;
	return g_subprocess_get_successful(process) || failed(log, before, what, error);
}

char *kp_command_line(const char *const *argv)
{
	g_autofree char *output = NULL;
	int status;

	if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
			  NULL, NULL, &output, NULL, &status, NULL) || status != 0)
		return NULL;
	output[strcspn(output, "\n")] = '\0';
	return g_steal_pointer(&output);
}

char *kp_below(const char *path, const char *name)
{
	return g_build_filename(path, name, NULL);
}

gboolean kp_make_folder(const char *folder, GError **error)
{
	if (g_mkdir_with_parents(folder, 0755) == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the folder %s cannot be made: %s", folder,
		    g_strerror(errno));
	return FALSE;
}

gboolean kp_write_file(const char *path, const char *text, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (g_file_set_contents(path, text, -1, &problem))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s cannot be written: %s", path,
		    problem->message);
	return FALSE;
}
