/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children: what they hand over, and what one that talks to strangers may not touch. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/metadata.h"
#include "cli/apart.h"
#include "fixture.h"

static volatile sig_atomic_t stop;

static int file_with(const char *text)
{
	int fd = memfd_create("kpatch-unit", MFD_CLOEXEC);

	g_assert_cmpint(write(fd, text, strlen(text)), ==, (gssize)strlen(text));
	return fd;
}

static gboolean hand_over(gpointer user, GPtrArray *fds, GError **error)
{
	g_ptr_array_add(fds, GINT_TO_POINTER(file_with("one")));
	g_ptr_array_add(fds, GINT_TO_POINTER(-1));
	g_ptr_array_add(fds, GINT_TO_POINTER(file_with("three")));
	return TRUE;
}

static void test_hands_over(void)
{
	g_autoptr(GPtrArray) fds = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	static const char *const wanted[] = { "one", NULL, "three" };

	g_assert_true(kp_apart_fetch(hand_over, NULL, NULL, &stop, fds, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(fds->len, ==, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < fds->len; i++) {
		int fd = GPOINTER_TO_INT(g_ptr_array_index(fds, i));
		char text[16] = "";

		g_assert_true((fd >= 0) == (wanted[i] != NULL));
		if (fd < 0)
			continue;
		g_assert_cmpint(pread(fd, text, sizeof(text) - 1, 0), >, 0);
		g_assert_cmpstr(text, ==, wanted[i]);
		g_assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		close(fd);
	}
}

/* One descriptor, as often as a child can that may have few open. */
static gboolean hand_over_many(gpointer user, GPtrArray *fds, GError **error)
{
	for (int i = 0; i < 16; i++)
		g_ptr_array_add(fds, GINT_TO_POINTER(STDERR_FILENO));
	return TRUE;
}

static gboolean fail(gpointer user, GPtrArray *fds, GError **error)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_BUSY, "two\nlines");
	return FALSE;
}

static gboolean die(gpointer user, GPtrArray *fds, GError **error)
{
	raise(SIGKILL);
	return TRUE;
}

static void test_fails(void)
{
	g_autoptr(GPtrArray) fds = g_ptr_array_new();
	g_autoptr(GError) error = NULL, sudden = NULL;

	g_assert_false(kp_apart_fetch(fail, NULL, NULL, &stop, fds, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_BUSY);
	g_assert_cmpstr(error->message, ==, "two\nlines");
	g_assert_false(kp_apart_fetch(die, NULL, NULL, &stop, fds, &sudden));
	g_assert_nonnull(strstr(sudden->message, "sudden end"));
	g_assert_cmpuint(fds->len, ==, 0);
}

/* As when there is no room for what it would tell. */
static void cannot_tell(gpointer user, FILE *told)
{
	fprintf(told, "half a line");
	close(fileno(told));
}

static gboolean ends_early(gpointer user, GPtrArray *fds, GError **error)
{
	_exit(1);
}

static void test_fails_to_tell(void)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) fds = g_ptr_array_new();
	g_autoptr(GError) error = NULL, early = NULL;

	g_assert_false(kp_apart_run(cannot_tell, NULL, NULL, &stop, lines, &error));
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	g_assert_false(kp_apart_fetch(ends_early, NULL, NULL, &stop, fds, &early));
	g_assert_error(early, KP_ERROR, KP_ERROR_FAILED);
}

/* The kernel drops a descriptor that there is no room for, and the rest of the message
 * comes all the same. */
static void test_cannot_take(void)
{
	g_autoptr(GPtrArray) fds = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	struct rlimit usual, few;
	int next = dup(STDERR_FILENO);

	close(next);
	getrlimit(RLIMIT_NOFILE, &usual);
	few = usual;
	/* its pipe and its sockets; the parent has two of them left */
	few.rlim_cur = (rlim_t)next + 4;
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &few), ==, 0);
	g_assert_false(kp_apart_fetch(hand_over_many, NULL, NULL, &stop, fds, &error));
	g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &usual), ==, 0);
	g_assert_error(error, KP_ERROR, KP_ERROR_FAILED);
	g_assert_nonnull(strstr(error->message, "cannot be taken"));
	for (guint i = 0; i < fds->len; i++)
		if (GPOINTER_TO_INT(fds->pdata[i]) >= 0)
			close(GPOINTER_TO_INT(fds->pdata[i]));
}

