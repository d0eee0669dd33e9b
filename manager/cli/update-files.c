/* SPDX-License-Identifier: GPL-2.0-or-later */
/* update FILE...: the plan is what was named, and no repository is asked. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
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

static KpPackage *package_of(const KpPackageHeader *header, const char *path, int fd)
{
	KpPackage *package = g_new0(KpPackage, 1);
	struct stat st;

	package->name = g_strdup(header->name);
	package->evr = g_strdup(header->evr);
	package->arch = g_strdup(header->arch);
	package->location = g_strdup(path);
	package->size = fstat(fd, &st) == 0 ? (guint64)st.st_size : 0;
	return package;
}

static KpUpdateStepKind kind_of(const KpPackageHeader *header)
{
	if (header->installed == NULL)
		return KP_STEP_INSTALL;
	if (header->order == 0)
		return KP_STEP_REINSTALL;
	return header->order > 0 ? KP_STEP_UPGRADE : KP_STEP_DOWNGRADE;
}

static void add_step(KpUpdate *update, const char *path, KpPackageHeader *header, int fd)
{
	KpUpdateStep *step = g_new0(KpUpdateStep, 1);
	KpChosen *chosen = g_new0(KpChosen, 1);

	step->kind = kind_of(header);
	step->package = package_of(header, path, fd);
	step->replaces = g_strdup(header->installed);
	g_ptr_array_add(update->plan->steps, step);
	chosen->step = step;
	chosen->fd = fd;
	chosen->header = header;
	g_ptr_array_add(update->chosen, chosen);
}

/* Several files of one name would be several releases of one thing. */
static gboolean is_named_twice(const KpUpdate *update, const KpPackageHeader *header)
{
	for (guint i = 0; i < update->chosen->len; i++) {
		const KpChosen *other = g_ptr_array_index(update->chosen, i);

		if (g_str_equal(other->header->name, header->name) &&
		    g_str_equal(other->header->arch, header->arch))
			return TRUE;
	}
	return FALSE;
}

static gboolean take(KpUpdate *update, const char *path, int fd, GError **error)
{
	g_autoptr(KpPackageHeader) header =
		update->api->header(update->options->root, update->settings->rpmdb, fd, error);
	g_autofree char *why = NULL;

	if (header == NULL)
		return FALSE;
	why = kp_package_refusal(header, (const char *const *)update->settings->patch_globs);
	if (why != NULL) {
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "%s", why);
		return FALSE;
	}
	if (!kp_update_check_header(update, header, error))
		return FALSE;
	if (is_named_twice(update, header)) {
		g_set_error(error, KP_ERROR, KP_ERROR_USAGE,
			    "another file is a release of the same package; name one of them");
		return FALSE;
	}
	if (header->installed != NULL && header->order == 0 && header->intact)
		return close(fd) == 0;
	add_step(update, path, g_steal_pointer(&header), fd);
	return TRUE;
}

gboolean kp_update_take_files(KpUpdate *update, char **paths, GError **error)
{
	for (char **path = paths; *path != NULL; path++) {
		g_autofree char *name = kp_text_printable(*path);
		int fd = open_private(update, *path, error);

		if (fd < 0 || !take(update, *path, fd, error)) {
			g_prefix_error(error, "%s: ", name);
			return FALSE;
		}
	}
	return TRUE;
}

/* The release is what people hold; @version has no epoch. */
static const char *version_of(const KpPackageHeader *header)
{
	const char *colon = g_strstr_len(header->evr, -1, ":");

	return colon != NULL ? colon + 1 : header->evr;
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
	       (hold->kind == KP_HOLD_HELD && g_str_equal(hold->version, version_of(header)));
}

static gboolean check_holds(const KpUpdate *update, const KpPackageHeader *header, GError **error)
{
	g_autofree char *name = kp_text_printable(header->name);

	for (guint i = 0; i < update->holds->len; i++) {
		const KpHold *hold = g_ptr_array_index(update->holds, i);

		if (!is_meant(hold, header))
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
			    "%s (%s) is %s: %s; 'kpatch-manager release %s' lets it in again",
			    name, hold->version, kp_hold_word(hold->kind), hold->reason,
			    hold->version);
		return FALSE;
	}
	return TRUE;
}

gboolean kp_update_check_header(const KpUpdate *update, const KpPackageHeader *header,
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
