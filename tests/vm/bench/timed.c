// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timed MODULE [TRANSITION]: loads a module and prints two times in
 * nanoseconds: until the load returned, and until its patch was live: where a
 * file of livepatch is named, until it says that the transition is over.
 * EBUSY is tried again.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int in_transition(const char *path)
{
	char c = '0';
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return 1;
	if (read(fd, &c, 1) != 1)
		c = '1';
	close(fd);
	return c != '0';
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;
	long long start = now(), returned;
	long ret;

	if (fd < 0) {
		fprintf(stderr, "usage: timed MODULE [TRANSITION]\n");
		return 2;
	}
	do
		ret = syscall(SYS_finit_module, fd, "", 0);
	while (ret && errno == EBUSY);
	if (ret) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	returned = now();
	while (argc > 2 && in_transition(argv[2]))
		sched_yield();
	printf("%lld %lld\n", returned - start, now() - start);
	return 0;
}
