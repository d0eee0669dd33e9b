/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/program.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/guarded.h"
#include "base/root.h"

#define WHAT "what root runs"

static gboolean is_program(const char *name, int fd, GError **error)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s cannot be opened: %s", name,
			    g_strerror(errno));
	else if (!S_ISREG(st.st_mode) || (st.st_mode & 0111) == 0)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s is no program: 'chmod +x %s' if it is to be one",
			    name, name);
	else
		return kp_guarded_is(name, &st, FALSE, WHAT, error);
	return FALSE;
}

KpProgram *kp_program_open(const char *root, const char *path, GError **error)
{
	g_autofree char *name = kp_root_path(root, path);
	g_autoptr(KpProgram) program = g_new0(KpProgram, 1);

	program->fd = -1;
	if (!kp_guarded_way(root, path, WHAT, error))
		return NULL;
	/* where nobody else has a say on the way, it is the same way still */
	program->fd = kp_root_open(root, name, O_PATH, 0);
	if (!is_program(name, program->fd, error))
		return NULL;
	program->path = kp_root_leaf(root, "%s", path);
	return g_steal_pointer(&program);
}

void kp_program_free(KpProgram *program)
{
	if (program == NULL)
		return;
	if (program->fd >= 0)
		close(program->fd);
	g_free(program->path);
	g_free(program);
}

char **kp_program_environment(void)
{
	static const char *const kept[] = { "LANG", "LC_ALL", "TZ" };
	char **environment = g_new0(char *, 1);

	environment = g_environ_setenv(environment, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", TRUE);
	environment = g_environ_setenv(environment, "HOME", "/", TRUE);
	for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
		if (g_getenv(kept[i]) != NULL)
			environment = g_environ_setenv(environment, kept[i], g_getenv(kept[i]), TRUE);
	return environment;
}
