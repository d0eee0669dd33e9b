/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/patch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "base/release.h"
#include "live/modinfo.h"
#include "live/seal.h"
#include "live/wanted.h"

/* The largest modules of distributions have some 10 MiB, patches some 1 MiB. */
#define SIZE_MAX_BYTES ((off_t)64 * 1024 * 1024)

const char *kp_backend_word(KpBackendKind kind)
{
	static const char *const words[] = {
		[KP_BACKEND_KPATCH] = "kpatch",
		[KP_BACKEND_LIVEPATCH] = "livepatch",
	};

	return words[kind];
}

const char *kp_origin_word(KpOrigin origin)
{
	static const char *const words[] = {
		[KP_ORIGIN_PACKAGE] = "package",
		[KP_ORIGIN_STORE] = "store",
		[KP_ORIGIN_FILE] = "file",
	};

	return words[origin];
}

void kp_patch_free(KpPatch *patch)
{
	if (patch == NULL)
		return;
	if (patch->fd >= 0)
		close(patch->fd);
	g_free(patch->path);
	g_free(patch->name);
	g_free(patch->kver);
	g_free(patch->version);
	g_free(patch->sha256);
	g_strfreev(patch->cves);
	g_strfreev(patch->funcs);
	g_strfreev(patch->targets);
	kp_sign_outcome_free(patch->signature);
	g_free(patch->distrust);
	g_free(patch->left);
	g_free(patch);
}

/* All that is asked of a file before it is opened, and once more of what was
 * opened. */
static gboolean file_ok(const char *path, const struct stat *st, uid_t owner, GError **error)
{
	const struct {
		gboolean wrong;
		const char *reason;
	} rules[] = {
		{ S_ISLNK(st->st_mode), "it is a symbolic link; name the file itself" },
		{ !S_ISREG(st->st_mode), "not a regular file" },
		{ st->st_uid != 0 && st->st_uid != owner,
		  "its owner is not root; chown root it if you trust it" },
		{ (st->st_mode & (S_IWGRP | S_IWOTH)) != 0,
		  "others than its owner may write it; chmod go-w it if you trust it" },
		{ st->st_size == 0, "it is empty" },
		{ st->st_size > SIZE_MAX_BYTES, "it is larger than 64 MiB" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		if (!rules[i].wrong)
			continue;
		g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "%s: %s", path, rules[i].reason);
		return FALSE;
	}
	return TRUE;
}

static int set_errno(const char *path, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s: %s", path, g_strerror(errno));
	return -1;
}

static GBytes *read_all(int fd, gsize size, GError **error)
{
	g_autofree char *buffer = g_malloc(size);
	gsize used = 0;

	while (used < size) {
		gssize n = pread(fd, buffer + used, size - used, (off_t)used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "cannot read it: %s",
				    n < 0 ? g_strerror(errno) : "it became shorter meanwhile");
			return NULL;
		}
		used += (gsize)n;
	}
	return g_bytes_new_take(g_steal_pointer(&buffer), size);
}

/* What cannot be read any more has the digest of nothing; it cannot be loaded
 * or copied either. */
const char *kp_patch_sha256(const KpPatch *patch)
{
	g_autoptr(GBytes) content = NULL;
	KpPatch *filled = (KpPatch *)patch;

	if (patch->sha256 != NULL)
		return patch->sha256;
	content = read_all(patch->fd, patch->size, NULL);
	filled->sha256 = content == NULL ? g_strdup("") :
			 g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, content);
	return patch->sha256;
}

/* To open a device may do something, such as start a watchdog: what is no file
 * is not opened at all. O_NONBLOCK in case it became a FIFO meanwhile. */
static int open_file(const char *path, uid_t owner, gsize *size, GError **error)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) != 0)
		return set_errno(path, error);
	if (!file_ok(path, &st, owner, error))
		return -1;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return set_errno(path, error);
	if (fstat(fd, &st) != 0) {
		set_errno(path, error);
	} else if (file_ok(path, &st, owner, error)) {
		*size = (gsize)st.st_size;
		return fd;
	}
	close(fd);
	return -1;
}

int kp_module_file_open(const char *path, uid_t owner, GBytes **content, GError **error)
{
	gsize size;
	int fd = open_file(path, owner, &size, error);
	g_autoptr(GBytes) bytes = NULL;

	if (fd < 0)
		return -1;
	bytes = read_all(fd, size, error);
	if (bytes == NULL) {
		g_prefix_error(error, "%s: ", path);
		close(fd);
		return -1;
	}
	*content = g_steal_pointer(&bytes);
	return fd;
}

