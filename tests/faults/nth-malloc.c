/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For LD_PRELOAD: in each process the FAULT_MALLOC-th request for memory fails, once. At
 * its end a process adds to the file FAULT_COUNT a line: how many it has made. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What glibc calls its own, so that no dlsym(), which asks for memory, is needed. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static long wanted = -1, seen;

/* glibc calls it before any other constructor that allocates, or at least early: what was
 * asked for before is counted and does not fail. */
__attribute__((constructor(101))) static void begin(void)
{
	const char *text = getenv("FAULT_MALLOC");

	wanted = text != NULL ? atol(text) : -1;
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("FAULT_COUNT");
	int fd = path != NULL ? open(path, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%ld\n", seen);
	close(fd);
}

static int fails(void)
{
	if (__atomic_add_fetch(&seen, 1, __ATOMIC_RELAXED) != wanted)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
