/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* as many as the kernel follows, path_resolution(7) */
#define MOST_LINKS 40

/* how often the kernel is asked again when something was renamed meanwhile */
#define MOST_TRIES 8

struct walk {
	const char *root;
	GPtrArray *done;	/* names from the root on; none is a link */
	GQueue *left;		/* names that are still to be looked at */
	gboolean follow;	/* a link at the end, too */
	guint links;
	KpInsideVisit visit;	/* or NULL */
	gpointer data;
};

/* Puts the names of @path before what is left. */
static void push_path(struct walk *walk, const char *path)
{
	g_auto(GStrv) names = g_strsplit(path, "/", -1);

	for (guint i = g_strv_length(names); i-- > 0;)
		if (*names[i] != '\0' && !g_str_equal(names[i], "."))
			g_queue_push_head(walk->left, g_strdup(names[i]));
}

static char *name_so_far(const struct walk *walk)
{
	GString *name = g_string_new(walk->root);

	while (name->len > 0 && name->str[name->len - 1] == '/')
		g_string_truncate(name, name->len - 1);
	for (guint i = 0; i < walk->done->len; i++) {
		g_string_append_c(name, '/');
		g_string_append(name, g_ptr_array_index(walk->done, i));
	}
	if (walk->done->len == 0)
		g_string_append_c(name, '/');
	return g_string_free(name, FALSE);
}

/* Where the link @name leads, or NULL: it is none. */
static char *target_of(const char *name)
{
	char target[PATH_MAX];
	gssize n = readlink(name, target, sizeof(target) - 1);

	return n > 0 ? g_strndup(target, (gsize)n) : NULL;
}

/* FALSE: who visits has had enough. */
static gboolean step(struct walk *walk, const char *name, GError **error)
{
	g_autofree char *reached = NULL, *target = NULL;

	if (g_str_equal(name, "..")) {
		if (walk->done->len > 0)
			g_ptr_array_remove_index(walk->done, walk->done->len - 1);
		return TRUE;
	}
	g_ptr_array_add(walk->done, g_strdup(name));
	reached = name_so_far(walk);
	if (walk->visit != NULL && !walk->visit(reached, walk->data, error))
		return FALSE;
	if (g_queue_is_empty(walk->left) && !walk->follow)
		return TRUE;
	target = target_of(reached);
	if (target == NULL)
		return TRUE;
	walk->links++;
	g_ptr_array_set_size(walk->done, *target == '/' ? 0 : (int)walk->done->len - 1);
	push_path(walk, target);
	return TRUE;
}

/* Fills walk->done. */
static gboolean run(struct walk *walk, const char *path, GError **error)
{
	gboolean ok = TRUE;
	char *name;

	walk->left = g_queue_new();
	push_path(walk, path);
	while (ok && walk->links <= MOST_LINKS && (name = g_queue_pop_head(walk->left)) != NULL) {
		ok = step(walk, name, error);
		g_free(name);
	}
	g_queue_free_full(walk->left, g_free);
	if (ok && walk->links > MOST_LINKS) {
		errno = ELOOP;
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_LOOP, "%s: %s", path,
			    g_strerror(ELOOP));
		ok = FALSE;
	}
	return ok;
}

/* The names that @path leads through, none of them a link. NULL with errno set. */
static GPtrArray *walk_parts(const char *root, const char *path, gboolean follow)
{
	g_autoptr(GPtrArray) done = g_ptr_array_new_with_free_func(g_free);
	struct walk walk = { .root = root, .done = done, .follow = follow };

	return run(&walk, path, NULL) ? g_steal_pointer(&done) : NULL;
}

char *kp_inside_walk(const char *root, const char *path, gboolean follow)
{
	g_autoptr(GPtrArray) parts = walk_parts(root, path, follow);
	const struct walk walk = { .root = root, .done = parts };

	return parts != NULL ? name_so_far(&walk) : NULL;
}

