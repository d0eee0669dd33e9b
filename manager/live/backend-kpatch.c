/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our core module: the switch is one atomic step, made or refused at once, so
 * all there is to wait for is a moment in which it is safe. */
#include <errno.h>

#include "base/error.h"
#include "base/root.h"
#include "live/backend.h"
#include "live/limits.h"
#include "live/live.h"
#include "live/load.h"
#include "live/refusal.h"

/* Each attempt stops the machine for an instant: the pauses may not be short. */
static KpPace switch_pace(const KpBackendCall *call)
{
	return (KpPace){ "waiting until no task uses what changes",
			 kp_limit_ms(call->settings->retry_limit, kp_size_read(NULL)), 20, 500 };
}

static void set_unsafe(const char *doing, const char *name, GError **error)
{
	g_autoptr(KpRefusal) refusal = kp_refusal_read(NULL);
	g_autofree char *why = kp_refusal_text(refusal);

	g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
		    "%s %s was not safe at any moment: %s; nothing was changed, try again "
		    "later", doing, name, why);
}

static KpTry try_load(gpointer data, GError **error)
{
	return kp_load_try(data, "replace=1", error);
}

static gboolean kpatch_load(const KpBackendCall *call, const KpPatch *patch, GError **error)
{
	KpPace pace = switch_pace(call);
	KpTry answer = kp_wait(&pace, call->watch, try_load, (gpointer)patch, error);

	if (answer == KP_TRY_AGAIN)
		set_unsafe("switching to", patch->name, error);
	return answer == KP_TRY_DONE;
}

static KpTry try_disable(gpointer data, GError **error)
{
	const char *path = data;
	int code = kp_write_text(path, "0");

	if (code == 0)
		return KP_TRY_DONE;
	if (code == EBUSY)
		return KP_TRY_AGAIN;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot switch %s off: %s", path,
		    g_strerror(code));
	return KP_TRY_FAILED;
}

static gboolean kpatch_disable(const KpBackendCall *call, const char *name, GError **error)
{
	g_autofree char *path =
		kp_live_attribute_path(NULL, KP_BACKEND_KPATCH, name, "enabled");
	KpPace pace = switch_pace(call);
	KpTry answer = kp_wait(&pace, call->watch, try_disable, path, error);

	if (answer == KP_TRY_AGAIN)
		set_unsafe("taking out", name, error);
	return answer == KP_TRY_DONE;
}

/* The switch is one step: nothing is ever half done. */
static gboolean kpatch_settle(const KpBackendCall *call, const char *name, gboolean enabled,
			      GError **error)
{
	return TRUE;
}

const KpBackend kp_backend_kpatch = { kpatch_load, kpatch_disable, kpatch_settle };
