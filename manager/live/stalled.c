/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/stalled.h"

#include <stdlib.h>
#include <string.h>

#include "base/root.h"

#define SHOWN_MAX 8
#define FRAMES_MAX 6
#define STACK_MAX 4096

/* A task may call itself anything; what it says goes to a terminal. */
static void make_printable(char *text)
{
	for (char *c = text; *c != '\0'; c++)
		if (!g_ascii_isprint(*c))
			*c = '?';
}

/* A line is "[<0>] function+0x1/0x2 [module]". */
char *kp_stalled_frames(const char *stack)
{
	g_auto(GStrv) lines = g_strsplit(stack, "\n", -1);
	GString *text = NULL;
	guint shown = 0;

	for (char **line = lines; *line != NULL && shown < FRAMES_MAX; line++) {
		const char *end = g_str_has_prefix(*line, "[<") ? strstr(*line, ">] ") : NULL;
		const char *frame = end != NULL ? end + strlen(">] ") : *line;

		if (*frame == '\0')
			continue;
		if (shown++ == 0)
			text = g_string_new(frame);
		else
			g_string_append_printf(text, " < %s", frame);
	}
	if (text == NULL)
		return NULL;
	make_printable(text->str);
	return g_string_free(text, FALSE);
}

static char *task_text(const char *root, const char *folder, const char *tid)
{
	g_autofree char *comm_path = kp_root_entry(folder, "comm");
	g_autofree char *stack_path = kp_root_entry(folder, "stack");
	g_autofree char *comm = kp_root_read(root, comm_path, 64);
	g_autofree char *stack = kp_root_read(root, stack_path, STACK_MAX);
	g_autofree char *frames = stack != NULL ? kp_stalled_frames(stack) : NULL;

	if (comm == NULL)
		comm = g_strdup("a task");
	make_printable(comm);
	return g_strdup_printf("%s (pid %s)%s%s", comm, tid, frames != NULL ? " in " : "",
			       frames != NULL ? frames : "");
}

/* Threads have states of their own; a process' folder shows its leader only. */
static void look_at_threads(const char *root, const char *pid, int state, GPtrArray *names,
			    guint most, guint *count)
{
	g_autofree char *folder = kp_root_pathf(root, "/proc/%s/task", pid);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *tid;

	while (dir != NULL && (tid = g_dir_read_name(dir)) != NULL) {
		g_autofree char *thread = kp_root_entry(folder, tid);
		g_autofree char *path = kp_root_entry(thread, "patch_state");
		g_autofree char *text = kp_root_read(root, path, 16);

		if (text == NULL || *text == '\0' || atoi(text) != state)
			continue;
		if ((*count)++ < most)
			g_ptr_array_add(names, task_text(root, thread, tid));
	}
}

GPtrArray *kp_stalled_tasks(const char *root, int state, guint most, guint *count)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *proc = kp_root_path(root, "/proc");
	g_autoptr(GDir) dir = g_dir_open(proc, 0, NULL);
	const char *pid;

	*count = 0;
	while (dir != NULL && (pid = g_dir_read_name(dir)) != NULL)
		if (g_ascii_isdigit(*pid))
			look_at_threads(root, pid, state, names, most, count);
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
