/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What librpm calls while it works: it wants packages, and tells how far it is. */
#include <rpm/rpmio.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/names.h"
#include "package/transaction.h"

/* named faults of the stages, for tests */
static const struct {
	rpmCallbackType what;
	const char *point;
} faults[] = {
	{ RPMCALLBACK_VERIFY_START, "verify" },
	{ RPMCALLBACK_VERIFY_STOP, "verified" },
	{ RPMCALLBACK_TRANS_START, "begin" },
	{ RPMCALLBACK_TRANS_STOP, "prepared" },
	{ RPMCALLBACK_INST_START, "unpack" },
	{ RPMCALLBACK_INST_PROGRESS, "unpacking" },
	{ RPMCALLBACK_INST_STOP, "installed" },
	{ RPMCALLBACK_UNINST_START, "erase" },
	{ RPMCALLBACK_UNINST_STOP, "erased" },
	{ RPMCALLBACK_SCRIPT_START, "script" },
	{ RPMCALLBACK_SCRIPT_STOP, "script-done" },
};

static void strike(const KpRun *run, rpmCallbackType what, rpm_loff_t amount)
{
	for (gsize i = 0; i < G_N_ELEMENTS(faults); i++)
		if (faults[i].what == what)
			kp_fault(faults[i].point);
	if (what == RPMCALLBACK_INST_PROGRESS && amount > 0)
		kp_fault("unpacked");
	if (what == RPMCALLBACK_INST_CLOSE_FILE && run->installing)
		kp_fault("closed");
}

static void tell(const KpRun *run, rpmCallbackType what, rpm_loff_t amount, rpm_loff_t total,
		 const KpPart *part)
{
	g_autofree char *name = NULL;

	if (run->t->progress == NULL)
		return;
	if (what == RPMCALLBACK_VERIFY_PROGRESS) {
		run->t->progress(run->t->user, "verifying", amount, total);
	} else if (what == RPMCALLBACK_INST_PROGRESS && part != NULL) {
		name = kp_text_printable(part->info->nevra);
		run->t->progress(run->t->user, name, amount, total);
	}
}

/* Each time from the start of the same file: once to verify it, once to install. */
static FD_t open_package(KpPart *part)
{
	if (part == NULL || lseek(part->item->fd, 0, SEEK_SET) != 0)
		return NULL;
	part->open = fdDup(part->item->fd);
	return part->open;
}

static void close_package(KpPart *part)
{
	if (part == NULL || part->open == NULL)
		return;
	Fclose(part->open);
	part->open = NULL;
}

void *kp_run_notify(const void *header, rpmCallbackType what, rpm_loff_t amount, rpm_loff_t total,
		    fnpyKey key, rpmCallbackData data)
{
	KpRun *run = data;
	KpPart *part = (KpPart *)key;
	void *answer = NULL;

	if (what == RPMCALLBACK_VERIFY_STOP)
		run->installing = TRUE;
	if (what == RPMCALLBACK_INST_OPEN_FILE)
		answer = open_package(part);
	else if (what == RPMCALLBACK_INST_CLOSE_FILE)
		close_package(part);
	else
		tell(run, what, amount, total, part);
	strike(run, what, amount);
	return answer;
}
