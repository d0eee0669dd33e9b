/* SPDX-License-Identifier: GPL-2.0-or-later */
/* install-alone ROOT FILE: installs a package with librpm and nothing else, with
 * signatures required: what tests/bench measures update against. */
#include <fcntl.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmmacro.h>
#include <rpm/rpmps.h>
#include <rpm/rpmts.h>

#include "package/rpm-debian.h"

static void *notify(const void *header, rpmCallbackType what, rpm_loff_t amount, rpm_loff_t total,
		    fnpyKey key, rpmCallbackData data)
{
	static FD_t file;

	if (what == RPMCALLBACK_INST_OPEN_FILE)
		return file = Fopen(key, "r.ufdio");
	if (what == RPMCALLBACK_INST_CLOSE_FILE)
		Fclose(file);
	return NULL;
}

int main(int argc, char **argv)
{
	Header header = NULL;
	FD_t file;
	rpmts ts;

	if (argc != 3 || rpmReadConfigFiles(NULL, NULL) != 0)
		return 2;
	rpmPushMacro(NULL, "_dbpath", NULL, "/var/lib/rpm", RMIL_CMDLINE);
	ts = rpmtsCreate();
	rpmtsSetRootDir(ts, argv[1]);
	rpmtsSetVfyLevel(ts, RPMSIG_VERIFIABLE_TYPE);
	rpmtsSetNotifyCallback(ts, notify, NULL);
	file = Fopen(argv[2], "r.ufdio");
	if (rpmReadPackageFile(ts, file, argv[2], &header) != RPMRC_OK ||
	    rpmtsAddInstallElement(ts, header, argv[2], 1, NULL) != 0)
		return 1;
	Fclose(file);
	rpmtsCheck(ts);
	rpmtsOrder(ts);
	return rpmtsRun(ts, NULL, KP_FILTER_DEBIAN) != 0;
}
