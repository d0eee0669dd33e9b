/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's own livepatch: tasks switch one by one, and a transition that
 * does not end is turned round, so that it ends where it began.
 * Documentation/livepatch/livepatch.rst of the kernel has the states. */
#include <errno.h>

#include "base/error.h"
#include "base/root.h"
#include "live/backend.h"
#include "live/live.h"
#include "live/module.h"
#include "live/stalled.h"

/* patch_state of a task that still runs ... */
#define STATE_OLD 0	/* ... the unpatched functions */
#define STATE_NEW 1	/* ... the patched ones */

/* Turning round needs the same tasks to switch, so it has its own limit. */
#define REVERSE_LIMIT_MS 60000

static KpTry try_load(gpointer data, GError **error)
{
	const KpPatch *patch = data;
	int code = kp_module_load(patch->fd, "");

	if (code == 0)
		return KP_TRY_DONE;
	if (code == EBUSY)	/* another transition is under way */
		return KP_TRY_AGAIN;
	kp_module_set_error(error, patch->path, code);
	return KP_TRY_FAILED;
}

/* Over when the flag is 0, or the patch has left: a disabled one does. */
static KpTry try_transition(gpointer data, GError **error)
{
	const char *name = data;

	return kp_live_flag(NULL, KP_BACKEND_LIVEPATCH, name, "transition", FALSE) ?
	       KP_TRY_AGAIN : KP_TRY_DONE;
}

static gboolean await_transition(const KpBackendCall *call, const char *name, gint64 limit_ms)
{
	KpPace pace = { "waiting for every task to switch", limit_ms, 2, 100 };

	return kp_wait(&pace, call->watch, try_transition, (gpointer)name, NULL) == KP_TRY_DONE;
}

static int write_enabled(const char *name, const char *value)
{
	g_autofree char *path =
		kp_live_attribute_path(NULL, KP_BACKEND_LIVEPATCH, name, "enabled");

	return kp_write_text(path, value);
}

/* The transition of @name did not end: turn it round by writing @value, and
 * say who kept it. @state is what the tasks that stalled still run. */
static void reverse(const char *name, const char *value, int state, GError **error)
{
	/* a stop from the keyboard must not interrupt the way back */
	const KpBackendCall unwatched = { NULL, NULL };
	g_autofree char *why = kp_stalled_text(NULL, state);
	int code = write_enabled(name, value);

	if (code == 0 && await_transition(&unwatched, name, REVERSE_LIMIT_MS))
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "the transition of %s did not end in time: %s; it was turned round and "
			    "nothing is changed, try again when they are idle", name, why);
	else
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "the transition of %s did not end in time: %s; it could not be turned "
			    "round (%s) and goes on, 'kpatch-manager status' shows it",
			    name, why, code == 0 ? "that takes too long too" : g_strerror(code));
}

static gboolean start(const KpBackendCall *call, const KpPatch *patch, GError **error)
{
	KpPace pace = { "waiting for another transition to end",
			call->settings->retry_limit * 1000, 20, 500 };
	KpTry answer;

	/* an apply that was interrupted: its transition is still under way */
	if (kp_live_flag(NULL, KP_BACKEND_LIVEPATCH, patch->name, "transition", FALSE))
		return TRUE;
	answer = kp_wait(&pace, call->watch, try_load, (gpointer)patch, error);
	if (answer == KP_TRY_AGAIN)
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "%s cannot be loaded now: another transition is under way; "
			    "try again when it has ended", patch->name);
	return answer == KP_TRY_DONE;
}

static gboolean livepatch_load(const KpBackendCall *call, const KpPatch *patch, GError **error)
{
	gint64 limit = call->settings->transition_limit * 1000;

	if (!start(call, patch, error))
		return FALSE;
	if (!await_transition(call, patch->name, limit)) {
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
	if (await_transition(call, name, call->settings->transition_limit * 1000))
		return TRUE;
	reverse(name, "1", STATE_NEW, error);
	return FALSE;
}

const KpBackend kp_backend_livepatch = { livepatch_load, livepatch_disable };
