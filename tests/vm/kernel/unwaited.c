// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unwaited PROGRAM...: runs it as a child that nobody will wait for: it takes
 * itself off the list of tasks when it ends. Or unwaited NUMBER NAME: so many
 * threads that end at once and are called so.
 */
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *end(void *name)
{
	prctl(PR_SET_NAME, name);
	return NULL;
}

/* A thread costs less than a process, and whoever ends takes it off the list as well. */
static int end_at_once(int number, char *name)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	while (number-- > 0) {
		if (pthread_create(&thread, &attributes, end, name)) {
			perror("pthread_create");
			return 1;
		}
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
