// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fail-nth N load FILE [PARAMETERS] | unload MODULE | write FILE TEXT
 *
 * One system call, of whose allocations the N-th fails; none, if N is 0. Prints
 * "injected" or, where there were fewer of them, "untouched", and how the call
 * ended: 0 or an error's number and text. Exit status 1: it failed; 77: this
 * kernel cannot do it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		exit(77);
	}
	return fd;
}

static void say_or_die(int fd, const char *text)
{
	if (pwrite(fd, text, strlen(text), 0) < 0) {
		perror("fail-nth");
		exit(77);
	}
}

/* What must be allocated before the call is: the file is open. */
static long call(const char *what, const char *name, int fd, const char *text)
{
	if (!strcmp(what, "load"))
		return syscall(SYS_finit_module, fd, text, 0);
	if (!strcmp(what, "unload"))
		return syscall(SYS_delete_module, name, O_NONBLOCK);
	return write(fd, text, strlen(text));
}

int main(int argc, char **argv)
{
	const char *text = argc > 4 ? argv[4] : "";
	char left[32] = "";
	int fd = -1, nth, error;

	if (argc < 4)
		return 2;
	if (!strcmp(argv[2], "load"))
		fd = open_or_die(argv[3], O_RDONLY);
	else if (!strcmp(argv[2], "write"))
		fd = open_or_die(argv[3], O_WRONLY);
	nth = open_or_die("/proc/self/fail-nth", O_RDWR);
	say_or_die(nth, argv[1]);
	error = call(argv[2], argv[3], fd, text) < 0 ? errno : 0;
	if (pread(nth, left, sizeof(left) - 1, 0) < 0)
		perror("fail-nth");
	say_or_die(nth, "0");
	printf("%s %d %s\n", atoi(argv[1]) && !atoi(left) ? "injected" :
	       "untouched", error, error ? strerror(error) : "");
	return error != 0;
}
