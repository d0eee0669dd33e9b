/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/switched.h"

#include <string.h>

#include "base/root.h"
#include "live/object.h"

static int compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Before its init runs a module is patched, or refused. */
static gboolean is_arriving(const char *root, const char *object)
{
	g_autofree char *path = kp_root_pathf(root, "/sys/module/%s/initstate", object);
	g_autofree char *state = kp_root_read(root, path, 16);

	return state != NULL && !g_str_equal(state, "live");
}

/* The kernel says it of each object since livepatch of 6.1 and our core module of
 * today; of older ones it is known that no module is loaded that is not patched. */
static void sort_object(const char *root, const char *kver, const char *folder,
			const char *object, GPtrArray *waiting, GPtrArray *missed)
{
	g_autofree char *path = kp_root_pathf(root, "%s/%s/patched",
						kp_root_inner(root, folder), object);
	g_autofree char *flag = kp_root_read(root, path, 16);
	KpObjectState state;

	if (g_strcmp0(flag, "1") == 0)
		return;
	state = kp_object_state(root, kver, object);
	if (state == KP_OBJECT_THERE && flag == NULL)
		return;
	g_ptr_array_add(state == KP_OBJECT_ABSENT ||
			(state == KP_OBJECT_THERE && is_arriving(root, object)) ? waiting : missed,
			g_strdup(object));
}

/* NULL when there are none. */
static char *join(GPtrArray *objects)
{
	if (objects->len == 0)
		return NULL;
	g_ptr_array_sort(objects, compare_texts);
	g_ptr_array_add(objects, NULL);
	return g_strjoinv(" ", (char **)objects->pdata);
}

void kp_switched_read(const char *root, const char *kver, KpLivePatch *patch)
{
	g_autofree char *folder = kp_root_pathf(root, "%s/%s", kp_live_folder(patch->backend),
						patch->name);
	g_autoptr(GPtrArray) waiting = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) missed = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *entry;

	/* the folders of a patch are its objects */
	while (dir != NULL && (entry = g_dir_read_name(dir)) != NULL) {
		g_autofree char *link = kp_root_entry(folder, entry);
		g_autofree char *path = kp_root_follow(root, link);

		if (g_file_test(path, G_FILE_TEST_IS_DIR))
			sort_object(root, kver, folder, entry, waiting, missed);
	}
	patch->pending = join(waiting);
	patch->missed = join(missed);
}

char *kp_switched_problem(const char *root, const char *kver, const KpLivePatch *patch)
{
	g_auto(GStrv) objects = g_strsplit(patch->missed != NULL ? patch->missed : "", " ", -1);
	GString *text = NULL;

	for (char **object = objects; *object != NULL; object++) {
		g_autofree char *why = kp_object_problem(root, kver, *object);

		if (text == NULL)
			text = g_string_new(NULL);
		g_string_append_printf(text, "%s%s", text->len > 0 ? "; " : "",
				       why != NULL ? why : "");
		if (why == NULL)
			g_string_append_printf(text, "the kernel does not say of %s that it is patched",
					       *object);
	}
	return text != NULL ? g_string_free(text, FALSE) : NULL;
}
