// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * traced fentry|fexit FUNCTION COMMAND: runs a shell command while an empty
 * eBPF program of that kind is attached to a function of the kernel, and
 * prints how often it ran. Exit status 77: this kernel cannot do it.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* r0 = 0; exit */
static const struct bpf_insn nothing[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static int load(const char *kind, const char *function)
{
	struct btf *btf = btf__load_vmlinux_btf();
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	int id = btf ? btf__find_by_name_kind(btf, function, BTF_KIND_FUNC) : -1;

	if (id < 0)
		return -1;
	opts.attach_btf_id = id;
	opts.expected_attach_type = strcmp(kind, "fexit") ? BPF_TRACE_FENTRY :
							    BPF_TRACE_FEXIT;
	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "nothing", "GPL", nothing,
			     sizeof(nothing) / sizeof(nothing[0]), &opts);
}

int main(int argc, char **argv)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int fd, status;

	if (argc != 4)
		return 2;
	fd = load(argv[1], argv[2]);
	if (fd < 0 || bpf_raw_tracepoint_open(NULL, fd) < 0) {
		perror("traced");
		return 77;
	}
	if (bpf_enable_stats(BPF_STATS_RUN_TIME) < 0)
		perror("bpf_enable_stats");
	status = system(argv[3]);
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		perror("bpf_obj_get_info_by_fd");
	printf("ran %llu times\n", (unsigned long long)info.run_cnt);
	return status != 0;
}
