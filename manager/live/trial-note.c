/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/trial-note.h"

#include <string.h>
#include <unistd.h>

#include "base/root.h"

#define GROUP "trial"
#define MOST_BYTES 4096
/* proc(5): the 22nd field of stat; the second ends with the last ')' */
#define FIELDS_TO_START 20

void kp_trial_note_free(KpTrialNote *note)
{
	if (note == NULL)
		return;
	g_free(note->name);
	g_free(note->version);
	g_free(note);
}

/* 0 when there is no such process. */
static guint64 start_of(const char *root, int pid)
{
	g_autofree char *path = kp_root_pathf(root, "/proc/%d/stat", pid);
	g_autofree char *text = kp_root_read(root, path, 4096);
	const char *rest = text != NULL ? strrchr(text, ')') : NULL;
	g_auto(GStrv) fields = rest != NULL ? g_strsplit(rest, " ", -1) : NULL;

	return fields != NULL && g_strv_length(fields) > FIELDS_TO_START ?
	       g_ascii_strtoull(fields[FIELDS_TO_START], NULL, 10) : 0;
}

KpTrialNote *kp_trial_note_read(const char *root)
{
	g_autofree char *path = kp_root_path(root, KP_TRIAL_NOTE);
	g_autofree char *text = kp_root_read(root, path, MOST_BYTES);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(KpTrialNote) note = g_new0(KpTrialNote, 1);

	if (text == NULL || !g_key_file_load_from_data(file, text, (gsize)-1, G_KEY_FILE_NONE, NULL))
		return NULL;
	note->pid = g_key_file_get_integer(file, GROUP, "pid", NULL);
	note->started = g_key_file_get_uint64(file, GROUP, "started", NULL);
	note->until = g_key_file_get_int64(file, GROUP, "until", NULL);
	note->name = g_key_file_get_string(file, GROUP, "name", NULL);
	note->version = g_key_file_get_string(file, GROUP, "version", NULL);
	if (note->pid <= 0 || note->started == 0 || note->name == NULL || note->version == NULL ||
	    start_of(root, note->pid) != note->started)
		return NULL;
	return g_steal_pointer(&note);
}

void kp_trial_note_write(const char *root, const char *name, const char *version, gint64 until)
{
	g_autofree char *path = kp_root_path(root, KP_TRIAL_NOTE);
	g_autoptr(GKeyFile) file = g_key_file_new();

	g_key_file_set_integer(file, GROUP, "pid", getpid());
	g_key_file_set_uint64(file, GROUP, "started", start_of(root, getpid()));
	g_key_file_set_int64(file, GROUP, "until", until);
	g_key_file_set_string(file, GROUP, "name", name);
	g_key_file_set_string(file, GROUP, "version", version);
	g_key_file_save_to_file(file, path, NULL);
}

void kp_trial_note_remove(const char *root)
{
	g_autofree char *path = kp_root_path(root, KP_TRIAL_NOTE);

	unlink(path);
}

char *kp_trial_note_text(const KpTrialNote *note)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(note->until);
	g_autofree char *until = time != NULL ? g_date_time_format(time, "%H:%M:%S") : NULL;

	return g_strdup_printf("%s (%s) is on trial until %s (process %d); 'kpatch-manager rollback' "
			       "ends the trial and takes it back", note->name, note->version,
			       until != NULL ? until : "?", note->pid);
}
