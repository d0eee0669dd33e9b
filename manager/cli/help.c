/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command table, and the help that is made from it. */
#include "config.h"

#include <stdio.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/out.h"

static const KpCommand command_table[] = {
	{ "status", "[--check] [--json]",
	  "show kernels, their patches and what is live",
	  "Shows every installed kernel (the running one is marked with *), the patch\n"
	  "package that is installed for it, what is live in the running kernel and since\n"
	  "when, and what is held. It changes nothing and needs no special rights.\n"
	  "\n"
	  "  kpatch-manager status           a table for people\n"
	  "  kpatch-manager status --json    the same for programs\n"
	  "  kpatch-manager status --check   the running kernel in a line, for monitoring\n"
	  "\n"
	  "--check exits with the worst that is true: 14 failed, blocked or revoked, 13 in\n"
	  "transition or stalled, 10 not live, 12 uncovered, 15 a foreign patch is live, 11 a newer\n"
	  "one is available, 0 fine.\n",
	  KP_OPTION_JSON | KP_OPTION_CHECK, 0, kp_command_status },
	{ "list", "[--kernel KERNEL] [--json]",
	  "list the patches of every kernel and their states",
	  "Lists every patch file there is, and what is live without one: its kernel, name,\n"
	  "release, where it lies (package: /usr/lib/kpatch, store: copies of what was\n"
	  "applied), what it needs and its state.\n"
	  "\n"
	  "  kpatch-manager list\n"
	  "  kpatch-manager list --kernel $(uname -r)\n"
	  "  kpatch-manager list --json      with digests and CVEs\n",
	  KP_OPTION_JSON | KP_OPTION_KERNEL, 0, kp_command_list },
	{ "check", "[--kernel KERNEL] [--refresh] [--json]",
	  "show which patches the repositories have for the kernels",
	  "Shows for every installed kernel, or for one, the best patch there is, what it\n"
	  "takes the place of, its size, who signed it and which CVEs it adds. A kernel is\n"
	  "uncovered when no patch is installed for it and none could be. What is held,\n"
	  "blocked, revoked, excluded, or needs what cannot be had is not taken, and it says\n"
	  "why.\n"
	  "\n"
	  "It asks a repository when nothing is known of it, or what is known is older than\n"
	  "its metadata_expire=. Only root can; others see what is known. It installs nothing.\n"
	  "A kernel is unknown, with exit code 16, when nothing newer is known and some\n"
	  "repository has never answered: --refresh asks it.\n"
	  "\n"
	  "  kpatch-manager check             what is there for which kernel\n"
	  "  kpatch-manager check --refresh   ask the repositories now\n"
	  "  kpatch-manager check --json      the same for programs\n",
	  KP_OPTION_JSON | KP_OPTION_KERNEL | KP_OPTION_REFRESH, 0, kp_command_check },
	{ "history", "[--kernel KERNEL] [--limit N] [--json]",
	  "show what was done to kernels, and how it went",
	  "Shows attempts to change a kernel, newest first: 20 of them, or N; 0 means all.\n"
	  "\n"
	  "  kpatch-manager history --limit 5\n"
	  "  kpatch-manager history --json --limit 0\n",
	  KP_OPTION_JSON | KP_OPTION_KERNEL | KP_OPTION_LIMIT, 0, kp_command_history },
	{ "cve", "[ID...] [--kernel KERNEL] [--missing] [--refresh] [--json]",
	  "say which holes are closed in which kernel, and by what",
	  "Gives a verdict for each CVE and each installed kernel, and what does it or would:\n"
	  "\n"
	  "  fixed-live           what runs now has the fix\n"
	  "  installed-not-live   it is here; apply, or a boot of that kernel, makes it live\n"
	  "  available            a repository has a patch with it; 'kpatch-manager update'\n"
	  "  not-fixed            nothing does it in this kernel; perhaps a newer kernel does\n"
	  "  unknown              nothing about this kernel mentions it\n"
	  "\n"
	  "Without an ID it shows all that patches do or newer kernels would. It reads what is\n"
	  "on disk of the repositories; --refresh asks them first, and reads the changelogs of\n"
	  "the patches that they have.\n"
	  "\n"
	  "  kpatch-manager cve CVE-2026-12345 CVE-2026-23456\n"
	  "  kpatch-manager cve --kernel $(uname -r)\n"
	  "  kpatch-manager cve --missing    what only a reboot into a newer kernel would bring\n",
	  KP_OPTION_JSON | KP_OPTION_KERNEL | KP_OPTION_MISSING | KP_OPTION_REFRESH, G_MAXUINT,
	  kp_command_cve },
	{ "preflight", "[NAME|VERSION|FILE] [--json]",
	  "say what speaks against a patch, and change nothing",
	  "Looks at a patch as apply would, and shows every reason against it together.\n"
	  "Without an argument it takes the one that apply would take. It says who signed it\n"
	  "and what the kernel will say to that. Exit code 4: refused.\n"
	  "\n"
	  "  kpatch-manager preflight\n"
	  "  kpatch-manager preflight ./my-patch.ko\n",
	  KP_OPTION_JSON, 1, kp_command_preflight },
	{ "update", "[RELEASE|PACKAGE-FILE...] [--kernel KERNEL | --all-kernels]\n"
	  "           [--refresh] [--download-only] [--dry-run] [--yes] [--import-keys] [--json]",
	  "install the best patch packages, and make the patch live",
	  "Finds the best patch package for the running kernel (or for KERNEL, or for every\n"
	  "installed one), shows what it would do, asks, downloads, verifies and installs it,\n"
	  "and then does what sync does. No kernel is ever installed, replaced or removed;\n"
	  "what is held, blocked or revoked is not chosen.\n"
	  "\n"
	  "  kpatch-manager update --dry-run       what would be done (exit 20: something)\n"
	  "  kpatch-manager update                 show it, ask, do it\n"
	  "  kpatch-manager update --yes           for scripts: do not ask\n"
	  "  kpatch-manager update 1-2             this release, also in place of a newer one\n"
	  "  kpatch-manager update ./kpatch-patch-6_12_0-1-1-3.x86_64.rpm\n"
	  "                                        this file; what it needs comes from repositories,\n"
	  "                                        which are not asked if it needs nothing\n"
	  "\n"
	  "Packages must be signed by a key that rpm has (verify=warn in [packages] of\n"
	  "manager.conf asks for less). A repository's gpgkey= is imported only after you\n"
	  "said yes to its fingerprint, or with --import-keys.\n"
	  "\n"
	  "If somebody else is changing packages it waits, and says who it is (exit 3). It is\n"
	  "safe to say this again after a crash: what was left half done is put in order.\n",
	  KP_OPTION_JSON | KP_OPTION_DRY_RUN | KP_OPTION_KERNEL | KP_OPTION_REFRESH |
	  KP_OPTION_UPDATE, G_MAXUINT,
	  kp_command_update },
	{ "apply", "[NAME|VERSION|FILE] [--dry-run] [--json] [--boot] [--early] [--older]",
	  "make a patch live in the running kernel",
	  "Makes a patch live, in place of the one before it, in one step. Without an\n"
	  "argument it takes the newest one for the running kernel that is not held.\n"
	  "What is live already stays as it is: it is safe to say this again.\n"
	  "\n"
	  "  kpatch-manager apply --dry-run       what would be done (exit 20: something)\n"
	  "  kpatch-manager apply                 do it\n"
	  "  kpatch-manager apply 1-2             this release\n"
	  "  kpatch-manager apply ./my-patch.ko   a file that you have built\n"
	  "\n"
	  "Executables in /etc/kpatch/health.d then decide whether it stays: if one fails,\n"
	  "what was live before comes back, and this build of the patch is blocked.\n"
	  "\n"
	  "It must be signed by somebody with a certificate in /etc/pki/kpatch/trusted.d. A\n"
	  "release older than the one that was live last is refused; --older takes it.\n"
	  "\n"
	  "--boot is for kpatch.service: it honours kpatch.enable=0, takes the last good\n"
	  "patch if the machine died of a newer one, and the next best if one fails.\n"
	  "--early is for an initramfs: it takes only what has proven to be good.\n",
	  KP_OPTION_JSON | KP_OPTION_DRY_RUN | KP_OPTION_BOOT | KP_OPTION_EARLY |
	  KP_OPTION_OLDER, 1, kp_command_apply },
	{ "rollback", "[VERSION|none] [--dry-run] [--json]",
	  "go back to an earlier release, or to no patch",
	  "Replaces the live patch with the release before it, in one step, also when its\n"
	  "package has gone: copies of what was applied are kept. What was rolled back is\n"
	  "held: it stays away, at boot too, until a newer one comes or you release it.\n"
	  "\n"
	  "  kpatch-manager rollback          the release before this one, or none\n"
	  "  kpatch-manager rollback 1-1      this release\n"
	  "  kpatch-manager rollback none     the kernel as it was booted\n"
	  "  kpatch-manager release           let in again what was rolled back\n",
	  KP_OPTION_JSON | KP_OPTION_DRY_RUN, 1, kp_command_rollback },
	{ "verify", "[FILE|FOLDER]... [--json]",
	  "say who vouches for modules and packages",
	  "Verifies the signatures of modules (.ko), with the certificates in\n"
	  "/etc/pki/kpatch/trusted.d, and of packages (.rpm), with the keys of the package\n"
	  "database, and gives a reason for each that it refuses. Without an argument it\n"
	  "takes all patches of all kernels. Exit code 4: one or more are refused.\n"
	  "\n"
	  "  kpatch-manager verify\n"
	  "  kpatch-manager verify ./my-patch.ko\n"
	  "  kpatch-manager verify --json /srv/repo\n",
	  KP_OPTION_JSON, G_MAXUINT, kp_command_verify },
	{ "hold", "[NAME|VERSION] [--kernel KERNEL] [--reason TEXT] [--dry-run] [--json]",
	  "keep a release away",
	  "Neither apply, sync nor a boot makes a held release live. Without an argument it\n"
	  "holds the one that apply, or a boot of KERNEL, would take. Nothing changes in the\n"
	  "kernel: what is live stays so until the next boot. A newer release is not held.\n"
	  "\n"
	  "  kpatch-manager hold 1-3 --reason 'slows the database down, ticket 4711'\n"
	  "  kpatch-manager release 1-3      let it in again\n",
	  KP_OPTION_JSON | KP_OPTION_DRY_RUN | KP_OPTION_REASON | KP_OPTION_KERNEL, 1, kp_command_hold },
	{ "release", "[NAME|VERSION] [--kernel KERNEL] [--dry-run] [--json]",
	  "let in again what is held or blocked",
	  "Takes away the hold of a release, or all holds of the running kernel, or of\n"
	  "KERNEL; also the block of what a trial or a boot found to be bad. It makes\n"
	  "nothing live by itself.\n"
	  "\n"
	  "  kpatch-manager release 1-2     this release\n"
	  "  kpatch-manager release         all that is held or blocked\n"
	  "  kpatch-manager apply           and now make it live\n",
	  KP_OPTION_JSON | KP_OPTION_DRY_RUN | KP_OPTION_KERNEL, 1, kp_command_release },
	{ "sync", "[--dry-run]",
	  "make the kernel agree with the installed files",
	  "Package triggers call it after patches were installed or removed. It makes live\n"
	  "what apply would, and is quiet when there is nothing to do. A patch whose\n"
	  "package was removed stays live; rollback takes it out. Copies for kernels that are\n"
	  "gone are removed.\n"
	  "\n"
	  "  kpatch-manager sync\n",
	  KP_OPTION_DRY_RUN, 0, kp_command_sync },
	{ "boot-good", "",
	  "wait until what was loaded has proven to be good",
	  "For kpatch-boot-good.service. Waits until the patch that went live last has been\n"
	  "live for a while, runs the health checks at boot, and notes that the machine\n"
	  "survived it. If the machine dies before that, the next boot suspects the patch.\n"
	  "\n"
	  "  systemctl status kpatch-boot-good     is one being watched now?\n",
	  0, 0, kp_command_boot_good },
	{ "boot-end", "",
	  "note that the machine goes down in order",
	  "For kpatch-boot-end.service, which runs it when the machine is shut down or rebooted:\n"
	  "then it did not die of a patch, whoever else was killed. While the machine stays up\n"
	  "it does nothing.\n"
	  "\n"
	  "  systemctl status kpatch-boot-end      is it going to be run?\n",
	  0, 0, kp_command_boot_end },
	{ "help", "[COMMAND]",
	  "explain a command",
	  "  kpatch-manager help rollback\n",
	  0, 1, kp_command_help },
};

