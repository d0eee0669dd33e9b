/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel image or module, with its debug information, as kpatch-reach reads it:
 * whatever the bytes, it is refused with a reason, or what was found can be printed. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "fuzz.h"
#include "kmod/build/reach.h"

static void check_texts(const GPtrArray *texts)
{
	for (guint i = 0; i < texts->len; i++) {
		const char *text = g_ptr_array_index(texts, i);

		g_assert_true(g_utf8_validate(text, -1, NULL));
		for (const char *at = text; *at != '\0'; at++)
			g_assert_false(g_ascii_iscntrl(*at));
	}
}

static void check_item(const KpReachItem *item)
{
	g_assert_true(*item->name != '\0' && g_utf8_validate(item->name, -1, NULL));
	g_assert_true(item->through == NULL || g_utf8_validate(item->through, -1, NULL));
	check_texts(item->from);
}

static void ask(KpImage *image)
{
	g_autoptr(GPtrArray) images = g_ptr_array_new();
	g_autoptr(KpWishes) wishes = kp_wishes_new();
	g_autoptr(KpReach) reach = NULL;
	g_autofree char *object = g_strdup(image->object);

	for (guint i = 0; i < 3; i++) {
		static const char *const functions[] = { "foo", "foo.part.0", "gone" };
		g_autofree char *text = g_strdup_printf("x:%s,%u", functions[i], i % 2);
		KpWish *wish;

		g_assert_true(kp_wish_add(wishes->replaced, text, NULL));
		wish = g_ptr_array_index(wishes->replaced, i);
		g_free(wish->object);
		wish->object = g_strdup(object);
	}
	g_ptr_array_add(images, image);
	reach = kp_reach_find(images, wishes);
	for (guint i = 0; i < reach->functions->len; i++) {
		KpReachFunction *function = g_ptr_array_index(reach->functions, i);

		for (guint n = 0; n < function->items->len; n++)
			check_item(g_ptr_array_index(function->items, n));
	}
	check_texts(reach->notes);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	int fd = memfd_create("reach", MFD_CLOEXEC);
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	g_autoptr(GError) error = NULL;
	g_autoptr(KpImage) image = NULL;
	g_autoptr(KpWishes) wishes = kp_wishes_new();

	g_assert_cmpint(write(fd, data, size), ==, (gssize)size);
	image = kp_image_open(path, &error);
	g_assert_true((image == NULL) == (error != NULL));
	if (image != NULL)
		ask(image);
	kp_wishes_read(wishes, path, NULL);
	close(fd);
	return 0;
}
