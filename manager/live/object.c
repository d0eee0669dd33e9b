/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/object.h"

#include <string.h>

#include "base/names.h"
#include "base/root.h"

/* some 30 bytes a module, and some hundreds of them */
#define BUILTIN_MAX (1024 * 1024)
/* MODULE_NAME_LEN of linux/moduleparam.h, with its NUL */
#define NAME_SIZE 56

/* Kbuild makes '_' of '-' and ','. */
static gboolean is_module_name(const char *name)
{
	const char *c = name;

	while (g_ascii_isalnum(*c) || *c == '_' || *c == '.')
		c++;
	return *c == '\0' && g_ascii_isalnum(*name) && c - name < NAME_SIZE;
}

/* Lines are paths: kernel/net/ipv4/tcp_cubic.ko */
static gboolean is_listed(const char *text, const char *object)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++)
		if (g_str_has_suffix(*line, ".ko") && kp_name_equal(*line, object))
			return TRUE;
	return FALSE;
}

/* The kernel shows what is built in only if it has parameters or a version; the list
 * has all that could have been a module. */
static gboolean is_built_in(const char *root, const char *kver, const char *object)
{
	g_autofree char *folder = kp_root_pathf(root, "/sys/module/%s", object);
	g_autofree char *path = kver == NULL ? NULL :
		kp_root_pathf(root, "/lib/modules/%s/modules.builtin", kver);
	g_autofree char *list = NULL;

	if (g_file_test(folder, G_FILE_TEST_IS_DIR))
		return TRUE;
	list = path != NULL ? kp_root_read(root, path, BUILTIN_MAX) : NULL;
	return list != NULL && is_listed(list, object);
}

KpObjectState kp_object_state(const char *root, const char *kver, const char *object)
{
	g_autofree char *loaded = NULL;

	if (g_str_equal(object, "vmlinux"))
		return KP_OBJECT_THERE;
	if (!is_module_name(object))
		return KP_OBJECT_MISNAMED;
	/* what is built in has a folder there, too, but not this file */
	loaded = kp_root_pathf(root, "/sys/module/%s/initstate", object);
	if (g_file_test(loaded, G_FILE_TEST_EXISTS))
		return KP_OBJECT_THERE;
	return is_built_in(root, kver, object) ? KP_OBJECT_BUILT_IN : KP_OBJECT_ABSENT;
}

char *kp_object_problem(const char *root, const char *kver, const char *object)
{
	g_autofree char *clean = NULL;

	switch (kp_object_state(root, kver, object)) {
	case KP_OBJECT_BUILT_IN:
		return g_strdup_printf("%s is built into this kernel and never comes as a module; the "
				       "patch has to name vmlinux instead", object);
	case KP_OBJECT_MISNAMED:
		clean = kp_text_printable(object);
		return g_strdup_printf("no module can be called %s; the patch has to name vmlinux, or "
				       "a module without quotes and with _ for -", clean);
	case KP_OBJECT_THERE:
	case KP_OBJECT_ABSENT:
		break;
	}
	return NULL;
}
