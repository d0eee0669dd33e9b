/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/early.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/names.h"
#include "base/root.h"

/* efivarfs: a file is the variable's attributes, 32 bits, then its value */
#define ATTRIBUTES_SIZE 4
#define VALUE_SIZE 64	/* SHA-256 in hexadecimal */
#define CMDLINE_MAX 65536

typedef char Variable[ATTRIBUTES_SIZE + VALUE_SIZE];

/* non-volatile, and there for boot services and at runtime (UEFI, 8.2) */
static const char attributes[ATTRIBUTES_SIZE] = { 0x07, 0, 0, 0 };

const KpPatch *kp_early_choose(const GPtrArray *patches, const GPtrArray *holds, KpState *state,
			       const char *kver)
{
	g_autoptr(GPtrArray) good = g_ptr_array_new(), none = g_ptr_array_new(), records = NULL;
	g_autoptr(KpChoice) choice = NULL;

	for (guint i = 0; i < patches->len && state != NULL; i++) {
		KpPatch *patch = g_ptr_array_index(patches, i);

		if (kp_state_is_good(state, kver, kp_patch_sha256(patch)))
			g_ptr_array_add(good, patch);
	}
	records = state == NULL ? NULL : kp_state_history(state, kver, 0, NULL);
	choice = kp_select_followed(good, holds, none, records);
	return choice->patch;
}

/* What is noted, or NULL. Caller frees. */
static char *read_note(const char *root)
{
	g_autofree char *path = kp_root_path(root, KP_EARLY_VARIABLE);
	int fd = kp_root_open(root, path, O_RDONLY, 0);
	Variable variable;
	gssize n;

	if (fd < 0)
		return NULL;
	n = read(fd, variable, sizeof(variable));
	close(fd);
	return n == sizeof(variable) ? g_strndup(variable + ATTRIBUTES_SIZE, VALUE_SIZE)
				     : g_strdup("");
}

/* The kernel protects variables that it does not know from rm(1). */
static void unprotect(const char *root, const char *path)
{
	int fd = kp_root_open(root, path, O_RDONLY | O_NOFOLLOW, 0);
	int flags;

	if (fd < 0)
		return;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && (flags & FS_IMMUTABLE_FL) != 0) {
		flags &= ~FS_IMMUTABLE_FL;
		ioctl(fd, FS_IOC_SETFLAGS, &flags);
	}
	close(fd);
}

gboolean kp_early_forget(const char *root, GError **error)
{
	g_autofree char *path = kp_root_path(root, KP_EARLY_VARIABLE);

	/* where EFI's variables cannot be written, there is none */
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return TRUE;
	unprotect(root, path);
	if (unlink(path) == 0 || errno == ENOENT)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "%s cannot be removed, so the next initramfs will load no patch: %s", path,
		    g_strerror(errno));
	return FALSE;
}

static gboolean has_flag(const char *root)
{
	g_autofree char *flag = kp_root_path(root, KP_EARLY_FLAG);

	return access(flag, F_OK) == 0;
}

/* In one write, as efivarfs wants it; it is in the firmware when that returns.
 * Returns 0 or an errno. */
static int write_note(const char *root, const char *path, const char *sha256)
{
	int fd = kp_root_open(root, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	Variable variable = { 0 };
	gssize n;
	int code;

	if (fd < 0)
		return errno;
	memcpy(variable, attributes, ATTRIBUTES_SIZE);
	memcpy(variable + ATTRIBUTES_SIZE, sha256, MIN(strlen(sha256), VALUE_SIZE));
	n = write(fd, variable, sizeof(variable));
	code = n == sizeof(variable) ? 0 : n < 0 ? errno : EIO;
	close(fd);
	if (code != 0)
		unlink(path);
	return code;
}

static gboolean note(const char *root, const char *sha256, GError **error)
{
	g_autofree char *path = kp_root_path(root, KP_EARLY_VARIABLE);
	int code = write_note(root, path, sha256);

	if (code == 0)
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "it cannot be noted in a variable of EFI that it is loaded, so nobody would know "
		    "if the machine dies of it (%s: %s); rd.kpatch=1 on the kernel command line "
		    "loads it all the same", path, g_strerror(code));
	return FALSE;
}