const KpCommand *kp_command_find(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(command_table); i++)
		if (g_str_equal(command_table[i].name, name))
			return &command_table[i];
	return NULL;
}

void kp_help_command(const KpCommand *command)
{
	kp_out("Usage: kpatch-manager [OPTION...] %s %s\n\n%s", command->name,
	       command->synopsis, command->help);
}

static void help_all(void)
{
	kp_out("Usage: kpatch-manager [OPTION...] COMMAND [ARGUMENT...]\n\n"
	       "Patches of the running kernel: which belong to it, and which are live.\n\n");
	for (gsize i = 0; i < G_N_ELEMENTS(command_table); i++)
		kp_out("  %-10s %s\n", command_table[i].name, command_table[i].summary);
	kp_out("\n"
	       "  --root DIR     look at the system in DIR; changes nothing in a kernel\n"
	       "  -q, --quiet    say only what went wrong\n"
	       "  -v, --verbose  say also why something was not done\n"
	       "  --version      print the version\n"
	       "\n"
	       "'kpatch-manager COMMAND --help' explains a command with examples.\n"
	       "Exit codes: 0 done or nothing to do, 1 failed, 2 usage or configuration,\n"
	       "3 busy, try again, 4 refused, 10 to 15 what status --check found, 16 check does\n"
	       "not know, 20 --dry-run would change something.\n");
	if (*KP_BUGREPORT != '\0')
		kp_out("\nReport bugs to " KP_BUGREPORT "; SECURITY.md says how to report a hole.\n");
}

int kp_command_help(const KpOptions *options, char **words, GError **error)
{
	const KpCommand *command;

	if (words[0] == NULL) {
		help_all();
		return KP_EXIT_DONE;
	}
	command = kp_command_find(words[0]);
	if (command == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "there is no command %s; 'kpatch-manager help' lists them", words[0]);
		return -1;
	}
	kp_help_command(command);
	return KP_EXIT_DONE;
}
