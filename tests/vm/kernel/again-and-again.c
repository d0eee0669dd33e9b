// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * again-and-again FILE TASKS: as nobody, in so many tasks, reads the file again
 * and again without end, so that one of them is in the kernel at any time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Noreturn void read_for_ever(const char *path)
{
	char buf[64];

	for (;;) {
		int fd = open(path, O_RDONLY);

		if (fd < 0 || (read(fd, buf, sizeof(buf)) < 0 && errno != EINTR)) {
			perror(path);
			_exit(1);
		}
		close(fd);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: again-and-again FILE TASKS\n");
		return 2;
	}
	if (setgid(65534) || setuid(65534)) {
		perror("nobody");
		return 1;
	}
	for (int i = atoi(argv[2]); i > 1; i--)
		if (fork() == 0)
			break;
	read_for_ever(argv[1]);
}
