/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/core.h"

#include <errno.h>
#include <libkmod.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/listing.h"
#include "base/root.h"
#include "live/core-guard.h"
#include "live/keyring.h"
#include "live/kmsg.h"
#include "live/module.h"
#include "live/patch.h"
#include "live/seal.h"
#include "live/store.h"

/* What there is of it. */
typedef struct {
	char *path;		/* NULL: there is no file */
	char *options;		/* of modprobe.d(5); may be NULL */
	gboolean built_in;	/* into the kernel */
	gboolean loaded;
	gboolean barred;	/* an install command stands in its place */
} KpCoreFile;

static void core_file_clear(KpCoreFile *file)
{
	g_free(file->path);
	g_free(file->options);
}

/* the library must not print, and every failure is in its result */
static void silence(void *data, int priority, const char *file, int line, const char *fn,
		    const char *format, va_list args)
{
}

static void look_up(struct kmod_ctx *ctx, KpCoreFile *file)
{
	struct kmod_list *list = NULL;
	struct kmod_module *module;
	const char *command;
	int state;

	if (kmod_module_new_from_lookup(ctx, "kpatch", &list) < 0 || list == NULL)
		return;
	module = kmod_module_get_module(list);
	state = kmod_module_get_initstate(module);
	command = kmod_module_get_install_commands(module);
	file->built_in = state == KMOD_MODULE_BUILTIN;
	file->loaded = state == KMOD_MODULE_LIVE;
	file->barred = command != NULL && *command != '\0';
	file->path = g_strdup(kmod_module_get_path(module));
	file->options = g_strdup(kmod_module_get_options(module));
	kmod_module_unref(module);
	kmod_module_unref_list(list);
}

/* libkmod opens the indexes by their names: links would lead out of a tree, and a FIFO
 * would be waited for. */
static gboolean may_be_asked(const char *root, const char *modules)
{
	g_autoptr(GPtrArray) names = NULL;

	if (kp_root_is_machine(root))
		return TRUE;
	names = kp_list_folder(modules, NULL);
	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *path = kp_root_entry(modules, name);
		struct stat st;

		if (g_str_has_prefix(name, "modules.") &&
		    (lstat(path, &st) != 0 || !S_ISREG(st.st_mode)))
			return FALSE;
	}
	return names != NULL;
}

/* As modprobe would find it, else beside the patches. Another tree than the machine's
 * has its own modules; what modprobe.d(5) says there is not asked. */
static void find(const char *root, const char *kver, gboolean runs, KpCoreFile *file)
{
	static const char *no_configuration;
	g_autofree char *modules = kp_root_pathf(root, "/lib/modules/%s", kver);
	struct kmod_ctx *ctx = !may_be_asked(root, modules) ? NULL :
		kmod_new(runs ? NULL : modules, kp_root_is_machine(root) ? NULL : &no_configuration);
	g_autofree char *beside = kp_root_pathf(root, KP_PACKAGE_FOLDER "/%s/kpatch.ko", kver);

	if (ctx != NULL) {
		kmod_set_log_fn(ctx, silence, NULL);
		look_up(ctx, file);
		kmod_unref(ctx);
	}
	/* the library asks /sys of the machine, which is about its own kernel */
	file->loaded &= runs;
	if (file->path == NULL && g_file_test(beside, G_FILE_TEST_EXISTS))
		file->path = g_steal_pointer(&beside);
}

/* linux/module.h, since Linux 5.17: the kernel unpacks it */
static int flags_of(const char *path)
{
	return g_str_has_suffix(path, ".ko") ? 0 : KP_MODULE_COMPRESSED;
}

/* Who it is, for the boot guard: its release is nothing that is compared. */
static KpIdentity identity_of(GBytes *content, char **digest)
{
	*digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, content);
	return (KpIdentity){ KP_CORE_NAME, "", *digest };
}

/* An errno, 0, or -1 with @error set. A state that is not there guards nothing. */
static int load_guarded(const KpHost *host, KpState *state, const KpCoreFile *file,
			GBytes *content, int copy, GError **error)
{
	g_autofree char *digest = NULL;
	const KpIdentity core = identity_of(content, &digest);
	int code;

	if (state != NULL && !kp_core_guard_begin(state, host, &core, error))
		return -1;
	code = kp_module_load_packed(copy, file->options != NULL ? file->options : "",
				     flags_of(file->path));
	if (state != NULL)
		kp_core_guard_end(state, host, &core, code == 0);
	return code;
}

