/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "base/error.h"

/* include/uapi/linux/memfd.h; since Linux 6.3, and then some sites insist on
 * it (sysctl vm.memfd_noexec) */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

int kp_empty_memory(void)
{
	int fd = memfd_create("kpatch-module", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("kpatch-module", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd;
}

gboolean kp_copy_bytes(int from, int to, gsize size)
{
	off_t offset = 0;

	while ((gsize)offset < size) {
		gssize n = sendfile(to, from, &offset, size - (gsize)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;	/* the file became shorter meanwhile */
		if (n <= 0)
			return FALSE;
	}
	return TRUE;
}

int kp_sealed_copy(int fd, gsize size, GError **error)
{
	int memory = kp_empty_memory();

	if (memory >= 0 && kp_copy_bytes(fd, memory, size) &&
	    fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0)
		return memory;
	g_set_error(error, KP_ERROR, KP_ERROR_FAILED, "it cannot be copied into memory: %s",
		    g_strerror(errno));
	if (memory >= 0)
		close(memory);
	return -1;
}
