/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/denial.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "base/root.h"
#include "live/host.h"
#include "live/selinux.h"

#define STATUS_MAX 16384

static gboolean says(const char *path, const char *value)
{
	g_autofree char *text = kp_read_text(path, 16);

	return g_strcmp0(text, value) == 0;
}

static gboolean is_locked(void)
{
	g_autofree char *text = kp_read_text("/sys/kernel/security/lockdown", 128);
	g_autofree char *word = text != NULL ? kp_lockdown_word(text) : NULL;

	return word != NULL || says("/proc/sys/kernel/modules_disabled", "1");
}

gboolean kp_denial_capable(const char *text)
{
	const char *line = strstr(text, "\nCapEff:");

	return line != NULL && (g_ascii_strtoull(line + strlen("\nCapEff:"), NULL, 16) &
				(G_GUINT64_CONSTANT(1) << CAP_SYS_MODULE)) != 0;
}

KpDenial *kp_denial_read(int code)
{
	KpDenial *denial = g_new0(KpDenial, 1);
	g_autoptr(KpHost) host = kp_host_read(NULL);
	g_autofree char *status = kp_read_text("/proc/self/status", STATUS_MAX);

	denial->code = code;
	denial->locked = is_locked();
	denial->capable = status != NULL && kp_denial_capable(status);
	denial->domain = kp_selinux_domain();
	denial->reason = denial->domain != NULL ? kp_selinux_denial(host) : NULL;
	denial->modules = kp_read_text("/sys/kernel/security/lsm", 256);
	return denial;
}

void kp_denial_free(KpDenial *denial)
{
	if (denial == NULL)
		return;
	g_free(denial->domain);
	g_free(denial->reason);
	g_free(denial->modules);
	g_free(denial);
}

/* EPERM is what capabilities, lockdown and kernel.modules_disabled answer. A security
 * module that takes a capability away answers the same. Nobody else says EACCES. */
static gboolean is_of_security_module(const KpDenial *denial)
{
	return denial->code == EACCES ||
	       (denial->code == EPERM && denial->capable && !denial->locked);
}

char *kp_denial_text(const KpDenial *denial)
{
	const char *modules = denial->modules != NULL ? denial->modules : "those that it has";

	if (!is_of_security_module(denial))
		return NULL;
	if (denial->reason != NULL)
		return g_strdup_printf("%s (our domain is %s); 'ausearch -m avc -ts recent', or "
				       "'journalctl -k -g avc', shows what was denied",
				       denial->reason, denial->domain);
	if (denial->domain != NULL)
		return g_strdup_printf("a security module of the kernel does not allow it, SELinux or "
				       "another one of %s (our domain is %s); 'ausearch -m "
				       "avc,integrity_data -ts recent', or 'journalctl -k', shows "
				       "what was denied", modules, denial->domain);
	return g_strdup_printf("a security module of the kernel does not allow it, one of %s; "
			       "'ausearch -m integrity_data -ts recent', or 'journalctl -k', shows what "
			       "was denied", modules);
}
