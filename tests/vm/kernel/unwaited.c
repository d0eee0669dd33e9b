// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unwaited PROGRAM...: runs it as a child that nobody will wait for: it takes
 * itself off the list of tasks when it ends. Or unwaited NUMBER NAME: so many
 * that end at once and are called so.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static int end_at_once(int number, const char *name)
{
	while (number-- > 0) {
		pid_t pid = fork();

		if (pid < 0)
			return 1;
		if (pid > 0)
			continue;
		prctl(PR_SET_NAME, name);
		_exit(0);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: unwaited PROGRAM...\n");
		return 2;
	}
	signal(SIGCHLD, SIG_IGN);
	if (argc == 3 && atoi(argv[1]) > 0)
		return end_at_once(atoi(argv[1]), argv[2]);
	if (fork() == 0) {
		signal(SIGCHLD, SIG_DFL);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	/* The parent that ignores it must be there when it ends. */
	sleep(2);
	return 0;
}
