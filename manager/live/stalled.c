/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/stalled.h"

#include <stdlib.h>

#include "base/root.h"

#define SHOWN_MAX 8

static char *task_text(const char *folder, const char *tid)
{
	g_autofree char *path = g_build_filename(folder, "comm", NULL);
	g_autofree char *comm = kp_read_text(path, 64);

	if (comm == NULL)
		return g_strdup_printf("pid %s", tid);
	for (char *c = comm; *c != '\0'; c++)
		if (!g_ascii_isprint(*c))
			*c = '?';
	return g_strdup_printf("%s (pid %s)", comm, tid);
}

/* Threads have states of their own; a process' folder shows its leader only. */
static void look_at_threads(const char *process, int state, GPtrArray *names,
			    guint most, guint *count)
{
	g_autofree char *folder = g_build_filename(process, "task", NULL);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *tid;

	while (dir != NULL && (tid = g_dir_read_name(dir)) != NULL) {
		g_autofree char *thread = g_build_filename(folder, tid, NULL);
		g_autofree char *path = g_build_filename(thread, "patch_state", NULL);
		g_autofree char *text = kp_read_text(path, 16);

		if (text == NULL || *text == '\0' || atoi(text) != state)
			continue;
		if ((*count)++ < most)
			g_ptr_array_add(names, task_text(thread, tid));
	}
}

GPtrArray *kp_stalled_tasks(const char *root, int state, guint most, guint *count)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *proc = kp_root_path(root, "/proc");
	g_autoptr(GDir) dir = g_dir_open(proc, 0, NULL);
	const char *pid;

	*count = 0;
	while (dir != NULL && (pid = g_dir_read_name(dir)) != NULL) {
		g_autofree char *process = g_build_filename(proc, pid, NULL);

		if (g_ascii_isdigit(*pid))
			look_at_threads(process, state, names, most, count);
	}
	return names;
}

char *kp_stalled_text(const char *root, int state)
{
	guint count;
	g_autoptr(GPtrArray) names = kp_stalled_tasks(root, state, SHOWN_MAX, &count);
	g_autofree char *list = NULL;

	if (count == 0)
		return g_strdup("no task can be named");
	g_ptr_array_add(names, NULL);
	list = g_strjoinv(", ", (char **)names->pdata);
	return g_strdup_printf("%u %s not switched: %s%s", count,
			       count == 1 ? "task has" : "tasks have", list,
			       count > SHOWN_MAX ? " ..." : "");
}
