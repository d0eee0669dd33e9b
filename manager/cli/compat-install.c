/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kpatch install and uninstall: files in the store, without the kernel. They
 * work in a chroot too, where packages' scriptlets run while an image is made. */
#include <unistd.h>

#include "base/error.h"
#include "base/lock.h"
#include "base/names.h"
#include "base/root.h"
#include "base/settings.h"
#include "cli/compat.h"
#include "cli/journal.h"
#include "cli/out.h"
#include "cli/report.h"
#include "live/host.h"
#include "live/install.h"
#include "live/program.h"

#define SERVICE "kpatch.service"
#define SERVICE_LINK KP_SYSCONFDIR "/systemd/system/multi-user.target.wants/" SERVICE

static int fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static int fail(GError **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (error != NULL)
		*error = g_error_new_valist(KP_ERROR, KP_ERROR_FAILED, format, args);
	va_end(args);
	return -1;
}

/* The kernel that is meant. NULL with an error. Caller frees. */
static char *kernel_of(const KpCompatCall *call, GError **error)
{
	g_autoptr(KpHost) host = kp_host_read(call->options->root);

	if (call->kver != NULL)
		return g_strdup(call->kver);
	if (host->kver == NULL)
		fail(error, "no kernel is running there; say which is meant with -k");
	return g_strdup(host->kver);
}

/* The store has one writer. In an image that is being made there may be no
 * /run for the lock. */
static int take_lock(const KpCompatCall *call, GError **error)
{
	g_autofree char *run = kp_root_path(call->options->root, "/run");
	g_autoptr(KpSettings) settings = kp_settings_read(call->options->root, error);
	const KpWatch watch = { .stop = call->options->stop };

	if (settings == NULL)
		return -1;
	g_mkdir_with_parents(run, 0755);
	return kp_lock_take(call->options->root, settings->lock_limit * 1000, &watch, error);
}

static void tell_journal(const KpCompatCall *call, KpJournalMessage message,
			 const KpJournalEntry *entry)
{
	if (kp_root_is_machine(call->options->root))
		kp_journal_say(call->options->journal, message, entry,
			       message == KP_JOURNAL_INSTALLED ? "%s is installed for kernel %s."
							       : "%s is uninstalled for kernel %s.",
			       entry->name, entry->kver);
}

/* What is installed is to be live after a boot. Whether systemd runs, or is
 * there at all, is not for us to demand. */
static void enable_service(const char *root)
{
	g_autofree char *link = kp_root_leaf(root, SERVICE_LINK);
	g_autofree char *below = g_strdup_printf("--root=%s", root != NULL ? root : "/");
	char *argv[] = { (char *)"systemctl", (char *)"--quiet", below, (char *)"enable",
			 (char *)SERVICE, NULL };
	g_autofree char *said = NULL;
	g_auto(GStrv) environment = kp_program_environment();
	int status = 0;

	if (g_file_test(link, G_FILE_TEST_IS_SYMLINK) ||
	    !g_spawn_sync(NULL, argv, environment, G_SPAWN_SEARCH_PATH_FROM_ENVP, NULL, NULL, NULL,
			  &said, &status, NULL))
		return;
	if (status != 0)
		kp_warn("%s is not enabled, and the patch will not be live after a boot: %s%s",
			SERVICE, said != NULL && *said != '\0' ? g_strchomp(said) : "systemctl failed",
			"; 'systemctl enable " SERVICE "' enables it");
}

static KpPatch *open_for(const char *root, const char *file, const char *kver, GError **error)
{
	g_autoptr(KpPatch) patch = NULL;

	if (!g_file_test(file, G_FILE_TEST_EXISTS)) {
		fail(error, "%s doesn't exist", file);
		return NULL;
	}
	if (!g_str_has_suffix(file, ".ko")) {
		fail(error, "%s isn't a .ko file", file);
		return NULL;
	}
	patch = kp_patch_open(file, KP_ORIGIN_FILE, kp_store_owner(root), error);
	if (patch != NULL && !g_str_equal(patch->kver, kver)) {
		fail(error, "invalid module version %s for kernel %s", patch->kver, kver);
		return NULL;
	}
	return g_steal_pointer(&patch);
}

static int install(const KpCompatCall *call, const char *kver, GError **error)
{
	const char *root = call->options->root;
	g_autofree char *leaf = g_path_get_basename(call->word);
	g_autoptr(KpPatch) patch = open_for(root, call->word, kver, error);
	gboolean fresh;

	if (patch == NULL)
		return -1;
	if (!kp_install(root, patch, leaf, &fresh, error)) {
		g_prefix_error(error, "failed to install module %s: ", call->word);
		return -1;
	}
	kp_out(fresh ? "installing %s (%s)\n" : "%s is already installed (%s)\n", call->word, kver);
	if (fresh)
		tell_journal(call, KP_JOURNAL_INSTALLED,
			     &(KpJournalEntry){ .kver = kver, .name = patch->name,
						.version = patch->version, .sha256 = kp_patch_sha256(patch),
						.action = "install", .result = "done" });
	enable_service(root);
	return 0;
}

static int uninstall(const KpCompatCall *call, const char *kver, GError **error)
{
	g_autofree char *name = NULL;
	gboolean found;

	if (g_path_is_absolute(call->word) || g_strrstr(call->word, "/") != NULL)
		return fail(error, "please supply patch module name without path");
	if (!kp_uninstall(call->options->root, kver, call->word, &found, error))
		return -1;
	if (!found)
		return fail(error, "%s is not installed for kernel %s", call->word, kver);
	kp_out("uninstalling %s (%s)\n", call->word, kver);
	name = kp_name_canonical(call->word);
	tell_journal(call, KP_JOURNAL_UNINSTALLED,
		     &(KpJournalEntry){ .kver = kver, .name = name, .action = "uninstall",
					.result = "done" });
	return 0;
}

static int under_lock(const KpCompatCall *call, GError **error,
		      int (*run)(const KpCompatCall *, const char *, GError **))
{
	g_autofree char *kver = kernel_of(call, error);
	int lock, result;

	if (kver == NULL)
		return -1;
	lock = take_lock(call, error);
	if (lock < 0)
		return -1;
	result = run(call, kver, error);
	close(lock);
	return result;
}

int kp_compat_install(const KpCompatCall *call, GError **error)
{
	return under_lock(call, error, install);
}

int kp_compat_uninstall(const KpCompatCall *call, GError **error)
{
	return under_lock(call, error, uninstall);
}
