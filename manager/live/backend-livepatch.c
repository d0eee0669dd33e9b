/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's own livepatch: tasks switch one by one, and a transition that
 * does not end is turned round, so that it ends where it began.
 * Documentation/livepatch/livepatch.rst of the kernel has the states. */
#include <errno.h>

#include "base/error.h"
#include "base/root.h"
#include "live/backend.h"
#include "live/limits.h"
#include "live/live.h"
#include "live/load.h"
#include "live/module.h"
#include "live/stalled.h"

/* patch_state of a task that still runs ... */
#define STATE_OLD 0	/* ... the unpatched functions */
#define STATE_NEW 1	/* ... the patched ones */

/* Turning round needs the same tasks to switch, so it has its own limit. */
#define REVERSE_LIMIT_S 60

#define SIGNAL_EVERY_S 15

static KpTry try_load(gpointer data, GError **error)
{
	return kp_load_try(data, "", error);
}

/* A patch whose tasks are being waited for. */
struct transition {
	const char *name;
	gint64 signal_at;	/* monotonic time, microseconds */
};

static gboolean is_in_transition(const char *name)
{
	return kp_live_flag(NULL, KP_BACKEND_LIVEPATCH, name, "transition", FALSE);
}

/* Sends the tasks that have not switched through the kernel's exit. Kernels
 * from 5.1 on do it every 15 seconds by themselves (SIGNALS_TIMEOUT in
 * kernel/livepatch/transition.c) and have no such file. */
static void signal_tasks(const char *name)
{
	g_autofree char *path =
		kp_live_attribute_path(NULL, KP_BACKEND_LIVEPATCH, name, "signal");

	kp_write_text(path, "1");
}

/* Over when the flag is 0, or the patch has left: a disabled one does. */
static KpTry try_transition(gpointer data, GError **error)
{
	struct transition *transition = data;

	if (!is_in_transition(transition->name))
		return KP_TRY_DONE;
	if (g_get_monotonic_time() >= transition->signal_at) {
		signal_tasks(transition->name);
		transition->signal_at += SIGNAL_EVERY_S * G_USEC_PER_SEC;
	}
	return KP_TRY_AGAIN;
}

/* The first looks come fast: most transitions take less than a second. */
static gboolean await_transition(const KpWatch *watch, const char *name, gint64 limit_ms)
{
	const KpPace pace = { "waiting for every task to switch", limit_ms, 2, 50 };
	struct transition transition = {
		name, g_get_monotonic_time() + SIGNAL_EVERY_S * G_USEC_PER_SEC };

	return kp_wait(&pace, watch, try_transition, &transition, NULL) == KP_TRY_DONE;
}

static gint64 transition_limit(const KpBackendCall *call)
{
	return kp_limit_ms(call->settings->transition_limit, kp_size_read(NULL));
}

static int write_enabled(const char *name, const char *value)
{
	g_autofree char *path =
		kp_live_attribute_path(NULL, KP_BACKEND_LIVEPATCH, name, "enabled");

	return kp_write_text(path, value);
}

/* The transition of @name was turned round by writing to it, with @code; TRUE
 * when it has ended where it began. Unwatched: a stop from the keyboard must not
 * interrupt the way back. */
static gboolean await_reversal(const char *name, int code)
{
	return code == 0 &&
	       await_transition(NULL, name, kp_limit_ms(REVERSE_LIMIT_S, kp_size_read(NULL)));
}

/* The transition of @name did not end: turn it round by writing @value, and
 * say who kept it. @state is what the tasks that stalled still run. */
static void reverse(const char *name, const char *value, int state, GError **error)
{
	g_autofree char *why = kp_stalled_text(NULL, state);
	g_autofree char *why_back = NULL;
	int code = write_enabled(name, value);

	if (await_reversal(name, code)) {
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "the transition of %s did not end in time: %s; it was turned round and "
			    "nothing is changed, try again when they are idle", name, why);
		return;
	}
	why_back = code != 0 ? g_strdup(g_strerror(code)) : kp_stalled_text(NULL, !state);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "the transition of %s did not end in time: %s; it could not be turned "
		    "round (%s) and goes on, 'kpatch-manager status' shows it", name, why, why_back);
}

/* Where an apply or rollback that was killed left a transition under way: it
 * goes on by itself, and is made to go where we want to. */
static gboolean take_over(const char *name, gboolean enabled, GError **error)
{
	int code = 0;

	if (kp_live_flag(NULL, KP_BACKEND_LIVEPATCH, name, "enabled", FALSE) != enabled)
		code = write_enabled(name, enabled ? "1" : "0");
	/* the transition ended just now: what it came to is looked at later */
	if (code == 0 || code == EINVAL || code == ENOENT)
		return TRUE;
	g_set_error(error, KP_ERROR, code == EBUSY ? KP_ERROR_BUSY : KP_ERROR_FAILED,
		    "the transition of %s cannot be turned round: %s", name, g_strerror(code));
	return FALSE;
}

static gboolean start(const KpBackendCall *call, const KpPatch *patch, GError **error)
{
	KpPace pace = { "waiting for another transition to end",
			kp_limit_ms(call->settings->retry_limit, kp_size_read(NULL)), 20, 500 };
	KpTry answer;

	if (is_in_transition(patch->name))
		return take_over(patch->name, TRUE, error);
	answer = kp_wait(&pace, call->watch, try_load, (gpointer)patch, error);
	if (answer == KP_TRY_AGAIN)
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "%s cannot be loaded now: another transition is under way; "
			    "try again when it has ended", patch->name);
	return answer == KP_TRY_DONE;
}

static gboolean livepatch_load(const KpBackendCall *call, const KpPatch *patch, GError **error)
{
	if (!start(call, patch, error))
		return FALSE;
	if (!await_transition(call->watch, patch->name, transition_limit(call))) {
		reverse(patch->name, "0", STATE_OLD, error);
		/* when the way back failed it is in use, and stays */
		kp_module_remove(patch->name, NULL);
		return FALSE;
	}
	if (kp_live_flag(NULL, KP_BACKEND_LIVEPATCH, patch->name, "enabled", FALSE))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s was loaded, and then somebody disabled it; look at dmesg", patch->name);
	return FALSE;
}

static gboolean livepatch_disable(const KpBackendCall *call, const char *name, GError **error)
{
	int code = write_enabled(name, "0");

	if (code != 0) {
		g_set_error(error, KP_ERROR, code == EBUSY ? KP_ERROR_BUSY : KP_ERROR_FAILED,
			    "cannot switch the livepatch %s off: %s", name, g_strerror(code));
		return FALSE;
	}
	if (await_transition(call->watch, name, transition_limit(call)))
		return TRUE;
	reverse(name, "1", STATE_NEW, error);
	return FALSE;
}

static gboolean livepatch_settle(const KpBackendCall *call, const char *name, gboolean enabled,
				 GError **error)
{
	if (!is_in_transition(name))
		return TRUE;
	if (!take_over(name, enabled, error))
		return FALSE;
	if (await_transition(call->watch, name, transition_limit(call)))
		return TRUE;
	reverse(name, enabled ? "0" : "1", enabled ? STATE_OLD : STATE_NEW, error);
	return FALSE;
}

const KpBackend kp_backend_livepatch = { livepatch_load, livepatch_disable, livepatch_settle };
