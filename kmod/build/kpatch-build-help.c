/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "kpatch-build.h"

void kp_build_help(void)
{
	printf("Usage: kpatch-build --kernel KVER --source-tree TREE [OPTION...] DIFF...\n"
	       "       kpatch-build --prove --kernel KVER --source-tree TREE [OPTION...] [FILE.c...]\n\n"
	       "Makes a live patch module of source diffs. Only the files that the diffs touch are\n"
	       "compiled, as they were and as they will be. What the kernel runs is read from its\n"
	       "image: it must be what the source makes. Diffs are cumulative, and are applied in\n"
	       "the order that they are named in. TREE is not changed.\n\n"
	       "  kpatch-build --kernel \"$(uname -r)\" --source-tree linux-6.12 --version 1 \\\n"
	       "      --release 2 CVE-2026-1111.patch CVE-2026-2222.patch\n"
	       "  kpatch-build --prove --kernel \"$(uname -r)\" --source-tree linux-6.12 fs/namei.c\n\n");
	printf("  --kernel KVER          uname -r of the kernel to patch\n"
	       "  -s, --source-tree TREE source that this kernel was made from, unpacked, with the\n"
	       "                         distribution's patches, not configured\n"
	       "  --diff DIFF            a diff, as one without an option; - is standard input\n"
	       "  --fuzz N               lines of context that need not fit (default: 0)\n"
	       "  --version V            of the patch: a higher one replaces a lower one (default: 1)\n"
	       "  --release R            of that version (default: 1)\n"
	       "  --backend NAME         kpatch (default), or livepatch for the kernel's own, which\n"
	       "                         needs no core module\n"
	       "  --allow-layout STRUCT  this structure may change its layout\n"
	       "  -n, --name NAME        of the module (default: kpatch-KERNEL-V-R)\n"
	       "  -o, --output DIR       where NAME.ko goes (default: the current folder)\n"
	       "  -R, --non-replace      livepatch: earlier patches stay\n"
	       "  --module-key KEY       sign it by kpatch-sign, with this key\n"
	       "  --module-cert FILE     the certificate that belongs to it\n"
	       "  --passphrase-file FILE the key's passphrase\n\n");
	printf("  --kdir DIR             the kernel's headers (default: /lib/modules/KVER/build)\n"
	       "  -v, --image FILE       its vmlinuz or vmlinux (default: /boot/vmlinuz-KVER)\n"
	       "  -c, --config FILE      its configuration (default: /boot/config-KVER)\n"
	       "  --modules DIR          its modules (default: /lib/modules/KVER)\n"
	       "  --cc PROGRAM           its compiler (default: what the configuration names)\n"
	       "  --make VAR=VALUE       for make, as the distribution has it; may be given again\n"
	       "  -j, --jobs N           how many files are compiled at once (default: all CPUs)\n"
	       "  --cache DIR            what is kept for the next run (default: ~/.cache/kpatch-build)\n"
	       "  --kit DIR              the kit of kpatch-devel\n"
	       "  --prove                only say whether source, configuration and compiler are the\n"
	       "                         kernel's, function by function\n"
	       "  --stop-after STAGE     series, objects, prove, compare, judge, emit, module, check\n"
	       "  --json                 for programs\n"
	       "  -d, --debug            keep what was made on the way\n"
	       "  -q, --quiet            no progress\n"
	       "  --show-version         print the version\n\n"
	       "For callers of the older kpatch-build: -s -c -v -n -o -j -R -d and diffs as\n"
	       "arguments do what they did; -t is taken and not needed; -e is refused.\n\n"
	       "Exit codes: 0 made, 1 failed, 2 usage or unreadable files, 4 refused (each reason\n"
	       "says what to do instead) or, with --prove, something differs, 5 the diffs change\n"
	       "nothing that runs.\n");
}
