/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signing/seen.h"

#include "base/error.h"
#include "base/guarded.h"
#include "base/replace.h"
#include "base/root.h"
#include "signing/trust.h"

#define GROUP "seen"
#define MOST_BYTES (1024 * 1024)

struct KpSeen {
	GKeyFile *numbers;
	GHashTable *there;	/* names noted since it was read */
	char *path;		/* for messages */
	gboolean grown;
};

KpSeen *kp_seen_new(void)
{
	KpSeen *seen = g_new0(KpSeen, 1);

	seen->numbers = g_key_file_new();
	seen->there = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return seen;
}

void kp_seen_free(KpSeen *seen)
{
	if (seen == NULL)
		return;
	g_key_file_free(seen->numbers);
	g_hash_table_unref(seen->there);
	g_free(seen->path);
	g_free(seen);
}

static gboolean numbers_ok(const KpSeen *seen, GError **error)
{
	g_auto(GStrv) names = g_key_file_get_keys(seen->numbers, GROUP, NULL, NULL);

	for (char **name = names; name != NULL && *name != NULL; name++) {
		g_autoptr(GError) problem = NULL;
		gint64 number = g_key_file_get_int64(seen->numbers, GROUP, *name, &problem);

		if (problem == NULL && number >= 0)
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG, "%s is no serial number", *name);
		return FALSE;
	}
	return TRUE;
}

KpSeen *kp_seen_read(const char *root, GError **error)
{
	g_autoptr(KpSeen) seen = kp_seen_new();
	g_autoptr(GError) problem = NULL, guarded = NULL;
	g_autofree char *text = NULL;
	gsize size = 0;

	seen->path = kp_root_path(root, KP_SEEN_FILE);
	text = kp_guarded_read(root, KP_SEEN_FILE, "which revocations count", MOST_BYTES, &size,
			       &guarded);
	if (guarded != NULL) {
		g_propagate_error(error, g_steal_pointer(&guarded));
		return NULL;
	}
	if (text == NULL ||
	    (g_key_file_load_from_data(seen->numbers, text, size, G_KEY_FILE_NONE, &problem) &&
	     numbers_ok(seen, &problem)))
		return g_steal_pointer(&seen);
	g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
		    "%s cannot be used: %s; remove it when you know that the revocations of this "
		    "machine are current", seen->path,
		    problem->message);
	return NULL;
}

gboolean kp_seen_note(KpSeen *seen, const char *name, const char *path, gint64 serial,
		      GError **error)
{
	gint64 before = g_key_file_get_int64(seen->numbers, GROUP, name, NULL);

	if (serial < before) {
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
			    "%s: it is older (%" G_GINT64_FORMAT ") than the one that this machine "
			    "has seen (%" G_GINT64_FORMAT "); get the current one, or remove the "
			    "line %s from %s if you mean it", path, serial, before, name, seen->path);
		return FALSE;
	}
	g_hash_table_add(seen->there, g_strdup(name));
	if (serial > before || !g_key_file_has_key(seen->numbers, GROUP, name, NULL)) {
		g_key_file_set_int64(seen->numbers, GROUP, name, serial);
		seen->grown = TRUE;
	}
	return TRUE;
}

gboolean kp_seen_all_there(const KpSeen *seen, GError **error)
{
	g_auto(GStrv) names = g_key_file_get_keys(seen->numbers, GROUP, NULL, NULL);

	for (char **name = names; name != NULL && *name != NULL; name++) {
		if (g_hash_table_contains(seen->there, *name))
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_CONFIG,
			    "the revocations %s, which this machine has seen, are not in %s any "
			    "more; put them back, or remove the line %s from %s if you mean it",
			    *name, KP_REVOKED_DIR, *name, seen->path);
		return FALSE;
	}
	return TRUE;
}

gboolean kp_seen_write(const KpSeen *seen, const char *root, GError **error)
{
	g_autofree char *path = kp_root_path(root, KP_SEEN_FILE);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *text = NULL;
	gsize size = 0;

	/* what could not be read is not replaced */
	if (!seen->grown || seen->path == NULL)
		return TRUE;
	text = g_key_file_to_data(seen->numbers, &size, NULL);
	if (g_mkdir_with_parents(folder, 0755) == 0 &&
	    kp_replace_file(path, text, (gssize)size, TRUE, error))
		return TRUE;
	if (error != NULL && *error == NULL)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s: %s", folder,
			    "cannot be made");
	return FALSE;
}
