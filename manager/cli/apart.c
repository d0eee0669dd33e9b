/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/error.h"

#define LOOK_MS 250	/* a signal that comes between two looks is seen so late */

/* One of the two kinds of work. */
struct apart {
	KpApartFunc lines;
	KpApartFetch fetch;
	gpointer user;
	const KpFence *fence;
	const volatile sig_atomic_t *stop;
	void (*run)(const struct apart *apart, FILE *told, int hands);
	void (*refuse)(const struct apart *apart, FILE *told, const GError *error);
};

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

/* The descriptors of the two are 3 and 4 where it has no other of ours. */
static void keep_these(int *told, int *hands)
{
	int ends[] = { fcntl(*told, F_DUPFD_CLOEXEC, 5), fcntl(*hands, F_DUPFD_CLOEXEC, 5) };

	*told = dup2(ends[0], 3);
	*hands = dup2(ends[1], 4);
	kp_descriptors_close(5);
}

/* Never returns: the parent's files and exit handlers are not a child's to end. Whose
 * parent is killed has nobody to work for. */
static void be_child(const struct apart *apart, int fd, int hands, pid_t parent)
{
	g_autoptr(GError) error = NULL;
	FILE *told;

	if (apart->fence != NULL)
		keep_these(&fd, &hands);
	told = fdopen(fd, "w");
	catch_every(SIGINT);
	catch_every(SIGTERM);
	if (told == NULL || prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		_exit(1);
	if (apart->fence != NULL && !kp_fence_close(apart->fence, &error))
		apart->refuse(apart, told, error);
	else
		apart->run(apart, told, hands);
	_exit(fflush(told) == 0 ? 0 : 1);
}

static gboolean wait_for(pid_t child, GError **error)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return TRUE;
	if (WIFEXITED(status))
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    "it could not begin, or not say all that came of it");
	else
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "it came to a sudden end: %s",
			    strsignal(WTERMSIG(status)));
	return FALSE;
}

/* What the child told is in @text; what it handed over is to be read from *@hands. */
static gboolean run_child(const struct apart *apart, GString *text, int *hands, GError **error)
{
	pid_t parent = getpid(), child;
	int ends[2], pair[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return failed(error, "there can be no pipe");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		close(ends[0]);
		close(ends[1]);
		return failed(error, "there can be no socket");
	}
	/* else the child has it too, and both would print it */
	fflush(stdout);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		close(pair[0]);
		be_child(apart, ends[1], pair[1], parent);
	}
	close(ends[1]);
	close(pair[1]);
	*hands = pair[0];
	if (child < 0) {
		close(ends[0]);
		return failed(error, "there can be no process");
	}
	listen_to(ends[0], child, apart->stop, text);
	close(ends[0]);
	return wait_for(child, error);
}

static void run_lines(const struct apart *apart, FILE *told, int hands)
{
	apart->lines(apart->user, told);
}

static void refuse_lines(const struct apart *apart, FILE *told, const GError *error)
{
	fprintf(told, "%s\n", error->message);
}

gboolean kp_apart_run(KpApartFunc work, gpointer user, const KpFence *fence,
		      const volatile sig_atomic_t *stop, GPtrArray *lines, GError **error)
{
	const struct apart apart = {
		.lines = work, .user = user, .fence = fence, .stop = stop,
		.run = run_lines, .refuse = refuse_lines,
	};
	g_autoptr(GString) text = g_string_new(NULL);
	int hands = -1;
	gboolean ok = run_child(&apart, text, &hands, error);

	if (hands >= 0)
		close(hands);
	add_lines(lines, text->str);
	return ok;
}

/* "CODE MESSAGE", to its end. */
static void tell_error(const struct apart *apart, FILE *told, const GError *error)
{
	int code = error != NULL && error->domain == KP_ERROR ? error->code : KP_ERROR_FAILED;

	fprintf(told, "%d %s", code, error != NULL ? error->message : "it does not say why");
}

/* One message for each: where there are none, "-" stands in its place. */
static gboolean hand_over(int hands, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	char byte = fd >= 0 ? '+' : '-';
	struct iovec piece = { &byte, 1 };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

	if (fd >= 0) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof(control.room);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
	}
	return sendmsg(hands, &message, MSG_NOSIGNAL) == 1;
}

static void run_fetch(const struct apart *apart, FILE *told, int hands)
{
	g_autoptr(GPtrArray) fds = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	gboolean ok = apart->fetch(apart->user, fds, &error);

	for (guint i = 0; ok && i < fds->len; i++)
		ok = hand_over(hands, GPOINTER_TO_INT(g_ptr_array_index(fds, i)));
	if (!ok)
		tell_error(apart, told, error);
}

typedef enum { TAKEN, NO_MORE, NOT_TAKEN } Taken;

/* NOT_TAKEN with errno set: with too many files open the kernel drops a descriptor. */
static Taken take_one(int hands, GPtrArray *fds)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte = 0;
	struct iovec piece = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &piece, .msg_iovlen = 1,
		.msg_control = control.room, .msg_controllen = sizeof(control.room),
	};
	const struct cmsghdr *header;
	gssize n = recvmsg(hands, &message, MSG_CMSG_CLOEXEC);
	int fd = -1;

	if (n != 1)
		return n == 0 ? NO_MORE : NOT_TAKEN;
	header = CMSG_FIRSTHDR(&message);
	if (header != NULL && header->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(header), sizeof(int));
	g_ptr_array_add(fds, GINT_TO_POINTER(fd));
	if (byte == '-' || fd >= 0)
		return TAKEN;
	errno = EMFILE;
	return NOT_TAKEN;
}

static gboolean take_all(int hands, GPtrArray *fds, GError **error)
{
	Taken taken;

	do {
		taken = take_one(hands, fds);
	} while (taken == TAKEN || (taken == NOT_TAKEN && errno == EINTR));
	return taken == NO_MORE || failed(error, "what came cannot be taken");
}

static void set_told(const char *text, GError **error)
{
	char *message = NULL;
	gint64 code = g_ascii_strtoll(text, &message, 10);

	g_set_error_literal(error, KP_ERROR, (gint)code, *message == ' ' ? message + 1 : text);
}

gboolean kp_apart_fetch(KpApartFetch work, gpointer user, const KpFence *fence,
			const volatile sig_atomic_t *stop, GPtrArray *fds, GError **error)
{
	const struct apart apart = {
		.fetch = work, .user = user, .fence = fence, .stop = stop,
		.run = run_fetch, .refuse = tell_error,
	};
	g_autoptr(GString) text = g_string_new(NULL);
	int hands = -1;
	gboolean ok = run_child(&apart, text, &hands, error);

	if (ok && text->len > 0) {
		set_told(text->str, error);
		ok = FALSE;
	}
	ok = ok && take_all(hands, fds, error);
	if (hands >= 0)
		close(hands);
	return ok;
}
