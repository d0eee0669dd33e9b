/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch-manager: the command. */
#include "config.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
		return 0;
	}
	fprintf(stderr, "kpatch-manager: say --version\n");
	return 2;
}
