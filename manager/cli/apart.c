/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/apart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

static gboolean failed(GError **error, const char *what)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s: %s", what, g_strerror(errno));
	return FALSE;
}

static void read_lines(int fd, GPtrArray *lines)
{
	FILE *told = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;

	while (told != NULL && getline(&line, &room, told) > 0) {
		line[strcspn(line, "\n")] = '\0';
		g_ptr_array_add(lines, g_strdup(line));
	}
	free(line);
	if (told != NULL)
		fclose(told);
	else
		close(fd);
}

/* Never returns: the parent's files and exit handlers are not a child's to end. */
static void be_child(KpApartFunc work, gpointer user, int fd)
{
	FILE *told = fdopen(fd, "w");

	if (told != NULL)
		work(user, told);
	_exit(told != NULL && fflush(told) == 0 ? 0 : 1);
}

static gboolean wait_for(pid_t child, GError **error)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFSIGNALED(status))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "it came to a sudden end: %s",
		    strsignal(WTERMSIG(status)));
	return FALSE;
}

gboolean kp_apart_run(KpApartFunc work, gpointer user, GPtrArray *lines, GError **error)
{
	int ends[2];
	pid_t child;

	if (pipe(ends) != 0)
		return failed(error, "there can be no pipe");
	/* else the child has it too, and both would print it */
	fflush(stdout);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		be_child(work, user, ends[1]);
	}
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return failed(error, "there can be no process");
	}
	read_lines(ends[0], lines);
	return wait_for(child, error);
}
