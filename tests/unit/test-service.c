/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>

#include "fixture.h"
#include "live/service.h"

#define UNIT "usr/lib/systemd/system/kpatch.service"

static void add_link(const char *root, const char *path, const char *target)
{
	g_autofree char *link = g_build_filename(root, path, NULL);
	g_autofree char *folder = g_path_get_dirname(link);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
	g_assert_cmpint(symlink(target, link), ==, 0);
}

static void assert_state(const char *root, const char *word, const char *way)
{
	KpServiceState state = kp_service_state(root);
	g_autofree char *problem = kp_service_problem(state);

	g_assert_cmpstr(kp_service_word(state), ==, word);
	if (way == NULL)
		g_assert_null(problem);
	else
		g_assert_nonnull(g_strrstr(problem, way));
}

static void test_states(void)
{
	char *root = fixture_folder();

	assert_state(root, NULL, NULL);
	fixture_write(root, "usr/lib/systemd/system/other.service", "[Unit]\n", -1);
	assert_state(root, "missing", "reinstall");
	fixture_write(root, UNIT, "[Unit]\n", -1);
	assert_state(root, "disabled", "systemctl enable");
	add_link(root, "run/systemd/system/multi-user.target.wants/kpatch.service", "/" UNIT);
	assert_state(root, "disabled", "systemctl enable");
	add_link(root, "etc/systemd/system/multi-user.target.wants/kpatch.service", "/" UNIT);
	assert_state(root, "enabled", NULL);
	add_link(root, "etc/systemd/system/kpatch.service", "/dev/null");
	assert_state(root, "masked", "systemctl unmask");
	fixture_remove(root);
}

static void test_elsewhere(void)
{
	char *root = fixture_folder();

	/* a unit of the administrator's, wanted by a target of his */
	fixture_write(root, "etc/systemd/system/kpatch.service", "[Unit]\n", -1);
	assert_state(root, "disabled", "systemctl enable");
	add_link(root, "etc/systemd/system/site.target.requires/kpatch.service", "../kpatch.service");
	assert_state(root, "enabled", NULL);
	fixture_remove(root);

	root = fixture_folder();
	fixture_write(root, UNIT, "[Unit]\n", -1);
	fixture_write(root, "etc/systemd/system/kpatch.service", "", 0);
	assert_state(root, "masked", "systemctl unmask");
	fixture_remove(root);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/service/states", test_states);
	g_test_add_func("/service/elsewhere", test_elsewhere);
	return g_test_run();
}