/* The bytes that are verified are a copy of our own, and are those loaded. */
static gboolean load(const KpHost *host, KpVoucher *voucher, KpState *state,
		     const KpCoreFile *file, GBytes *content, int fd, GError **error)
{
	g_autoptr(KpSignOutcome) outcome = NULL;
	GError *problem = NULL;
	struct stat st;
	int copy = -1, code = 0, log = kp_kmsg_open(KP_KMSG_FILE);

	if (fstat(fd, &st) != 0)
		code = errno;
	else if ((copy = kp_sealed_copy(fd, (gsize)st.st_size, error)) < 0 ||
		 !kp_vouch_fd(voucher, copy, file->path, &outcome, error))
		code = -1;
	else
		code = load_guarded(host, state, file, content, copy, error);
	if (copy >= 0)
		close(copy);
	if (code > 0 && code != EEXIST)
		kp_module_set_error(&problem, file->path, code);
	kp_kmsg_explain(log, "kpatch", problem);
	if (problem != NULL)
		g_propagate_error(error, problem);
	else if (code < 0)
		g_prefix_error(error, "the core module %s: ", file->path);
	return code == 0 || code == EEXIST;
}

static gboolean open_and_load(const KpHost *host, KpVoucher *voucher, KpState *state,
			      const KpCoreFile *file, GError **error)
{
	g_autoptr(GBytes) content = NULL;
	int fd = kp_module_file_open(file->path, kp_store_owner(host->root), &content, error);
	gboolean ok;

	if (fd < 0)
		return FALSE;
	ok = load(host, voucher, state, file, content, fd, error);
	close(fd);
	return ok;
}

static void set_barred(GError **error)
{
	g_set_error_literal(error, KP_ERROR, KP_ERROR_FAILED,
			    "modprobe.d has an install command for kpatch, which keeps the core "
			    "module away; remove it if it shall be loaded");
}

static void set_missing(const KpHost *host, GError **error)
{
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
		    "there is no core module kpatch.ko for kernel %s: neither modprobe nor "
		    KP_PACKAGE_FOLDER "/%s/kpatch.ko has it; install kpatch-kmod for this kernel",
		    host->kver, host->kver);
}

/* The kernel's own say comes when it is loaded: what can be told of it before. */
static gboolean is_known(const KpHost *host, const KpSignOutcome *outcome, GError **error)
{
	g_autofree char *keyrings = NULL, *rules = kp_host_rules(host);

	if (!kp_host_insists(host) || outcome == NULL || outcome->verdict != KP_VERDICT_GOOD)
		return TRUE;
	keyrings = kp_keyrings_with(host->root, outcome);
	if (keyrings == NULL || *keyrings != '\0')
		return TRUE;
	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED,
		    "this kernel takes modules of signers that it knows only (%s), and %s, who signed "
		    "it, is in none of its keyrings", rules, outcome->subject);
	return FALSE;
}

/* Whatever would keep load() from it. */
static gboolean judge(const KpHost *host, KpVoucher *voucher, KpState *state,
		      const KpCoreFile *file, GError **error)
{
	g_autoptr(KpSignOutcome) outcome = NULL;
	g_autoptr(GBytes) content = NULL;
	g_autofree char *digest = NULL;
	int fd = kp_module_file_open(file->path, kp_store_owner(host->root), &content, error);
	gboolean ok;

	if (fd < 0)
		return FALSE;
	ok = kp_vouch_fd(voucher, fd, file->path, &outcome, error) && is_known(host, outcome, error);
	close(fd);
	digest = ok ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, content) : NULL;
	ok = ok && (state == NULL || kp_core_guard_allows(state, host, digest, error));
	if (!ok)
		g_prefix_error(error, "the core module %s: ", file->path);
	return ok;
}

/* What was captured of another machine may be without its modules. */
static gboolean has_modules(const KpHost *host)
{
	g_autofree char *folder = kp_root_pathf(host->root, "/lib/modules/%s", host->kver);

	return host->is_machine || g_file_test(folder, G_FILE_TEST_IS_DIR);
}

char *kp_core_problem(const KpHost *host, KpVoucher *voucher, KpState *state)
{
	KpCoreFile file = { 0 };
	g_autoptr(GError) error = NULL;
	gboolean ok = TRUE;

	find(host->root, host->kver, host->is_machine, &file);
	if (file.barred)
		set_barred(&error);
	else if (!file.built_in && file.path == NULL && has_modules(host))
		set_missing(host, &error);
	else if (!file.built_in && file.path != NULL)
		ok = judge(host, voucher, state, &file, &error);
	core_file_clear(&file);
	return ok && error == NULL ? NULL : g_strdup(error->message);
}

char *kp_core_path(const char *root, const char *kver)
{
	KpCoreFile file = { 0 };
	char *path;

	find(root, kver, FALSE, &file);
	path = g_steal_pointer(&file.path);
	core_file_clear(&file);
	return path;
}

gboolean kp_core_load(const KpHost *host, KpVoucher *voucher, KpState *state, GError **error)
{
	KpCoreFile file = { 0 };
	gboolean ok = FALSE;

	find(host->root, host->kver, host->is_machine, &file);
	if (file.built_in || file.loaded)
		ok = TRUE;
	else if (file.barred)
		set_barred(error);
	else if (file.path != NULL)
		ok = open_and_load(host, voucher, state, &file, error);
	else
		set_missing(host, error);
	core_file_clear(&file);
	return ok;
}
