// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unwaited PROGRAM...: runs it as a child that nobody will wait for: it takes
 * itself off the list of tasks when it ends.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: unwaited PROGRAM...\n");
		return 2;
	}
	signal(SIGCHLD, SIG_IGN);
	if (fork() == 0) {
		signal(SIGCHLD, SIG_DFL);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	/* The parent that ignores it must be there when it ends. */
	sleep(2);
	return 0;
}
