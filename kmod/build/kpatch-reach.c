/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch-reach: reads what is named, asks, and says what came of it. */
#include "config.h"

#include "kpatch-reach.h"

#include <locale.h>
#include <stdio.h>

#include "base/error.h"

enum {
	EXIT_NOTHING_MISSED = 0,
	EXIT_MISSED = 1,
	EXIT_UNREADABLE = 2,
};

static gboolean add_all(GPtrArray *list, char **texts, GError **error)
{
	for (char **text = texts; text != NULL && *text != NULL; text++)
		if (!kp_wish_add(list, *text, error))
			return FALSE;
	return TRUE;
}

static gboolean read_wishes(KpWishes *wishes, const KpReachOptions *options, GError **error)
{
	return (options->patch == NULL || kp_wishes_read(wishes, options->patch, error)) &&
	       add_all(wishes->replaced, options->funcs, error) &&
	       add_all(wishes->kept, options->keeps, error);
}

static gboolean is_new(const GPtrArray *images, const KpImage *image, GError **error)
{
	for (guint i = 0; i < images->len; i++) {
		const KpImage *other = g_ptr_array_index(images, i);

		if (!g_str_equal(other->object, image->object))
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "%s and %s are both %s", other->path,
			    image->path, image->object);
		return FALSE;
	}
	return TRUE;
}

static gboolean open_images(GPtrArray *images, char **files, GError **error)
{
	for (char **file = files; *file != NULL; file++) {
		g_autoptr(KpImage) image = kp_image_open(*file, error);

		if (image == NULL || !is_new(images, image, error))
			return FALSE;
		g_ptr_array_add(images, g_steal_pointer(&image));
	}
	return TRUE;
}

static int run(const KpReachOptions *options, GError **error)
{
	g_autoptr(KpWishes) wishes = kp_wishes_new();
	g_autoptr(GPtrArray) images = g_ptr_array_new_with_free_func((GDestroyNotify)kp_image_free);
	g_autoptr(KpReach) reach = NULL;

	if (!read_wishes(wishes, options, error) || !open_images(images, options->files, error))
		return EXIT_UNREADABLE;
	reach = kp_reach_find(images, wishes);
	if (options->json)
		kp_reach_print_json(reach);
	else
		kp_reach_print_text(reach, options->quiet);
	return reach->missed > 0 ? EXIT_MISSED : EXIT_NOTHING_MISSED;
}

int main(int argc, char **argv)
{
	KpReachOptions options = { 0 };
	g_autoptr(GError) error = NULL;
	int code = EXIT_UNREADABLE;

	setlocale(LC_ALL, "");
	if (!kp_reach_options_parse(argv, &options, &error)) {
		code = EXIT_UNREADABLE;
	} else if (options.help || options.version) {
		code = EXIT_NOTHING_MISSED;
		if (options.help)
			kp_reach_help();
		else
			printf("%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
	} else {
		code = run(&options, &error);
	}
	if (error != NULL)
		fprintf(stderr, "kpatch-reach: %s\n", error->message);
	kp_reach_options_clear(&options);
	/* a write that failed before may have left nothing to write now */
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "kpatch-reach: not all of the output could be written; make room, or send "
		"it elsewhere, and say this again\n");
	return EXIT_UNREADABLE;
}
