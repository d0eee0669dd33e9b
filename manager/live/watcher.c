/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/watcher.h"

#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/lock.h"
#include "base/root.h"
#include "live/mark.h"
#include "live/program.h"

#define WATCHER "kpatch-boot-good.service"
#define END "kpatch-boot-end.service"
#define LOCK_FILE "/run/kpatch-watcher.lock"
#define CGROUP_MAX 4096

/* Seconds in which whoever made the mark may still be about to start the watcher, and
 * systemd to do it. */
#define START_SECONDS 10

static gboolean has_systemd(const KpHost *host)
{
	return host->is_machine && access("/run/systemd/system", F_OK) == 0;
}

/* systemd.exec(5): set in a service's own process. A boot that a person asks for
 * on the command line has no kpatch.service around it. */
static gboolean is_service(void)
{
	const char *pid = g_getenv("SYSTEMD_EXEC_PID");

	return pid != NULL && g_ascii_strtoll(pid, NULL, 10) == getpid();
}

static gboolean is_inside_watcher(const KpHost *host)
{
	g_autofree char *path = kp_root_path(host->root, "/proc/self/cgroup");
	g_autofree char *groups = kp_root_read(host->root, path, CGROUP_MAX);

	return groups != NULL && strstr(groups, "/" WATCHER) != NULL;
}

/* *@answer may be NULL, else the caller frees it. TRUE when it ends well. */
static gboolean run(char **argv, char **answer)
{
	g_auto(GStrv) environment = kp_program_environment();
	int status = -1;

	return g_spawn_sync(NULL, argv, environment, G_SPAWN_SEARCH_PATH_FROM_ENVP |
			    (answer == NULL ? G_SPAWN_STDOUT_TO_DEV_NULL : 0) |
			    G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, answer, NULL, &status, NULL) &&
	       status == 0;
}

/* Whoever waits for a job may be waited for by it. */
static gboolean ask_for(const char *verb, const char *unit)
{
	char *argv[] = { (char *)"systemctl", (char *)"--no-block", (char *)"--quiet",
			 (char *)verb, (char *)unit, NULL };

	return run(argv, NULL);
}

void kp_watcher_prepare(const KpHost *host)
{
	if (has_systemd(host) && !is_service())
		ask_for("start", END);
}

/* Not "start": one that was about to end counts as started then, and ends. */
gboolean kp_watcher_start(const KpHost *host)
{
	if (!has_systemd(host))
		return FALSE;
	/* kpatch.service wants it, too */
	return is_inside_watcher(host) || ask_for("restart", WATCHER) ||
	       (kp_mark_is_by(host->root, "boot") && is_service());
}

int kp_watcher_begin(const char *root)
{
	g_autofree char *path = kp_root_leaf(root, LOCK_FILE);
	int fd = kp_lock_open(path);

	/* who has it already watches the same */
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The mark of this boot, or NULL. */
static KpAttempt *read_mark(KpState *state, const KpHost *host)
{
	g_autoptr(KpAttempt) attempt = NULL;

	if (state == NULL || host->kver == NULL ||
	    !kp_state_attempt(state, host->kver, &attempt, NULL) || attempt == NULL)
		return NULL;
	return g_str_equal(attempt->boot_id, host->boot_id) ? g_steal_pointer(&attempt) : NULL;
}

static gboolean is_watched(const KpHost *host)
{
	g_autofree char *path = kp_root_leaf(host->root, LOCK_FILE);

	gint64 age = kp_mark_age(host->root);

	return kp_lock_is_taken(path) || is_inside_watcher(host) || (age >= 0 && age < START_SECONDS);
}

gboolean kp_watcher_is_lost(KpState *state, const KpHost *host)
{
	g_autoptr(KpAttempt) attempt = has_systemd(host) ? read_mark(state, host) : NULL;

	return attempt != NULL && !is_watched(host);
}

char *kp_watcher_revive(KpState *state, const KpHost *host)
{
	g_autoptr(KpAttempt) attempt = kp_watcher_is_lost(state, host) ? read_mark(state, host) : NULL;

	if (attempt == NULL)
		return NULL;
	/* without a flag it is skipped */
	if (!kp_mark_has_flag(host->root))
		kp_mark_raise_flag(host->root, "again", NULL);
	return g_strdup_printf("nobody watched any more whether the machine survives %s (%s): %s",
			       attempt->name, attempt->version, kp_watcher_start(host) ?
			       WATCHER " is started again" :
			       WATCHER " cannot be started; 'systemctl status " WATCHER "' says why");
}

/* It prints a word, and ends well only when that is "running". */
gboolean kp_watcher_goes_down(const KpHost *host)
{
	char *argv[] = { (char *)"systemctl", (char *)"is-system-running", NULL };
	g_autofree char *answer = NULL;

	if (!has_systemd(host))
		return FALSE;
	run(argv, &answer);
	return answer != NULL && g_str_has_prefix(answer, "stopping");
}
