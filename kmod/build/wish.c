/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wish.h"

#include <string.h>

#include "base/error.h"
#include "names.h"
#include "records.h"

static void wish_free(gpointer data)
{
	KpWish *wish = data;

	g_free(wish->object);
	g_free(wish->function);
	g_free(wish);
}

KpWishes *kp_wishes_new(void)
{
	KpWishes *wishes = g_new0(KpWishes, 1);

	wishes->replaced = g_ptr_array_new_with_free_func(wish_free);
	wishes->kept = g_ptr_array_new_with_free_func(wish_free);
	return wishes;
}

void kp_wishes_free(KpWishes *wishes)
{
	if (wishes == NULL)
		return;
	g_ptr_array_unref(wishes->replaced);
	g_ptr_array_unref(wishes->kept);
	g_free(wishes);
}

static gboolean parse_position(const char *text, guint *position)
{
	guint64 number;

	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT, &number, NULL))
		return FALSE;
	*position = (guint)number;
	return TRUE;
}

gboolean kp_wish_add(GPtrArray *list, const char *text, GError **error)
{
	const char *colon = strchr(text, ':');
	const char *comma = colon != NULL ? strchr(colon, ',') : NULL;
	const char *end = comma != NULL ? comma : text + strlen(text);
	g_autofree char *object = NULL, *function = NULL;
	guint position = 0;
	KpWish *wish;

	if (colon == NULL || colon == text || colon + 1 == end ||
	    (comma != NULL && !parse_position(comma + 1, &position))) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "'%s' is neither OBJECT:FUNCTION nor OBJECT:FUNCTION,POSITION", text);
		return FALSE;
	}
	wish = g_new0(KpWish, 1);
	object = g_strndup(text, (gsize)(colon - text));
	function = g_strndup(colon + 1, (gsize)(end - colon - 1));
	wish->object = kp_plain_text(object);
	wish->function = kp_plain_text(function);
	wish->position = position;
	g_ptr_array_add(list, wish);
	return TRUE;
}

static gboolean add_all(GPtrArray *list, char **texts, GError **error)
{
	for (char **text = texts; *text != NULL; text++)
		if (!kp_wish_add(list, *text, error))
			return FALSE;
	return TRUE;
}

/* Only the records have positions; modules made elsewhere may lack either. */
gboolean kp_wishes_read(KpWishes *wishes, const char *path, GError **error)
{
	g_autoptr(KpImage) image = kp_image_open(path, error);
	g_auto(GStrv) funcs = NULL, kept = NULL;

	if (image == NULL)
		return FALSE;
	funcs = kp_records_read(image);
	if (*funcs == NULL) {
		g_strfreev(funcs);
		funcs = kp_symbols_modinfo_all(image, "kpatch_func");
	}
	kept = kp_symbols_modinfo_all(image, "kpatch_keep");
	if (*funcs == NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "%s: it does not say which functions it replaces: no patch module?", path);
		return FALSE;
	}
	if (add_all(wishes->replaced, funcs, error) && add_all(wishes->kept, kept, error))
		return TRUE;
	g_prefix_error(error, "%s: ", path);
	return FALSE;
}

const KpWish *kp_wish_find(const GPtrArray *list, const char *object, const char *function)
{
	for (guint i = 0; i < list->len; i++) {
		const KpWish *wish = g_ptr_array_index(list, i);

		if (g_str_equal(wish->object, object) && g_str_equal(wish->function, function))
			return wish;
	}
	return NULL;
}
