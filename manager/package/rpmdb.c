/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/rpmdb.h"

#include <fcntl.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmlib.h>
#include <rpm/rpmlog.h>
#include <rpm/rpmmacro.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/listing.h"
#include "base/inventory.h"
#include "base/root.h"
#include "package/tags.h"

/* Where distributions have it: newer Fedora and SUSE, then RHEL and others, then
 * rpm-ostree, which has a link to it in one of those.
 * rpm's own default is not asked: on Debian it is a folder in $HOME. */
static const char *const usual_folders[] = { "/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm" };

/* The file of each database format, and what librpm calls that; its readers of bdb
 * have had several names. */
static const struct format {
	const char *file;
	const char *backend;
} format_table[] = {
	{ "rpmdb.sqlite", "sqlite" }, { "Packages.db", "ndb" }, { "Packages", NULL },
};

static const struct format *format_of(const char *root, const char *folder)
{
	for (gsize i = 0; i < G_N_ELEMENTS(format_table); i++) {
		g_autofree char *path = kp_root_pathf(root, "%s/%s", folder, format_table[i].file);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return &format_table[i];
	}
	return NULL;
}

static gboolean has_database(const char *root, const char *folder)
{
	return format_of(root, folder) != NULL;
}

/* FALSE where a database is only begun: somebody asked the wrong folder once, and
 * librpm made an empty file there. */
static gboolean has_contents(const char *root, const char *folder)
{
	const struct format *format = format_of(root, folder);
	g_autofree char *path = format != NULL ?
		kp_root_pathf(root, "%s/%s", folder, format->file) : NULL;
	struct stat st;

	return path != NULL && stat(path, &st) == 0 && st.st_size > 0;
}

static const char *find_folder(const char *root, const char *folder)
{
	if (!g_str_equal(folder, "auto"))
		return has_database(root, folder) ? folder : NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(usual_folders); i++)
		if (has_contents(root, usual_folders[i]))
			return usual_folders[i];
	for (gsize i = 0; i < G_N_ELEMENTS(usual_folders); i++)
		if (has_database(root, usual_folders[i]))
			return usual_folders[i];
	return NULL;
}

static void set_missing(const char *root, const char *folder, GError **error)
{
	if (g_str_equal(folder, "auto"))
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "no package database in %s, %s or %s%s%s; say where it is with rpmdb= in "
			    "manager.conf", usual_folders[0], usual_folders[1], usual_folders[2],
			    root != NULL ? " below " : "", root != NULL ? root : "");
	else
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "no package database in %s; set rpmdb= in manager.conf right", folder);
}

/* librpm would print; its last word becomes part of our error instead. */
static int swallow(rpmlogRec record, rpmlogCallbackData data)
{
	GString *last = data;
	const char *message = rpmlogRecMessage(record);

	if (rpmlogRecPriority(record) <= RPMLOG_ERR && message != NULL)
		g_string_assign(last, message);
	return 0;
}

static gboolean open_for_reading(rpmts ts, GError **error)
{
	g_autoptr(GString) last = g_string_new(NULL);
	int result;

	rpmlogSetCallback(swallow, last);
	result = rpmtsOpenDB(ts, O_RDONLY);
	rpmlogSetCallback(NULL, NULL);
	if (result == 0)
		return TRUE;
	g_strstrip(last->str);
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "the package database cannot be read: %s; 'rpm --rebuilddb' may repair it",
		    *last->str != '\0' ? last->str : "librpm does not say why");
	return FALSE;
}

/* Once a process: it takes as long as opening the database does. */
static gboolean read_configuration(GError **error)
{
	static gboolean done;

	done = done || rpmReadConfigFiles(NULL, NULL) == 0;
	if (!done)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    "librpm cannot read its own configuration; reinstall rpm");
	return done;
}

/* librpm puts the root before it, and knows nothing of links. */
static void use_folder(const char *root, const char *found)
{
	g_autofree char *folder = kp_root_path(root, found);

	rpmPushMacro(NULL, "_dbpath", NULL, kp_root_inner(root, folder), RMIL_CMDLINE);
}

