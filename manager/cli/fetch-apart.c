/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/fetch-apart.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fetch-api.h"
#include "cli/plugin.h"

static KpRepoData *fetch(const KpOptions *options, const KpRepo *repo, GError **error)
{
	const KpFetchApi *api = kp_plugin_symbol(KP_FETCH_PLUGIN, KP_FETCH_SYMBOL, error);

	return api == NULL ? NULL :
		api->metadata(options->root, repo, NULL, NULL, options->stop, error);
}

/* One line a problem: errors of libraries may have more. */
static void fetch_all(const KpOptions *options, const GPtrArray *repos, FILE *told)
{
	for (guint i = 0; i < repos->len; i++) {
		const KpRepo *repo = g_ptr_array_index(repos, i);
		g_autoptr(GError) error = NULL;
		KpRepoData *data = fetch(options, repo, &error);

		if (data == NULL)
			fprintf(told, "repository %s: %s\n", repo->id,
				g_strdelimit(error->message, "\n", ' '));
		kp_repo_data_free(data);
	}
	fflush(told);
}

static void read_lines(int fd, GPtrArray *warnings)
{
	FILE *told = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;

	while (told != NULL && getline(&line, &room, told) > 0)
		g_ptr_array_add(warnings, g_strdup(g_strchomp(line)));
	free(line);
	if (told != NULL)
		fclose(told);
	else
		close(fd);
}

static void wait_for(pid_t child, GPtrArray *warnings)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		g_ptr_array_add(warnings, g_strdup_printf(
			"asking the repositories came to a sudden end: %s",
			strsignal(WTERMSIG(status))));
}

void kp_fetch_apart(const KpOptions *options, const GPtrArray *repos, GPtrArray *warnings)
{
	int ends[2];
	pid_t child;

	if (pipe(ends) != 0) {
		g_ptr_array_add(warnings, g_strdup_printf("repositories cannot be asked: %s",
							  g_strerror(errno)));
		return;
	}
	fflush(stdout);
	child = fork();
	if (child == 0) {
		FILE *told = fdopen(ends[1], "w");

		close(ends[0]);
		if (told != NULL)
			fetch_all(options, repos, told);
		/* not exit(): the parent's files and handlers are not ours to end */
		_exit(told != NULL ? 0 : 1);
	}
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		g_ptr_array_add(warnings, g_strdup_printf("repositories cannot be asked: %s",
							  g_strerror(errno)));
		return;
	}
	read_lines(ends[0], warnings);
	wait_for(child, warnings);
}
