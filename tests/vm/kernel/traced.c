// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * traced KIND NAME COMMAND: runs a shell command while an empty eBPF program is
 * attached, and prints how often it ran.
 *
 * traced KIND NAME STOP FILE: attaches the program, reads FILE and detaches it,
 * again and again until there is a file STOP; prints how often the program was
 * attached, and how often it then did not run or was refused.
 *
 * KIND is fentry or fexit, for a function of the kernel, or raw_tp, for a
 * tracepoint. Exit status 77: this kernel cannot do it.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* r0 = 0; exit */
static const struct bpf_insn nothing[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static const char *tracepoint;		/* NULL: the program knows its function */

static int load(const char *kind, const char *name)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	enum bpf_prog_type type = BPF_PROG_TYPE_TRACING;

	if (!strcmp(kind, "raw_tp")) {
		type = BPF_PROG_TYPE_RAW_TRACEPOINT;
		tracepoint = name;
	} else {
		struct btf *btf = btf__load_vmlinux_btf();
		int id = btf ? btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) : -1;

		if (id < 0)
			return -1;
		opts.attach_btf_id = id;
		opts.expected_attach_type = strcmp(kind, "fexit") ?
					    BPF_TRACE_FENTRY : BPF_TRACE_FEXIT;
	}
	return bpf_prog_load(type, "nothing", "GPL", nothing,
			     sizeof(nothing) / sizeof(nothing[0]), &opts);
}

/* How often it was called: a call that finds it running on that CPU is missed. */
static unsigned long long calls(int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		perror("bpf_obj_get_info_by_fd");
	return info.run_cnt + info.recursion_misses;
}

/*
 * Also a sleep, for sched_switch. A short one may be over before the scheduler
 * is called, so there are several.
 */
static bool called_by_reading(int prog, const char *file)
{
	unsigned long long before = calls(prog);
	char buffer[4096];
	int fd = open(file, O_RDONLY | O_CLOEXEC), i;

	if (fd < 0 || read(fd, buffer, sizeof(buffer)) < 0)
		perror(file);
	if (fd >= 0)
		close(fd);
	for (i = 0; i < 10 && calls(prog) == before; i++)
		usleep(1000);
	return calls(prog) > before;
}

static void again_and_again(int prog, const char *stop, const char *file)
{
	unsigned long attached = 0, silent = 0, refused = 0;
	int link, error = 0;

	while (access(stop, F_OK)) {
		link = bpf_raw_tracepoint_open(tracepoint, prog);
		if (link < 0) {
			error = errno;
			refused++;
			usleep(1000);
			continue;
		}
		attached++;
		silent += !called_by_reading(prog, file);
		close(link);
	}
	printf("attached %lu times, silent %lu times, refused %lu times%s%s\n",
	       attached, silent, refused, refused ? ": " : "",
	       refused ? strerror(error) : "");
}

int main(int argc, char **argv)
{
	int prog, link, status;

	if (argc < 4 || argc > 5)
		return 2;
	prog = load(argv[1], argv[2]);
	link = prog < 0 ? -1 : bpf_raw_tracepoint_open(tracepoint, prog);
	if (link < 0) {
		perror("traced");
		return 77;
	}
	if (bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
		perror("bpf_enable_stats");
	if (argc == 5) {
		close(link);
		again_and_again(prog, argv[3], argv[4]);
		return 0;
	}
	status = system(argv[3]);
	printf("ran %llu times\n", calls(prog));
	return status != 0;
}
