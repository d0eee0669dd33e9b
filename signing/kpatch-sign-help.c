/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command table, and the help that is made from it. */
#include "config.h"

#include <stdio.h>

#include "base/error.h"
#include "signing/kpatch-sign.h"

static const KpSignCommand command_table[] = {
	{ "sign", "--key KEY --cert CERT [--digest NAME] [--output FILE] [--dry-run] FILE...",
	  "append a signature, in place of the one it has",
	  "Appends the signature that the kernel looks for at the end of a module. KEY is a\n"
	  "PEM file or the PKCS#11 URI of a key on a token, CERT the certificate that was\n"
	  "made with it. A signature that is there already is replaced. The file is\n"
	  "verified from the disk before it takes the place of the old one, and keeps\n"
	  "mode, owner and security attributes.\n"
	  "\n"
	  "  kpatch-sign sign --key site.key --cert site.pem kpatch-1-1.ko\n"
	  "  kpatch-sign sign --key site.key --cert site.pem *.ko\n"
	  "  kpatch-sign sign --key 'pkcs11:token=site;object=patches' --cert site.pem \\\n"
	  "      --passphrase-file /run/keys/pin kpatch-1-1.ko\n"
	  "  kpatch-sign sign --key site.key --cert site.pem site.list   revoked digests\n"
	  "\n"
	  "  --digest NAME           sha256 (the default, and what every kernel takes),\n"
	  "                          sha384 or sha512; for 6.7 and newer also sha3-256,\n"
	  "                          sha3-384 and sha3-512\n"
	  "  --passphrase-fd N       read the passphrase or PIN from descriptor N\n"
	  "  --passphrase-file FILE  or from the first line of FILE; without either it is\n"
	  "                          asked for on the terminal, if there is one\n"
	  "  -o, --output FILE       leave the old file as it is and write to FILE\n"
	  "  -n, --dry-run           try all of it and write nothing (exit 20)\n",
	  KP_SIGN_OPTION_KEY | KP_SIGN_OPTION_CERT | KP_SIGN_OPTION_WRITE, 1,
	  kp_sign_command_sign },
	{ "verify", "[--cert CERT]... [--json] FILE...",
	  "is it signed by somebody this machine trusts?",
	  "Says for every file which trusted certificate vouches for it, or why it is\n"
	  "refused. Whom this machine trusts is in /etc/pki/kpatch: see kpatch-trust(7).\n"
	  "With --cert only the certificates that are named count, and no revocations.\n"
	  "\n"
	  "  kpatch-sign verify /usr/lib/kpatch/$(uname -r)/*.ko\n"
	  "  kpatch-sign verify --cert site.pem kpatch-1-1.ko    on the build host\n"
	  "  kpatch-sign verify --json kpatch-1-1.ko             for programs\n"
	  "\n"
	  "Exit code 4: at least one file is refused.\n",
	  KP_SIGN_OPTION_ROOT | KP_SIGN_OPTION_CERT, 1, kp_sign_command_verify },
	{ "show", "[--json] FILE...",
	  "what signature is there, whoever made it",
	  "Shows what the signature says of itself, and the digests that a list of\n"
	  "revocations can name. It trusts nobody and believes nothing: verify does that.\n"
	  "\n"
	  "  kpatch-sign show kpatch-1-1.ko\n",
	  0, 1, kp_sign_command_show },
	{ "strip", "[--output FILE] [--dry-run] FILE...",
	  "take the signature away",
	  "Takes all signatures away. A file without one is left alone.\n"
	  "\n"
	  "  kpatch-sign strip kpatch-1-1.ko\n"
	  "  kpatch-sign strip --output unsigned.ko kpatch-1-1.ko\n",
	  KP_SIGN_OPTION_WRITE, 1, kp_sign_command_strip },
	{ "help", "[COMMAND]",
	  "explain a command",
	  "  kpatch-sign help sign\n",
	  0, 0, kp_sign_command_help },
};

const KpSignCommand *kp_sign_command_find(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(command_table); i++)
		if (g_str_equal(command_table[i].name, name))
			return &command_table[i];
	return NULL;
}

void kp_sign_help(const KpSignCommand *command)
{
	kp_sign_say("Usage: kpatch-sign [OPTION...] %s %s\n\n%s", command->name, command->synopsis,
		    command->help);
}

static void help_all(void)
{
	kp_sign_say("Usage: kpatch-sign [OPTION...] COMMAND [ARGUMENT...]\n\n"
		    "Signatures of kernel modules and of lists of revocations.\n\n");
	for (gsize i = 0; i < G_N_ELEMENTS(command_table); i++)
		kp_sign_say("  %-8s %s\n", command_table[i].name, command_table[i].summary);
	kp_sign_say("\n"
		    "  --json         tell programs what happened\n"
		    "  --root DIR     verify: take the trust of the system in DIR\n"
		    "  -q, --quiet    say only what went wrong\n"
		    "  --version      print the version\n"
		    "\n"
		    "'kpatch-sign COMMAND --help' explains a command with examples.\n"
		    "Exit codes: 0 done or nothing to do, 1 failed, 2 usage or configuration,\n"
		    "4 refused, 20 --dry-run would change something.\n");
}

int kp_sign_command_help(const KpSignOptions *options, char **words, GError **error)
{
	const KpSignCommand *command;

	if (words[0] == NULL) {
		help_all();
		return KP_EXIT_DONE;
	}
	command = kp_sign_command_find(words[0]);
	if (command == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "there is no command %s; 'kpatch-sign help' lists them", words[0]);
		return -1;
	}
	kp_sign_help(command);
	return KP_EXIT_DONE;
}
