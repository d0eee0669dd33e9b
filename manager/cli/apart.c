/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/apart.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

#define LOOK_MS 250	/* a signal that comes between two looks is seen so late */

static gboolean failed(GError **error, const char *what)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s: %s", what, g_strerror(errno));
	return FALSE;
}

/* What the child tells until it ends. A signal for us alone is one for it, too. */
static void listen_to(int fd, pid_t child, const volatile sig_atomic_t *stop, GString *text)
{
	struct pollfd end = { .fd = fd, .events = POLLIN };
	gboolean passed_on = FALSE;
	char piece[4096];

	for (;;) {
		int ready = poll(&end, 1, passed_on ? -1 : LOOK_MS);
		gssize n;

		if (!passed_on && *stop != 0) {
			kill(child, SIGTERM);
			passed_on = TRUE;
		}
		if (ready <= 0)
			continue;
		n = read(fd, piece, sizeof(piece));
		if (n > 0)
			g_string_append_len(text, piece, n);
		else if (n == 0 || errno != EINTR)
			return;
	}
}

static void add_lines(GPtrArray *lines, const char *text)
{
	g_auto(GStrv) each = g_strsplit(text, "\n", -1);

	for (char **line = each; *line != NULL; line++)
		if (**line != '\0' || line[1] != NULL)
			g_ptr_array_add(lines, g_strdup(*line));
}

/* It may get one signal from us and one from whoever sends it to all of us; the second
 * is not to end it in the middle of what it does about the first. */
static void catch_every(int signal_number)
{
	struct sigaction action;

	if (sigaction(signal_number, NULL, &action) != 0)
		return;
	action.sa_flags &= ~(int)SA_RESETHAND;
	sigaction(signal_number, &action, NULL);
}

/* Never returns: the parent's files and exit handlers are not a child's to end. Whose
 * parent is killed has nobody to work for. */
static void be_child(KpApartFunc work, gpointer user, int fd, pid_t parent)
{
	FILE *told = fdopen(fd, "w");

	catch_every(SIGINT);
	catch_every(SIGTERM);
	if (told != NULL && prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent)
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

gboolean kp_apart_run(KpApartFunc work, gpointer user, const volatile sig_atomic_t *stop,
		      GPtrArray *lines, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	pid_t parent = getpid(), child;
	int ends[2];

	if (pipe(ends) != 0)
		return failed(error, "there can be no pipe");
	/* else the child has it too, and both would print it */
	fflush(stdout);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		be_child(work, user, ends[1], parent);
	}
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return failed(error, "there can be no process");
	}
	listen_to(ends[0], child, stop, text);
	close(ends[0]);
	add_lines(lines, text->str);
	return wait_for(child, error);
}
