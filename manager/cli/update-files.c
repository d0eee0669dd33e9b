/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Package files, those that were named first, and what no package may have. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "base/release.h"
#include "base/state.h"
#include "cli/update.h"
#include "live/seal.h"

/* Somebody may have the file open and write it: verified and installed is what is in
 * this copy. O_NONBLOCK so that a FIFO cannot stop us. */
static int open_private(const KpUpdate *update, const char *path, GError **error)
{
	goffset most = update->settings->size_limit * 1024 * 1024;

	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int copy = -1;

	if (fd < 0 || fstat(fd, &st) != 0)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s", g_strerror(errno));
	else if (!S_ISREG(st.st_mode))
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "it is not a regular file");
	else if (st.st_size > most)
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "it is larger than size-limit= in [packages] of manager.conf allows");
	else
		copy = kp_sealed_copy(fd, (gsize)st.st_size, error);
	if (fd >= 0)
		close(fd);
	return copy;
}

/* Several files of one name would be several releases of one thing. */
static gboolean is_named_twice(const KpUpdate *update, const KpPackageHeader *header)
{
	for (guint i = 0; i < update->files->len; i++) {
		const KpChosen *other = g_ptr_array_index(update->files, i);

		if (g_str_equal(other->header->name, header->name) &&
		    g_str_equal(other->header->arch, header->arch))
			return TRUE;
	}
	return FALSE;
}

static gboolean take(KpUpdate *update, KpChosen *chosen, GError **error)
{
	chosen->fd = open_private(update, chosen->path, error);
	if (chosen->fd < 0 || !kp_update_read_header(update, chosen, error))
		return FALSE;
	if (!is_named_twice(update, chosen->header))
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
		    "another file is a release of the same package; name one of them");
	return FALSE;
}

gboolean kp_update_read_files(KpUpdate *update, char **paths, GError **error)
{
	update->files = kp_chosen_list_new();
	for (char **path = paths; *path != NULL; path++) {
		g_autofree char *name = kp_text_printable(*path);
		g_autoptr(KpChosen) chosen = kp_chosen_new();

		chosen->path = *path;
		if (!take(update, chosen, error)) {
			g_prefix_error(error, "%s: ", name);
			return FALSE;
		}
		g_ptr_array_add(update->files, g_steal_pointer(&chosen));
	}
	return TRUE;
}

static gboolean has_digest(const KpPackageHeader *header, const char *sha256)
{
	for (guint i = 0; i < header->files->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(header->files, i);

		if (g_strcmp0(file->algorithm, "sha256") == 0 && g_str_equal(file->digest, sha256))
			return TRUE;
	}
	return FALSE;
}

static gboolean is_meant(const KpHold *hold, const KpPackageHeader *header)
{
	if (g_strcmp0(hold->kver, header->kver) != 0)
		return FALSE;
	return has_digest(header, hold->sha256) ||
	       (hold->kind == KP_HOLD_HELD && kp_release_same(hold->version, header->evr));
}

static gboolean check_holds(const KpUpdate *update, const KpPackageHeader *header, GError **error)
{
	g_autofree char *name = kp_text_printable(header->name);

	for (guint i = 0; i < update->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(update->holds, i);

		if (!is_meant(hold, header))
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "%s (%s) is %s: %s; 'kpatch-manager release --kernel %s %s' lets it in again",
			    name, hold->version, kp_hold_word(hold->kind), hold->reason, hold->kver,
			    hold->version);
		return FALSE;
	}
	return TRUE;
}

static gboolean check_contents(const KpUpdate *update, const KpPackageHeader *header,
			       GError **error)
{
	g_autofree char *name = kp_text_printable(header->nevra);

	if (header->kver == NULL)
		return TRUE;
	for (guint i = 0; i < header->files->len; i++) {
		const KpPackageFile *file = g_ptr_array_index(header->files, i);
		g_autofree char *why = g_strcmp0(file->algorithm, "sha256") == 0 ?
			kp_voucher_recall(update->status->voucher, file->digest, "") : NULL;

		if (why != NULL) {
			g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "%s is revoked: %s", name, why);
			return FALSE;
		}
	}
	return check_holds(update, header, error);
}

gboolean kp_update_read_header(const KpUpdate *update, KpChosen *chosen, GError **error)
{
	g_autofree char *why = NULL;

	chosen->header = update->api->header(update->options->root, update->settings->rpmdb,
					     chosen->fd, error);
	if (chosen->header == NULL)
		return FALSE;
	why = kp_package_refusal(chosen->header, (const char *const *)update->settings->patch_globs);
	if (why != NULL) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED, why);
		return FALSE;
	}
	return check_contents(update, chosen->header, error);
}
