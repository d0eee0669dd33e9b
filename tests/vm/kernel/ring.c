// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ring FILE: reads the file through io_uring, in a worker that the kernel makes for
 * this process, and writes what it has read. A read that was interrupted is told
 * and made again.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
	int fd;
	struct io_uring_params p;
	char *sq;
	char *cq;
	struct io_uring_sqe *sqe;
};

static int ring_open(struct ring *r)
{
	memset(&r->p, 0, sizeof(r->p));
	r->fd = (int)syscall(__NR_io_uring_setup, 1, &r->p);
	if (r->fd < 0)
		return -1;
	r->sq = mmap(NULL, r->p.sq_off.array + r->p.sq_entries * sizeof(uint32_t),
		     PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, IORING_OFF_SQ_RING);
	r->cq = mmap(NULL, r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe),
		     PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, IORING_OFF_CQ_RING);
	r->sqe = mmap(NULL, r->p.sq_entries * sizeof(*r->sqe),
		      PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, IORING_OFF_SQES);
	return r->sq == MAP_FAILED || r->cq == MAP_FAILED || r->sqe == MAP_FAILED ? -1 : 0;
}

static uint32_t *at(char *map, uint32_t offset) { return (uint32_t *)(void *)(map + offset); }

/* One request and its answer: bytes read or a negative errno. */
static int ring_read(struct ring *r, int file, char *buf, uint32_t size)
{
	uint32_t *tail = at(r->sq, r->p.sq_off.tail), *head = at(r->cq, r->p.cq_off.head);
	struct io_uring_cqe *cqes = (void *)(r->cq + r->p.cq_off.cqes);
	uint32_t submit = 1, mask = *at(r->cq, r->p.cq_off.ring_mask);
	int result;

	memset(r->sqe, 0, sizeof(*r->sqe));
	r->sqe->opcode = IORING_OP_READ;
	r->sqe->flags = IOSQE_ASYNC;
	r->sqe->fd = file;
	r->sqe->addr = (uintptr_t)buf;
	r->sqe->len = size;
	at(r->sq, r->p.sq_off.array)[*tail & *at(r->sq, r->p.sq_off.ring_mask)] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	while (*head == __atomic_load_n(at(r->cq, r->p.cq_off.tail), __ATOMIC_ACQUIRE)) {
		if (syscall(__NR_io_uring_enter, r->fd, submit, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0) {
			if (errno != EINTR)
				return -errno;
		} else {
			submit = 0;
		}
	}
	result = cqes[*head & mask].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result;
}

int main(int argc, char **argv)
{
	char buf[64];
	struct ring r;
	int file, n;

	if (argc != 2) {
		fprintf(stderr, "usage: ring FILE\n");
		return 2;
	}
	file = open(argv[1], O_RDONLY);
	if (file < 0 || ring_open(&r)) {
		perror(argv[1]);
		return 1;
	}
	while ((n = ring_read(&r, file, buf, sizeof(buf))) == -EINTR)
		puts("interrupted");
	if (n < 0) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(-n));
		return 1;
	}
	printf("%.*s", n, buf);
	return 0;
}
