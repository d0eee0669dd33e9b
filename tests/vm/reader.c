/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader STOP: reads /proc/cmdline as fast as it can until the file STOP
 * appears, and prints how often the secret of the demo patches was to be seen,
 * masked by release 1-1, and masked by release 1-2.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long leaks = 0, first = 0, second = 0, reads = 0;
	int fd = open("/proc/cmdline", O_RDONLY);
	char text[4096];
	ssize_t n;

	if (argc != 2 || fd < 0) {
		fprintf(stderr, "usage: reader STOP\n");
		return 2;
	}
	while (reads++ % 64 || access(argv[1], F_OK)) {
		n = pread(fd, text, sizeof(text) - 1, 0);
		if (n <= 0)
			return 1;
		text[n] = '\0';
		leaks += strstr(text, "secret=hunter2") != NULL;
		first += strstr(text, "secret=*** token=abc123") != NULL;
		second += strstr(text, "secret=*** token=***") != NULL;
	}
	printf("leaks=%lu 1-1=%lu 1-2=%lu\n", leaks, first, second);
	return 0;
}
