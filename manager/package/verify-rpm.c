/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a package file whole, and signed by a key that the package database has?
 * What rpmkeys --checksig asks with _pkgverify_level all. */
#include <locale.h>
#include <rpm/rpmcli.h>
#include <rpm/rpmlog.h>
#include <string.h>

#include "base/error.h"
#include "base/inventory.h"
#include "base/names.h"
#include "package/rpmdb.h"

static int collect(rpmlogRec record, rpmlogCallbackData data)
{
	g_autofree char *line = g_strstrip(g_strdup(rpmlogRecMessage(record)));

	g_ptr_array_add(data, kp_text_printable(line));
	return 0;
}

/* The line about a signature that is good names its key: "Header V4 RSA/SHA256
 * Signature, key ID 0123456789abcdef: OK"; since rpm 6 "Header OpenPGP V4 RSA/SHA256
 * signature, key fingerprint: 0123...cdef: OK". */
static char *good_signature(const GPtrArray *lines)
{
	for (guint i = 0; i < lines->len; i++) {
		const char *line = g_ptr_array_index(lines, i);

		if (strcasestr(line, "signature") != NULL && g_str_has_suffix(line, ": OK"))
			return g_strndup(line, strlen(line) - strlen(": OK"));
	}
	return g_strdup("");
}

static char *bad_lines(const GPtrArray *lines, const char *path)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < lines->len; i++) {
		const char *line = g_ptr_array_index(lines, i);

		if (g_str_has_prefix(line, path))
			line += strlen(path);
		line += strspn(line, ": ");
		if (*line != '\0' && !g_str_has_suffix(line, ": OK"))
			g_string_append_printf(text, "%s%s", text->len > 0 ? "; " : "", line);
	}
	return g_string_free(text, FALSE);
}

static gboolean verify(rpmts ts, int fd, char **signature, GError **error)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	/* the package that was opened, whatever its path leads to by now */
	g_autofree char *path = g_strdup_printf("/dev/fd/%d", fd);
	char *paths[] = { path, NULL };
	int mask = rpmlogSetMask(RPMLOG_UPTO(RPMLOG_INFO)), result;
	/* its lines are looked into: they must not be translated */
	locale_t english = newlocale(LC_ALL_MASK, "C", (locale_t)0), before;
	g_autofree char *why = NULL;

	rpmtsSetVSFlags(ts, RPMVSF_DEFAULT);
	rpmtsSetVfyFlags(ts, RPMVSF_DEFAULT);
	rpmtsSetVfyLevel(ts, RPMSIG_DIGEST_TYPE | RPMSIG_SIGNATURE_TYPE);
	rpmlogSetCallback(collect, lines);
	before = uselocale(english);
	result = rpmcliVerifySignatures(ts, paths);
	uselocale(before);
	freelocale(english);
	rpmlogSetCallback(NULL, NULL);
	rpmlogSetMask(mask);
	if (result == 0) {
		*signature = good_signature(lines);
		return TRUE;
	}
	why = bad_lines(lines, path);
	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
		    "%s; get it again, or import the key of whoever made it with 'rpmkeys --import'",
		    *why != '\0' ? why : "it is no package, or damaged");
	return FALSE;
}

gboolean kp_package_verify(const char *root, const char *rpmdb, int fd, char **signature,
			   GError **error)
{
	rpmts ts = kp_rpmdb_open(root, rpmdb, error);
	gboolean ok = ts != NULL && verify(ts, fd, signature, error);

	rpmtsFree(ts);
	return ok;
}
