/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptors.h"

/* what a check says is kept up to here, and read to its end */
#define OUTPUT_MAX 512

struct check {
	pid_t pid;
	int pidfd;		/* readable when the program has ended; -1: look often */
	int output;		/* read end of its output, or -1 at its end */
	GString *said;
};

/* Where the program has itself: an interpreter that is to read it finds it there. */
#define SELF 3

/* The program gets no signal mask or handler of ours, and no descriptor but
 * the usual three and SELF. Returns 0 or an errno. */
static int spawn(const KpProgram *program, char **environment, int output, pid_t *pid)
{
	char *const argv[] = { program->path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int code;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
	/* the last: until then it may be in the way of another */
	posix_spawn_file_actions_adddup2(&files, program->fd, SELF);
	kp_descriptors_close_on_exec(SELF);
	code = posix_spawn(pid, "/proc/self/fd/" G_STRINGIFY(SELF), &files, &attributes, argv,
			   environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return code;
}

/* Returns 0 or an errno. */
static int start(struct check *check, const KpProgram *program, char **environment)
{
	int ends[2], code;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	code = spawn(program, environment, ends[1], &check->pid);
	close(ends[1]);
	if (code != 0) {
		close(ends[0]);
		return code;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	check->output = ends[0];
	check->pidfd = (int)syscall(SYS_pidfd_open, check->pid, 0);
	check->said = g_string_new(NULL);
	return 0;
}

static void drain(struct check *check)
{
	char buffer[4096];
	gssize n;

	/* bounded, so that one who never stops talking meets the time limit */
	for (guint i = 0; i < 16 && check->output >= 0; i++) {
		n = read(check->output, buffer, sizeof(buffer));
		if (n > 0) {
			gsize room = OUTPUT_MAX - check->said->len;

			g_string_append_len(check->said, buffer, (gssize)MIN((gsize)n, room));
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		close(check->output);
		check->output = -1;
	}
}

static gboolean told_to_stop(const KpWatch *watch)
{
	return watch != NULL && watch->stop != NULL && *watch->stop != 0;
}

static gboolean has_ended(const struct check *check)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)check->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == check->pid;
}

/* TRUE when the program itself has ended within the limit. */
static gboolean await_end(struct check *check, gint64 limit_ms, const KpWatch *watch)
{
	gint64 end = g_get_monotonic_time() + limit_ms * 1000;

	for (;;) {
		gint64 left = (end - g_get_monotonic_time()) / 1000;
		/* poll(2) passes over a negative descriptor */
		struct pollfd files[] = { { check->pidfd, POLLIN, 0 },
					  { check->output, POLLIN, 0 } };

		if (has_ended(check))
			return TRUE;
		if (left <= 0 || told_to_stop(watch))
			return FALSE;
		/* a signal just before poll(2) is seen within the second */
		poll(files, G_N_ELEMENTS(files), (int)MIN(left, check->pidfd >= 0 ? 1000 : 50));
		drain(check);
	}
}

/* The group is killed before its leader is reaped: until then its number is
 * nobody else's. */
static int finish(struct check *check)
{
	int status = 0;

	kill(-check->pid, SIGKILL);
	while (waitpid(check->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	drain(check);
	if (check->output >= 0)
		close(check->output);
	if (check->pidfd >= 0)
		close(check->pidfd);
	return status;
}

/* The last line counts: that is where programs say what went wrong. */
static char *with_output(const char *how, GString *said)
{
	const char *line;

	g_strchomp(said->str);
	line = strrchr(said->str, '\n');
	line = line != NULL ? line + 1 : said->str;
	if (*line == '\0')
		return g_strdup(how);
	for (char *c = (char *)line; *c != '\0'; c++)
		if (g_ascii_iscntrl(*c))
			*c = '?';
	return g_strdup_printf("%s: %s", how, line);
}

static char *how_it_ended(gboolean in_time, int status, gint64 limit_ms)
{
	if (!in_time)
		return g_strdup_printf("it did not end in %" G_GINT64_FORMAT " s", limit_ms / 1000);
	if (WIFSIGNALED(status))
		return g_strdup_printf("it was ended by signal %d", WTERMSIG(status));
	return g_strdup_printf("exit status %d", WEXITSTATUS(status));
}

KpCheckResult kp_check_run(const KpProgram *program, char **environment, gint64 limit_ms,
			   const KpWatch *watch, char **why)
{
	struct check check = { -1, -1, -1, NULL };
	g_autofree char *how = NULL;
	gboolean in_time;
	int code = start(&check, program, environment);
	int status;

	*why = NULL;
	if (code != 0) {
		*why = g_strdup_printf("it cannot be started: %s", g_strerror(code));
		return KP_CHECK_BAD;
	}
	in_time = await_end(&check, limit_ms, watch);
	status = finish(&check);
	how = how_it_ended(in_time, status, limit_ms);
	if (!in_time || status != 0)
		*why = with_output(how, check.said);
	g_string_free(check.said, TRUE);
	if (*why == NULL)
		return KP_CHECK_GOOD;
	if (in_time || !told_to_stop(watch))
		return KP_CHECK_BAD;
	g_clear_pointer(why, g_free);
	return KP_CHECK_STOPPED;
}