/* librpm opens what is in there by its name: it would follow a link, and wait for ever for
 * whoever writes into a FIFO. */
static gboolean has_only_files(const char *root, const char *found, GError **error)
{
	g_autofree char *folder = kp_root_path(root, found);
	g_autoptr(GPtrArray) names = NULL;

	if (kp_root_is_machine(root))
		return TRUE;
	names = kp_list_folder(folder, error);
	for (guint i = 0; names != NULL && i < names->len; i++) {
		g_autofree char *path = kp_root_entry(folder, g_ptr_array_index(names, i));
		struct stat st;

		if (lstat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, S_ISLNK(st.st_mode) ?
			    "the package database is not opened: %s is a symbolic link, which "
			    "might lead out of %s; put the file itself there" :
			    "the package database is not opened: %s, below %s, is no regular file; "
			    "move it away", path, root);
		return FALSE;
	}
	return names != NULL;
}

gboolean kp_rpmdb_configure(const char *root, const char *folder, GError **error)
{
	const char *found = find_folder(root, folder);

	if (found == NULL)
		set_missing(root, folder, error);
	else if (has_only_files(root, found, error) && read_configuration(error))
		use_folder(root, found);
	else
		found = NULL;
	return found != NULL;
}

static rpmts open_below(const char *root, GError **error)
{
	rpmts ts = rpmtsCreate();

	if (!kp_root_is_machine(root))
		rpmtsSetRootDir(ts, root);
	/* what is installed was verified when it was; headers need no second look */
	rpmtsSetVSFlags(ts, RPMVSF_MASK_NOSIGNATURES | RPMVSF_MASK_NODIGESTS);
	if (open_for_reading(ts, error))
		return ts;
	rpmtsFree(ts);
	return NULL;
}

rpmts kp_rpmdb_open(const char *root, const char *folder, GError **error)
{
	return kp_rpmdb_configure(root, folder, error) ? open_below(root, error) : NULL;
}

rpmts kp_rpmdb_look(const char *root, const char *folder, GError **error)
{
	const char *found = find_folder(root, folder);
	const struct format *format = found != NULL ? format_of(root, found) : NULL;

	if (format == NULL || format->backend == NULL)
		return kp_rpmdb_open(root, folder, error);
	if (!has_only_files(root, found, error))
		return NULL;
	rpmPushMacro(NULL, "_db_backend", NULL, format->backend, RMIL_CMDLINE);
	use_folder(root, found);
	return open_below(root, error);
}

char *kp_rpmdb_state(rpmts ts, GError **error)
{
	char *cookie = rpmdbCookie(rpmtsGetRdb(ts)), *state = g_strdup(cookie);

	free(cookie);
	if (state == NULL)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
				    "the package database does not say what it has; 'rpm --rebuilddb' "
				    "may repair it");
	return state;
}

/* One that has the name twice, as with a range of versions, comes twice in a row. */
static void each(rpmts ts, rpmDbiTagVal index, const char *name,
		 gboolean (*skip)(Header header), KpHeaderFunc take, gpointer user)
{
	rpmdbMatchIterator found = rpmtsInitIterator(ts, index, name, 0);
	unsigned int last = 0;
	Header header;

	while ((header = rpmdbNextIterator(found)) != NULL) {
		unsigned int offset = rpmdbGetIteratorOffset(found);

		if (offset == last)
			continue;
		last = offset;
		if (skip == NULL || !skip(header))
			take(header, offset, user);
	}
	rpmdbFreeIterator(found);
}

void kp_rpmdb_kernels(rpmts ts, KpHeaderFunc take, gpointer user)
{
	each(ts, RPMDBI_PROVIDENAME, KP_TIE, NULL, take, user);
}

static gboolean is_tied(Header header)
{
	return kp_tag_has_tie(header, RPMTAG_REQUIRENAME);
}

void kp_rpmdb_patches(rpmts ts, KpHeaderFunc take, gpointer user)
{
	each(ts, RPMDBI_REQUIRENAME, KP_TIE, NULL, take, user);
	each(ts, RPMDBI_PROVIDENAME, KP_PATCH_PROVIDE, is_tied, take, user);
}
