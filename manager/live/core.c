/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/core.h"

#include <errno.h>
#include <libkmod.h>
#include <unistd.h>

#include "base/error.h"
#include "base/root.h"
#include "live/module.h"
#include "live/patch.h"
#include "live/store.h"

/* the library must not print, and every failure is in its result */
static void silence(void *data, int priority, const char *file, int line, const char *fn,
		    const char *format, va_list args)
{
}

/* As modprobe would. Returns 0, or an errno: ENOENT when there is none. */
static int load_by_name(struct kmod_ctx *ctx)
{
	struct kmod_list *list = NULL, *entry;
	int result = kmod_module_new_from_lookup(ctx, "kpatch", &list);

	if (result < 0)
		return -result;
	if (list == NULL)
		return ENOENT;
	kmod_list_foreach(entry, list) {
		struct kmod_module *module = kmod_module_get_module(entry);

		result = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
		kmod_module_unref(module);
		if (result < 0)
			break;
	}
	kmod_module_unref_list(list);
	return result < 0 ? -result : 0;
}

static int probe(void)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	int result;

	if (ctx == NULL)
		return ENOENT;
	kmod_set_log_fn(ctx, silence, NULL);
	result = load_by_name(ctx);
	kmod_unref(ctx);
	return result;
}

static gboolean load_file(const KpHost *host, const char *path, GError **error)
{
	g_autoptr(GBytes) content = NULL;
	int fd = kp_module_file_open(path, kp_store_owner(host->root), &content, error);
	int code;

	if (fd < 0)
		return FALSE;
	code = kp_module_load(fd, "");
	close(fd);
	if (code == 0 || code == EEXIST)
		return TRUE;
	kp_module_set_error(error, path, code);
	return FALSE;
}

gboolean kp_core_load(const KpHost *host, GError **error)
{
	g_autofree char *path = g_strdup_printf(KP_PACKAGE_FOLDER "/%s/kpatch.ko", host->kver);
	int code = probe();

	if (code == 0)
		return TRUE;
	if (code == ENOENT && g_file_test(path, G_FILE_TEST_EXISTS))
		return load_file(host, path, error);
	if (code == ENOENT)
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED,
			    "there is no core module kpatch.ko for kernel %s: neither modprobe nor %s "
			    "has it; install kpatch-kmod for this kernel", host->kver, path);
	else
		kp_module_set_error(error, "the core module kpatch.ko", code);
	return FALSE;
}
