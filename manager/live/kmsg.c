/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/names.h"

/* a read(2) gives one record (Documentation/ABI/testing/dev-kmsg) of at most that size */
#define RECORD_MAX 8192
/* what a reader takes in; the reason is among the first */
#define LINES_MAX 4
/* a log may be written faster than it is read */
#define RECORDS_MAX 10000

int kp_kmsg_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0 && lseek(fd, 0, SEEK_END) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* That it taints the kernel is said of each patch, and is no reason for anything. What audit
 * has about this program (comm="kpatch-manager") comes when it likes, with a number of its
 * own each time; who denied what is told by denial.h. */
static gboolean is_no_reason(const char *message)
{
	return strstr(message, "tainting kernel") != NULL ||
	       strstr(message, "taints kernel") != NULL || g_str_has_prefix(message, "audit: ");
}

/* "6,339,5140900,-;message", and lines with a blank before them for whoever parses. */
char *kp_kmsg_message(const char *record, const char *name)
{
	static const char *const prefixes[] = { "kpatch: ", "livepatch: " };
	const char *text = strchr(record, ';');
	g_autofree char *message = text != NULL ? g_strndup(text + 1, strcspn(text + 1, "\n")) : NULL;
	gboolean ours = message != NULL && strstr(message, name) != NULL;

	for (gsize i = 0; message != NULL && i < G_N_ELEMENTS(prefixes); i++)
		ours |= g_str_has_prefix(message, prefixes[i]);
	return ours && !is_no_reason(message) ? kp_text_printable(message) : NULL;
}

char *kp_kmsg_since(int fd, const char *name)
{
	GString *all = NULL;
	guint lines = 0;

	for (guint i = 0; fd >= 0 && lines < LINES_MAX && i < RECORDS_MAX; i++) {
		char record[RECORD_MAX + 1];
		gssize length = read(fd, record, RECORD_MAX);
		g_autofree char *message = NULL;

		/* EPIPE: some were overwritten, and the next ones are there */
		if (length < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (length <= 0)
			break;
		record[length] = '\0';
		message = kp_kmsg_message(record, name);
		if (message == NULL)
			continue;
		if (all == NULL)
			all = g_string_new(NULL);
		g_string_append_printf(all, "%s%s", lines++ > 0 ? "; " : "", message);
	}
	if (fd >= 0)
		close(fd);
	return all != NULL ? g_string_free(all, FALSE) : NULL;
}

void kp_kmsg_explain(int fd, const char *name, GError *error)
{
	g_autofree char *said = NULL;
	char *text;

	if (error == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	said = kp_kmsg_since(fd, name);
	if (said == NULL)
		return;
	text = g_strdup_printf("%s. The kernel's log: %s", error->message, said);
	g_free(error->message);
	error->message = text;
}