typedef struct {
	const char *root;
	int left;	/* a descriptor of the parent's */
} Place;

static gboolean opens(const Place *place, const char *path, int flags)
{
	g_autofree char *full = g_build_filename(place->root, path, NULL);
	int fd = open(full, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static gboolean may(int capability)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[capability / 32].permitted & (1U << (capability % 32))) != 0;
}

/* What it finds it can do. */
static void look_round(gpointer user, FILE *told)
{
	const Place *place = user;
	const struct { const char *word; gboolean yes; } rows[] = {
		{ "cache", opens(place, KP_CACHE_FOLDER "/new", O_WRONLY | O_CREAT) },
		{ "configuration", opens(place, "etc/yum.repos.d/x.repo", O_RDONLY) },
		{ "repository", opens(place, "repo/repomd.xml", O_RDONLY) },
		{ "disc", opens(place, "repo/Packages/x.rpm", O_RDONLY) },
		{ "WRITES-CONFIGURATION", opens(place, "etc/yum.repos.d/x.repo", O_WRONLY) },
		{ "READS-DATABASE", opens(place, "var/lib/rpm/rpmdb.sqlite", O_RDONLY) },
		{ "WRITES-DATABASE", opens(place, "var/lib/rpm/rpmdb.sqlite", O_WRONLY) },
		{ "MAKES-DATABASE", opens(place, "var/lib/rpm/new", O_WRONLY | O_CREAT) },
		{ "STATE", opens(place, "var/lib/kpatch/state.db", O_RDONLY) },
		{ "MODULE", opens(place, "usr/lib/kpatch/x.ko", O_WRONLY | O_CREAT) },
		{ "INHERITED", fcntl(place->left, F_GETFD) >= 0 },
		{ "LOADS-MODULES", may(CAP_SYS_MODULE) },
		{ "MAY-ANYTHING", may(CAP_SYS_ADMIN) || may(CAP_DAC_OVERRIDE) || may(CAP_SYS_PTRACE) },
		{ "SIGNALS", kill(getppid(), 0) == 0 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		if (rows[i].yes)
			fprintf(told, "%s\n", rows[i].word);
}

static void test_fence(void)
{
	char *root = fixture_folder();
	g_autofree char *folder = g_build_filename(root, "repo", NULL);
	g_autofree char *packages = g_build_filename(folder, "Packages", NULL);
	g_autofree char *url = g_filename_to_uri(folder, NULL, NULL);
	char *baseurl[] = { url, NULL }, *none[] = { NULL };
	KpRepo repo = { .id = (char *)"r", .baseurl = baseurl, .gpgkey = none };
	g_autoptr(GPtrArray) repos = g_ptr_array_new(), lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpFence) fence = NULL;
	g_autoptr(GError) error = NULL;
	Place place = { root, -1 };
	g_autofree char *text = NULL;
	long version = syscall(444, NULL, 0, 1);

	if (version < 1) {
		g_test_skip("this kernel has no Landlock");
		fixture_remove(root);
		return;
	}
	fixture_write(root, "etc/yum.repos.d/x.repo", "", 0);
	fixture_write(root, "repo/repomd.xml", "", 0);
	fixture_write(root, "disc/x.rpm", "", 0);
	g_assert_cmpint(symlink("../disc", packages), ==, 0);
	fixture_write(root, "var/lib/rpm/rpmdb.sqlite", "", 0);
	fixture_write(root, "var/lib/kpatch/state.db", "", 0);
	fixture_write(root, "usr/lib/kpatch/y.ko", "", 0);
	place.left = fcntl(STDERR_FILENO, F_DUPFD, 50);
	g_ptr_array_add(repos, &repo);
	fence = kp_fence_new(root, repos);
	g_assert_true(kp_apart_run(look_round, &place, fence, &stop, lines, &error));
	g_assert_no_error(error);
	g_ptr_array_add(lines, NULL);
	text = g_strjoinv(" ", (char **)lines->pdata);
	g_assert_cmpstr(text, ==, version < 6 ? "cache configuration repository disc SIGNALS" :
			"cache configuration repository disc");
	close(place.left);
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/apart/hands-over", test_hands_over);
	g_test_add_func("/apart/fails", test_fails);
	g_test_add_func("/apart/fails-to-tell", test_fails_to_tell);
	g_test_add_func("/apart/cannot-take", test_cannot_take);
	g_test_add_func("/apart/fence", test_fence);
	return g_test_run();
}
