/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that kpatch-build runs: make, the compiler. */
#ifndef KP_BUILD_COMMAND_H
#define KP_BUILD_COMMAND_H

#include <glib.h>

/* Runs @argv in @folder and adds what it prints to the file @log. KP_ERROR_FAILED says
 * what @what was, with the first errors that were printed, and where the rest is. */
gboolean kp_command_run(const char *folder, const char *const *argv, const char *log,
			const char *what, GError **error);

/* The first line that @argv prints, or NULL. Caller frees. */
char *kp_command_line(const char *const *argv);

/* @path and @name, one below the other, as one path. Caller frees. */
char *kp_below(const char *path, const char *name);

/* Makes @folder and those above it. */
gboolean kp_make_folder(const char *folder, GError **error);
/* Writes @text to a new file at @path. */
gboolean kp_write_file(const char *path, const char *text, GError **error);

#endif