gboolean kp_inside_visit(const char *root, const char *path, KpInsideVisit visit, gpointer data,
			 GError **error)
{
	g_autoptr(GPtrArray) done = g_ptr_array_new_with_free_func(g_free);
	struct walk walk = { .root = root, .done = done, .follow = TRUE, .visit = visit,
			     .data = data };

	return run(&walk, path, error);
}

static int open_top(const char *root)
{
	return open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* -1 with ENOSYS where the kernel is older, and with EPERM where a container forbids what
 * it does not know. */
static int open_by_kernel(int top, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (guint64)(flags | O_CLOEXEC),
		.mode = (flags & O_CREAT) != 0 ? mode : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	for (int i = 0; i < MOST_TRIES && fd < 0; i++) {
		fd = syscall(SYS_openat2, top, path, &how, sizeof(how));
		if (fd < 0 && errno != EAGAIN)
			break;
	}
	return (int)fd;
}

/* What /proc calls @fd. Caller frees. */
static char *name_of(int fd)
{
	g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
	char name[PATH_MAX];
	gssize n = readlink(link, name, sizeof(name) - 1);

	return n > 0 && *name == '/' ? g_strndup(name, (gsize)n) : NULL;
}

/* NULL: it is not there, or the kernel cannot be asked. */
static char *name_by_kernel(const char *root, const char *path, gboolean follow)
{
	int top = open_top(root);
	int fd = top >= 0 ? open_by_kernel(top, path, O_PATH | (follow ? 0 : O_NOFOLLOW), 0) : -1;
	g_autofree char *above = fd >= 0 ? name_of(top) : NULL;
	g_autofree char *name = fd >= 0 ? name_of(fd) : NULL;
	gsize length = above == NULL || g_str_equal(above, "/") ? 0 : strlen(above);
	char *inside = NULL;

	/* without a link left, this only puts the root before it that was named */
	if (above != NULL && name != NULL && strncmp(name, above, length) == 0 &&
	    (name[length] == '/' || name[length] == '\0')) {
		g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
		struct walk walk = { .root = root, .done = parts };

		if (name[length] != '\0')
			g_ptr_array_add(parts, g_strdup(name + length + 1));
		inside = name_so_far(&walk);
	}
	if (fd >= 0)
		close(fd);
	if (top >= 0)
		close(top);
	return inside;
}

char *kp_inside_name(const char *root, const char *path, gboolean follow)
{
	char *name = name_by_kernel(root, path, follow);

	return name != NULL ? name : kp_inside_walk(root, path, follow);
}

/* O_NOFOLLOW all the way: a folder that has become a link since it was walked is an
 * error. */
int kp_inside_step(const char *root, const char *path, int flags, mode_t mode)
{
	g_autoptr(GPtrArray) parts = walk_parts(root, path, (flags & O_NOFOLLOW) == 0);
	int fd = parts != NULL ? open_top(root) : -1;
	int saved;

	for (guint i = 0; fd >= 0 && i < MAX(parts->len, 1); i++) {
		const char *name = i < parts->len ? g_ptr_array_index(parts, i) : ".";
		gboolean last = i + 1 >= parts->len;
		int next = openat(fd, name, last ? flags | O_NOFOLLOW | O_CLOEXEC :
				  O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, mode);

		saved = errno;
		close(fd);
		errno = saved;
		fd = next;
	}
	return fd;
}

int kp_inside_open(const char *root, const char *path, int flags, mode_t mode)
{
	int top = open_top(root);
	int fd = top >= 0 ? open_by_kernel(top, path, flags, mode) : -1;
	int saved = errno;

	if (top >= 0)
		close(top);
	errno = saved;
	if (fd >= 0 || top < 0 || (saved != ENOSYS && saved != EPERM && saved != EAGAIN))
		return fd;
	return kp_inside_step(root, path, flags, mode);
}