static gboolean allowed_anyway(const char *root)
{
	g_autofree char *path = kp_root_path(root, "/proc/cmdline");
	g_autofree char *cmdline = kp_root_read(root, path, CMDLINE_MAX);

	return cmdline != NULL && kp_cmdline_says(cmdline, "rd.kpatch=", "1");
}

gboolean kp_early_begin(const char *root, const char *sha256, GError **error)
{
	g_autofree char *flag = kp_root_path(root, KP_EARLY_FLAG);
	g_autofree char *noted = read_note(root);
	g_autoptr(GError) problem = NULL;

	if (noted != NULL && g_str_equal(noted, sha256) && !has_flag(root)) {
		g_set_error_literal(error, KP_ERROR, KP_ERROR_REFUSED,
				    "the machine died the last time that it, with kpatch.ko, was loaded "
				    "so early; kpatch.service will load it");
		return FALSE;
	}
	/* another patch was noted: that is over */
	if (noted != NULL && !kp_early_forget(root, error))
		return FALSE;
	/* first: this boot must not take its own note for that of one that died */
	if (!g_file_set_contents(flag, sha256, -1, error))
		return FALSE;
	if (note(root, sha256, &problem) || allowed_anyway(root))
		return TRUE;
	unlink(flag);
	g_propagate_error(error, g_steal_pointer(&problem));
	return FALSE;
}

gboolean kp_early_end(const char *root, GError **error)
{
	g_autofree char *flag = kp_root_path(root, KP_EARLY_FLAG);

	if (!has_flag(root))
		return TRUE;
	if (!kp_early_forget(root, error))
		return FALSE;
	unlink(flag);
	return TRUE;
}

/* The digest of what this boot's initramfs made live, if it noted one. Caller frees. */
static char *loaded_digest(const char *root)
{
	g_autofree char *flag = kp_root_path(root, KP_EARLY_FLAG);

	return kp_root_read(root, flag, VALUE_SIZE);
}

/* Is it what was loaded? Where nothing was noted, the name has to do. */
static gboolean may_be_live(const KpPatch *patch, const KpLivePatch *top, const char *digest)
{
	return kp_name_equal(patch->name, top->name) &&
	       (digest == NULL || g_str_equal(kp_patch_sha256(patch), digest));
}

char *kp_early_revoked(const char *root, const KpLivePatch *top, const GPtrArray *patches,
		       const KpRecord *load, KpVoucher *voucher)
{
	g_autofree char *digest = loaded_digest(root);

	for (guint i = 0; i < patches->len; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);

		if (may_be_live(patch, top, digest) && kp_patch_seal(patch, NULL) &&
		    !kp_vouch(voucher, patch) && kp_patch_revoked(patch))
			return g_strdup(patch->distrust);
	}
	if (load != NULL && (digest == NULL || g_str_equal(digest, load->sha256)))
		return kp_voucher_recall(voucher, load->sha256, load->signer_sha256);
	return digest != NULL ? kp_voucher_recall(voucher, digest, "") : NULL;
}

gboolean kp_early_loaded(const char *root, const KpLivePatch *top, const GPtrArray *patches)
{
	g_autofree char *digest = loaded_digest(root);

	for (guint i = 0; i < patches->len && digest != NULL; i++) {
		const KpPatch *patch = g_ptr_array_index(patches, i);

		if (g_str_equal(kp_patch_sha256(patch), digest))
			return kp_name_equal(patch->name, top->name);
	}
	return digest != NULL;
}

char *kp_early_died(const char *root)
{
	return has_flag(root) ? NULL : read_note(root);
}