/* include/linux/module_signature.h: the file ends with this text */
static gboolean ends_in_signature(int fd, gsize size)
{
	static const char magic[] = "~Module signature appended~\n";
	const gsize length = sizeof(magic) - 1;
	char end[sizeof(magic)];

	return size > length && pread(fd, end, length, (off_t)(size - length)) == (gssize)length &&
	       memcmp(end, magic, length) == 0;
}

/* vermagic begins with uname -r of the kernel */
static char *kver_of(const char *vermagic)
{
	return g_strndup(vermagic, strcspn(vermagic, " "));
}

/* @fd: of the same file as @info. */
static gboolean fill_identity(KpPatch *patch, int fd, KpModinfo *info, GError **error)
{
	const char *reason = NULL;

	patch->name = kp_name_canonical(info->name);
	patch->kver = kver_of(info->vermagic);
	patch->version = info->version != NULL && *info->version != '\0' ?
		g_strdup(info->version) : kp_release_in_name(patch->name, patch->kver);
	if (patch->version == NULL)
		patch->version = g_strdup(patch->name);
	patch->cves = g_steal_pointer(&info->cves);
	/* modules that the kit has not made do not list them */
	patch->funcs = *info->funcs != NULL ? g_steal_pointer(&info->funcs) :
		       kp_wanted_functions(fd);
	patch->targets = g_steal_pointer(&info->targets);
	patch->replaces = info->replaces;
	patch->backend = info->livepatch ? KP_BACKEND_LIVEPATCH : KP_BACKEND_KPATCH;
	if (!info->livepatch && !info->kpatch_funcs)
		reason = "a kernel module, but no patch (neither .kpatch.funcs nor livepatch=Y)";
	else if (!kp_kver_valid(patch->kver))
		reason = "damaged: its vermagic begins with no kernel release";
	if (reason != NULL)
		g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED, reason);
	return reason == NULL;
}

KpPatch *kp_patch_open(const char *path, KpOrigin origin, uid_t owner, GError **error)
{
	g_autoptr(KpPatch) patch = g_new0(KpPatch, 1);
	g_autoptr(KpModinfo) info = NULL;

	patch->path = g_strdup(path);
	patch->origin = origin;
	patch->fd = open_file(path, owner, &patch->size, error);
	if (patch->fd < 0)
		return NULL;
	info = kp_modinfo_read(patch->fd, patch->size, error);
	if (info == NULL || !fill_identity(patch, patch->fd, info, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	patch->has_signature = ends_in_signature(patch->fd, patch->size);
	return g_steal_pointer(&patch);
}

/* What is read from the copy takes the place of what was read from the file,
 * and must be about the same patch. */
static gboolean same_patch(KpPatch *patch, int fd, GError **error)
{
	g_autoptr(KpModinfo) info = kp_modinfo_read(fd, patch->size, error);
	g_autoptr(KpPatch) copy = g_new0(KpPatch, 1);

	copy->fd = -1;
	if (info == NULL || !fill_identity(copy, fd, info, error))
		return FALSE;
	if (!g_str_equal(copy->name, patch->name) || !g_str_equal(copy->kver, patch->kver) ||
	    (!patch->version_given && !g_str_equal(copy->version, patch->version)) ||
	    copy->backend != patch->backend ||
	    copy->replaces != patch->replaces) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_BUSY,
				    "it was changed while it was read; try again when it is complete");
		return FALSE;
	}
	g_strfreev(patch->cves);
	g_strfreev(patch->funcs);
	g_strfreev(patch->targets);
	patch->cves = g_steal_pointer(&copy->cves);
	patch->funcs = g_steal_pointer(&copy->funcs);
	patch->targets = g_steal_pointer(&copy->targets);
	patch->has_signature = ends_in_signature(fd, patch->size);
	return TRUE;
}

gboolean kp_patch_seal(const KpPatch *patch, GError **error)
{
	KpPatch *own = (KpPatch *)patch;
	int fd;

	if (patch->sealed)
		return TRUE;
	fd = kp_sealed_copy(patch->fd, patch->size, error);
	if (fd < 0 || !same_patch(own, fd, error)) {
		if (fd >= 0)
			close(fd);
		g_prefix_error(error, "%s: ", patch->path);
		return FALSE;
	}
	close(own->fd);
	own->fd = fd;
	own->sealed = TRUE;
	/* what is known of the file need not be true of the copy */
	g_clear_pointer(&own->sha256, g_free);
	g_clear_pointer(&own->signature, kp_sign_outcome_free);
	g_clear_pointer(&own->distrust, g_free);
	own->vouched = FALSE;
	return TRUE;
}

gboolean kp_patch_revoked(const KpPatch *patch)
{
	return patch->signature != NULL && kp_verdict_revoked(patch->signature->verdict);
}
