/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/host.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "base/root.h"

static char *read_fact(const char *root, const char *path, gsize max)
{
	g_autofree char *full = kp_root_path(root, path);

	return kp_root_read(root, full, max);
}

static gboolean is_there(const char *root, const char *path)
{
	g_autofree char *full = kp_root_path(root, path);

	return g_file_test(full, G_FILE_TEST_EXISTS);
}

/* In a chroot, as while an image is being installed, the running kernel is
 * somebody else's. Without /proc or the right to look, it is taken as none. */
static gboolean in_chroot(void)
{
	struct stat here, init;

	if (stat("/", &here) != 0 || stat("/proc/1/root", &init) != 0)
		return FALSE;
	return here.st_dev != init.st_dev || here.st_ino != init.st_ino;
}

gboolean kp_cmdline_says(const char *cmdline, const char *key, const char *value)
{
	g_auto(GStrv) words = g_strsplit_set(cmdline, " \t\n", -1);
	gboolean says = FALSE;

	for (char **word = words; *word != NULL; word++)
		if (g_str_has_prefix(*word, key))
			says = g_str_equal(*word + strlen(key), value);
	return says;
}

gboolean kp_cmdline_disables(const char *cmdline)
{
	return kp_cmdline_says(cmdline, "kpatch.enable=", "0");
}

char *kp_lockdown_word(const char *text)
{
	const char *from = strchr(text, '[');
	const char *to = from != NULL ? strchr(from, ']') : NULL;
	g_autofree char *word = to != NULL ? g_strndup(from + 1, (gsize)(to - from - 1)) : NULL;

	return word == NULL || g_str_equal(word, "none") ? NULL : g_steal_pointer(&word);
}

/* Specification of UEFI, 3.3: one byte; efivarfs puts four bytes of attributes
 * before it. */
static gboolean read_secure_boot(const char *root)
{
	g_autofree char *path = kp_root_path(root, "/sys/firmware/efi/efivars/SecureBoot-"
					     "8be4df61-93ca-11d2-aa0d-00e098032b8c");
	int fd = kp_root_open(root, path, O_RDONLY, 0);
	char content[6];
	gssize size;

	if (fd < 0)
		return FALSE;
	size = read(fd, content, sizeof(content));
	close(fd);
	return size == 5 && content[4] == 1;
}

gboolean kp_host_insists(const KpHost *host)
{
	return host->sig_enforce || host->lockdown != NULL;
}

char *kp_host_rules(const KpHost *host)
{
	GString *text = g_string_new(host->secure_boot ? "Secure Boot" : "");

	if (host->lockdown != NULL)
		g_string_append_printf(text, "%slockdown: %s", text->len > 0 ? ", " : "",
				       host->lockdown);
	if (host->sig_enforce)
		g_string_append_printf(text, "%smodule.sig_enforce", text->len > 0 ? ", " : "");
	return g_string_free(text, FALSE);
}

/* Where the kernel has no lockdown, or does not tell, the file is not there. */
static void read_rules_for_modules(KpHost *host, const char *root)
{
	g_autofree char *enforce = read_fact(root, "/sys/module/module/parameters/sig_enforce", 16);
	g_autofree char *lockdown = read_fact(root, "/sys/kernel/security/lockdown", 128);

	host->sig_enforce = enforce != NULL && g_str_equal(enforce, "Y");
	host->lockdown = lockdown != NULL ? kp_lockdown_word(lockdown) : NULL;
}

KpHost *kp_host_read(const char *root)
{
	KpHost *host = g_new0(KpHost, 1);
	g_autofree char *ftrace = read_fact(root, "/proc/sys/kernel/ftrace_enabled", 16);
	g_autofree char *cmdline = read_fact(root, "/proc/cmdline", 65536);

	host->root = g_strdup(root);
	host->is_machine = kp_root_is_machine(root) && !in_chroot();
	host->kver = read_fact(root, "/proc/sys/kernel/osrelease", 256);
	if (host->kver != NULL && !kp_kver_valid(host->kver))
		g_clear_pointer(&host->kver, g_free);
	host->boot_id = read_fact(root, "/proc/sys/kernel/random/boot_id", 64);
	if (host->boot_id == NULL)
		host->boot_id = g_strdup("");
	host->has_livepatch = is_there(root, "/sys/kernel/livepatch");
	host->has_core = is_there(root, "/sys/kernel/kpatch");
	host->ftrace_off = ftrace != NULL && g_str_equal(ftrace, "0");
	read_rules_for_modules(host, root);
	host->secure_boot = read_secure_boot(root);
	host->disabled = cmdline != NULL && kp_cmdline_disables(cmdline);
	return host;
}

void kp_host_free(KpHost *host)
{
	if (host == NULL)
		return;
	g_free(host->root);
	g_free(host->kver);
	g_free(host->boot_id);
	g_free(host->lockdown);
	g_free(host);
}
