// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * threads REACHED NUMBER GO: once the file REACHED says Y, makes so many threads and
 * writes 1 to the file GO; then sleeps. A thread costs a small part of a process, and
 * somebody spins until they are there.
 */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *asleep(void *nothing)
{
	for (;;)
		pause();
	return nothing;
}

static char first_byte(const char *path)
{
	int fd = open(path, O_RDONLY);
	char c = '\0';

	if (fd < 0 || read(fd, &c, 1) != 1) {
		perror(path);
		exit(1);
	}
	close(fd);
	return c;
}

int main(int argc, char **argv)
{
	pthread_attr_t small;
	pthread_t thread;
	int go;

	if (argc != 4) {
		fprintf(stderr, "usage: threads REACHED NUMBER GO\n");
		return 2;
	}
	go = open(argv[3], O_WRONLY);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, PTHREAD_STACK_MIN);
	while (first_byte(argv[1]) != 'Y')
		;
	for (int i = atoi(argv[2]); i > 0; i--) {
		if (pthread_create(&thread, &small, asleep, NULL)) {
			perror("pthread_create");
			return 1;
		}
	}
	if (write(go, "1", 1) != 1) {
		perror(argv[3]);
		return 1;
	}
	for (;;)
		pause();
}
