/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/refusal.h"

#include <string.h>

#include "base/root.h"

/* a sysfs file has at most one page */
#define TEXT_MAX 4096
#define FRAMES_MAX 64

void kp_refusal_free(KpRefusal *refusal)
{
	if (refusal == NULL)
		return;
	g_free(refusal->patch);
	g_free(refusal->object);
	g_free(refusal->function);
	g_free(refusal->error);
	g_free(refusal->hook);
	g_free(refusal->task);
	g_free(refusal->pid);
	g_ptr_array_unref(refusal->frames);
	g_free(refusal);
}

/* A task may call itself anything; what it says goes to a terminal. */
static char *printable(const char *text)
{
	char *copy = g_strdup(text);

	for (char *c = copy; *c != '\0'; c++)
		if (!g_ascii_isprint(*c))
			*c = '?';
	return copy;
}

static void take_line(KpRefusal *refusal, const char *line)
{
	const struct {
		const char *key;
		char **field;
	} rows[] = {
		{ "patch ", &refusal->patch },
		{ "object ", &refusal->object },
		{ "function ", &refusal->function },
		{ "error ", &refusal->error },
		{ "hook ", &refusal->hook },
		{ "task ", &refusal->task },
		{ "pid ", &refusal->pid },
	};

	if (*line == ' ' || *line == '\t') {
		if (refusal->frames->len < FRAMES_MAX)
			g_ptr_array_add(refusal->frames, printable(line + strspn(line, " \t")));
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		if (g_str_has_prefix(line, rows[i].key) && *rows[i].field == NULL)
			*rows[i].field = printable(line + strlen(rows[i].key));
}

KpRefusal *kp_refusal_parse(const char *text)
{
	KpRefusal *refusal = g_new0(KpRefusal, 1);
	g_autofree char *bounded = g_strndup(text, TEXT_MAX);
	g_auto(GStrv) lines = g_strsplit(bounded, "\n", -1);

	refusal->frames = g_ptr_array_new_with_free_func(g_free);
	for (char **line = lines; *line != NULL; line++)
		take_line(refusal, *line);
	return refusal;
}

KpRefusal *kp_refusal_read(const char *root)
{
	g_autofree char *path = kp_root_path(root, KP_REFUSAL_FILE);
	g_autofree char *text = kp_root_read(root, path, TEXT_MAX);

	return kp_refusal_parse(text != NULL ? text : "");
}

static void append_task(GString *text, const KpRefusal *refusal)
{
	if (refusal->task == NULL)
		g_string_append(text, "a task");
	else
		g_string_append_printf(text, "task %s", refusal->task);
	if (refusal->pid != NULL)
		g_string_append_printf(text, " (pid %s)", refusal->pid);
}

char *kp_refusal_text(const KpRefusal *refusal)
{
	GString *text = g_string_new(NULL);

	if (refusal->function != NULL) {
		g_string_append_printf(text, "function %s", refusal->function);
		if (refusal->object != NULL && !g_str_equal(refusal->object, "vmlinux"))
			g_string_append_printf(text, " of module %s", refusal->object);
		g_string_append(text, " is on the stack of ");
		append_task(text, refusal);
	} else if (refusal->hook != NULL) {
		g_string_append_printf(text, "the patch's own %s hook for %s has something against "
				       "it for now; the kernel log may say more", refusal->hook,
				       refusal->object != NULL ? refusal->object : "vmlinux");
	} else if (refusal->object != NULL) {
		g_string_append_printf(text, "module %s is being loaded", refusal->object);
	} else if (g_strcmp0(refusal->error, "-62") == 0) {	/* -ETIME */
		g_string_append(text, "the machine would have been stopped for longer than "
				      "/sys/module/kpatch/parameters/stop_limit_us allows");
	} else if (g_strcmp0(refusal->error, "-28") == 0) {	/* -ENOSPC */
		g_string_append(text, "so many tasks end just now that not all can be looked at, "
				      "or kprobes are switched off");
	} else if (refusal->error != NULL) {
		g_string_append(text, "it cannot be told which functions are on the stack of ");
		append_task(text, refusal);
	} else {
		g_string_append(text, "the core module did not say why");
	}
	return g_string_free(text, FALSE);
}
