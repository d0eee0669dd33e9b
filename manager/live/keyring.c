/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/keyring.h"

#include <linux/keyctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/root.h"

/* .secondary has links to the first, and where there is one to .machine; what is
 * in .platform counts for modules on distributions' kernels alone. */
static const char *const keyrings[] = { ".builtin_trusted_keys", ".secondary_trusted_keys",
					".machine", ".platform" };

#define KEYS_MAX ((gsize)1024 * 1024)

static gboolean ends_in(const char *description, const char *id)
{
	gsize length = strlen(id);
	const char *colon;

	/* behind it comes, in /proc/keys alone, ": X509.rsa ..." */
	for (colon = strstr(description, ": "); colon != NULL; colon = strstr(colon + 2, ": "))
		if (length > 0 && g_ascii_strncasecmp(colon + 2, id, length) == 0 &&
		    (colon[2 + length] == '\0' || colon[2 + length] == ':'))
			return TRUE;
	return FALSE;
}

gboolean kp_key_describes(const char *description, const KpSignOutcome *signature)
{
	return (signature->key_id != NULL && ends_in(description, signature->key_id)) ||
	       (signature->serial != NULL && ends_in(description, signature->serial));
}

gint32 kp_keyring_serial(const char *keys, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(keys, "\n", -1);
	g_autofree char *wanted = g_strdup_printf(" keyring   %s: ", name);

	for (char **line = lines; *line != NULL; line++)
		if (strstr(*line, wanted) != NULL)
			return (gint32)g_ascii_strtoull(*line, NULL, 16);
	return 0;
}

static long keyctl(int command, gint32 key, void *buffer, gsize size)
{
	return syscall(SYS_keyctl, command, key, buffer, size);
}

/* keyctl(2): "type;uid;gid;perm;description" */
static gboolean is_the_key(gint32 key, const KpSignOutcome *signature)
{
	char text[1024];
	long size = keyctl(KEYCTL_DESCRIBE, key, text, sizeof(text));

	if (size <= 0 || (gsize)size > sizeof(text))
		return FALSE;
	text[size - 1] = '\0';
	return g_str_has_prefix(text, "asymmetric;") && kp_key_describes(text, signature);
}

/* FALSE when the keyring cannot be read. *@found: it has the key. */
static gboolean search(gint32 keyring, const KpSignOutcome *signature, gboolean *found)
{
	long size = keyctl(KEYCTL_READ, keyring, NULL, 0);
	g_autofree gint32 *keys = size > 0 ? g_malloc0((gsize)size) : NULL;
	gsize count = (gsize)MAX(size, 0) / sizeof(gint32);

	*found = FALSE;
	if (size < 0 || (size > 0 && keyctl(KEYCTL_READ, keyring, keys, (gsize)size) != size))
		return FALSE;
	for (gsize i = 0; i < count && !*found; i++)
		*found = is_the_key(keys[i], signature);
	return TRUE;
}

static char *search_machine(const char *keys, const KpSignOutcome *signature)
{
	g_autoptr(GString) names = g_string_new(NULL);
	gboolean told = FALSE;

	for (gsize i = 0; i < G_N_ELEMENTS(keyrings); i++) {
		gint32 serial = kp_keyring_serial(keys, keyrings[i]);
		gboolean found;

		if (serial == 0 || !search(serial, signature, &found))
			continue;
		told = TRUE;
		if (found)
			g_string_append_printf(names, "%s%s", names->len > 0 ? " " : "", keyrings[i]);
	}
	return told ? g_strdup(names->str) : NULL;
}

static char *search_text(const char *keys, const KpSignOutcome *signature)
{
	g_auto(GStrv) lines = g_strsplit(keys, "\n", -1);

	if (strstr(keys, keyrings[0]) == NULL)
		return NULL;
	for (char **line = lines; *line != NULL; line++)
		if (strstr(*line, " asymm") != NULL && kp_key_describes(*line, signature))
			return g_strdup("some");
	return g_strdup("");
}

char *kp_keyrings_with(const char *root, const KpSignOutcome *signature)
{
	g_autofree char *path = kp_root_path(root, "/proc/keys");
	g_autofree char *keys = kp_root_read(root, path, KEYS_MAX);

	if (keys == NULL)
		return NULL;
	return kp_root_is_machine(root) ? search_machine(keys, signature)
					: search_text(keys, signature);
}
