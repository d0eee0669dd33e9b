/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/label.h"

#include <errno.h>
#include <linux/limits.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/names.h"

#define ATTRIBUTE "security.selinux"

char *kp_label_parse(const char *value, gsize size)
{
	gsize length = strnlen(value, size);

	/* the last byte may be the end of the text, and no other */
	if (length == 0 || length + 1 < size)
		return NULL;
	return g_strndup(value, length);
}

/* Where the type begins, and its length. A level such as s0-s0:c0.c1023 follows
 * behind another colon, where the policy has levels. */
static const char *find_type(const char *label, gsize *length)
{
	const char *role = strchr(label, ':');
	const char *type = role != NULL ? strchr(role + 1, ':') : NULL;

	if (type == NULL || role == label || type == role + 1)
		return NULL;
	*length = strcspn(++type, ":");
	return *length > 0 ? type : NULL;
}

char *kp_label_type(const char *label)
{
	gsize length;
	const char *type = find_type(label, &length);

	return type != NULL ? g_strndup(type, length) : NULL;
}

char *kp_label_with_type(const char *label, const char *type)
{
	gsize length;
	const char *own = find_type(label, &length);

	if (own == NULL)
		return NULL;
	return g_strdup_printf("%.*s%s%s", (int)(own - label), label, type, own + length);
}

static char *of_fd(int fd)
{
	gssize size = fgetxattr(fd, ATTRIBUTE, NULL, 0);
	g_autofree char *value = NULL;

	if (size <= 0 || size > XATTR_SIZE_MAX)
		return NULL;
	value = g_malloc((gsize)size);
	size = fgetxattr(fd, ATTRIBUTE, value, (gsize)size);
	return size > 0 ? kp_label_parse(value, (gsize)size) : NULL;
}

static char *of_path(const char *path)
{
	gssize size = getxattr(path, ATTRIBUTE, NULL, 0);
	g_autofree char *value = NULL;

	if (size <= 0 || size > XATTR_SIZE_MAX)
		return NULL;
	value = g_malloc((gsize)size);
	size = getxattr(path, ATTRIBUTE, value, (gsize)size);
	return size > 0 ? kp_label_parse(value, (gsize)size) : NULL;
}

static int set(int fd, const char *label)
{
	return fsetxattr(fd, ATTRIBUTE, label, strlen(label) + 1, 0) == 0 ? 0 : errno;
}

const KpLabelCalls kp_label_calls = { of_fd, of_path, set };

char *kp_label_of_modules(const char *kver, const KpLabelCalls *calls)
{
	g_autofree char *folder = g_strdup_printf("/lib/modules/%s", kver);

	return kp_kver_valid(kver) ? calls->of_path(folder) : NULL;
}

/* Only the type: that we are allowed to change, while another user or level would
 * need rights that a domain rarely has. */
gboolean kp_label_as_module(int fd, const char *kver, const KpLabelCalls *calls)
{
	g_autofree char *own = calls->of_fd(fd);
	g_autofree char *modules = own != NULL ? kp_label_of_modules(kver, calls) : NULL;
	g_autofree char *type = modules != NULL ? kp_label_type(modules) : NULL;
	g_autofree char *label = type != NULL ? kp_label_with_type(own, type) : NULL;

	if (label == NULL)
		return FALSE;
	return g_str_equal(label, own) || calls->set(fd, label) == 0;
}
