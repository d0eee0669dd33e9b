/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/module.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/error.h"
#include "base/wait.h"
#include "live/denial.h"
#include "live/label.h"

/* finit_module(2), kernel/module/main.c and kernel/module/signing.c */
static const struct {
	int code;
	KpErrorCode meaning;
	const char *text;
} errno_table[] = {
	{ EPERM, KP_ERROR_REFUSED,
	  "the kernel does not allow it: with lockdown, sign the module with a key that the "
	  "kernel trusts; with kernel.modules_disabled, reboot; else run this as root" },
	{ EACCES, KP_ERROR_REFUSED, "a security module of the kernel does not allow it" },
	{ ENOEXEC, KP_ERROR_REFUSED,
	  "the kernel does not take the file as a module of its own (damaged, or built with "
	  "another configuration); rebuild it against this kernel's headers" },
	{ EINVAL, KP_ERROR_REFUSED,
	  "the kernel or the core module finds the patch invalid; dmesg says what" },
	{ ENOENT, KP_ERROR_REFUSED,
	  "a symbol that it needs is not in this kernel; dmesg says which" },
	{ EEXIST, KP_ERROR_FAILED,
	  "a module of this name is loaded already; lsmod shows it" },
	{ EBUSY, KP_ERROR_BUSY, "not safe now" },
	{ ENOKEY, KP_ERROR_REFUSED,
	  "the kernel has no key for its signature; enrol the signer's certificate" },
	{ EKEYREJECTED, KP_ERROR_REFUSED,
	  "the kernel refuses its signature (unsigned, changed, or by a key it does not "
	  "trust); sign it with an enrolled key" },
	{ EBADMSG, KP_ERROR_REFUSED, "its signature is damaged; sign it again" },
	{ ENOMEM, KP_ERROR_FAILED, "the kernel has no memory for it" },
	{ ENOSYS, KP_ERROR_FAILED, "this kernel cannot load modules" },
	{ ETXTBSY, KP_ERROR_BUSY, "somebody is writing the file" },
	{ EOPNOTSUPP, KP_ERROR_REFUSED,
	  "this kernel lacks what the patch needs; dmesg says what" },
};

/* SELinux asks whether our domain may load a module from a file of this label, and
 * memory has that of temporary files. A login shell may load from those; rpm's
 * scriptlets and services may not. */
static void label(int fd)
{
	struct utsname kernel;

	if (uname(&kernel) == 0)
		kp_label_as_module(fd, kernel.release, &kp_label_calls);
}

/* The same bytes without a file. What was sealed cannot change below a mapping. */
static int load_from_memory(int fd, const char *params)
{
	struct stat st;
	void *image;
	int code;

	if (fstat(fd, &st) != 0)
		return errno;
	image = mmap(NULL, (gsize)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image == MAP_FAILED)
		return errno;
	code = syscall(SYS_init_module, image, (unsigned long)st.st_size, params) == 0 ? 0 : errno;
	munmap(image, (gsize)st.st_size);
	return code;
}

/* EACCES is a security module's answer about the file. The last way is the call that
 * has none: the kernel asks again, about the process. It does not unpack. */
int kp_module_load_packed(int fd, const char *params, int flags)
{
	int code, again;

	label(fd);
	code = syscall(SYS_finit_module, fd, params, flags) == 0 ? 0 : errno;
	if (code != EACCES || flags != 0)
		return code;
	again = load_from_memory(fd, params);
	/* that it is denied twice is nothing new */
	return again == EPERM ? code : again;
}

int kp_module_load(int fd, const char *params)
{
	return kp_module_load_packed(fd, params, 0);
}

int kp_module_delete(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) == 0 ? 0 : errno;
}

static gsize row_of(int code)
{
	gsize i = 0;

	while (i < G_N_ELEMENTS(errno_table) && errno_table[i].code != code)
		i++;
	return i;
}

void kp_module_set_denied(GError **error, const char *what, const KpDenial *denial)
{
	g_autofree char *text = kp_denial_text(denial);
	gsize row = row_of(denial->code);

	g_set_error(error, KP_ERROR, KP_ERROR_REFUSED, "%s cannot be loaded: %s (%s)", what,
		    text != NULL ? text : errno_table[row].text, g_strerror(denial->code));
}

void kp_module_set_error(GError **error, const char *what, int code)
{
	g_autoptr(KpDenial) denial = NULL;
	gsize row = row_of(code);

	if (code == EACCES || code == EPERM) {
		denial = kp_denial_read(code);
		kp_module_set_denied(error, what, denial);
	} else if (row < G_N_ELEMENTS(errno_table)) {
		g_set_error(error, KP_ERROR, errno_table[row].meaning, "%s cannot be loaded: %s (%s)",
			    what, errno_table[row].text, g_strerror(code));
	} else {
		g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "%s cannot be loaded: %s", what,
			    g_strerror(code));
	}
}

static KpTry try_remove(gpointer data, GError **error)
{
	const char *name = data;
	int code = kp_module_delete(name);

	if (code == 0 || code == ENOENT)
		return KP_TRY_DONE;
	if (code == EAGAIN || code == EBUSY)
		return KP_TRY_AGAIN;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "the module %s cannot be removed: %s",
		    name, g_strerror(code));
	return KP_TRY_FAILED;
}

gboolean kp_module_remove(const char *name, GError **error)
{
	/* The kernel drops its last reference a moment after the switch. */
	static const KpPace pace = { "removing a module", 2000, 1, 100 };

	switch (kp_wait(&pace, NULL, try_remove, (gpointer)name, error)) {
	case KP_TRY_DONE:
		return TRUE;
	case KP_TRY_AGAIN:
		g_set_error(error, KP_ERROR, KP_ERROR_BUSY,
			    "the module %s is still in use and stays loaded; the next apply or "
			    "sync tries again to remove it", name);
		return FALSE;
	case KP_TRY_FAILED:
		break;
	}
	return FALSE;
}
