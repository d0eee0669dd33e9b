/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/wait.h"

gboolean kp_watch_stops(const KpWatch *watch)
{
	return watch != NULL && watch->stop != NULL && *watch->stop != 0;
}

static void tell(const KpPace *pace, const KpWatch *watch, gint64 waited_ms)
{
	if (watch != NULL && watch->progress != NULL)
		watch->progress(pace->what, waited_ms, watch->data);
}

KpTry kp_wait(const KpPace *pace, const KpWatch *watch, KpTryFunc try,
	      gpointer data, GError **error)
{
	gint64 start = g_get_monotonic_time();
	gint64 pause = MAX(pace->first_ms, 1);

	for (;;) {
		KpTry answer = try(data, error);
		gint64 waited = (g_get_monotonic_time() - start) / 1000;

		if (answer != KP_TRY_AGAIN || waited >= pace->limit_ms ||
		    kp_watch_stops(watch))
			return answer;
		tell(pace, watch, waited);
		g_usleep((gulong)MIN(pause, pace->limit_ms - waited) * 1000);
		pause = MIN(pause * 2, pace->longest_ms);
	}
}

static KpTry never(gpointer data, GError **error)
{
	return KP_TRY_AGAIN;
}

gboolean kp_pause(const char *what, gint64 ms, const KpWatch *watch)
{
	const KpPace pace = { what, ms, 100, 250 };

	kp_wait(&pace, watch, never, NULL, NULL);
	return !kp_watch_stops(watch);
}
