/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where passphrases and PINs come from: never from the command line, which
 * everybody on the machine can read. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signing/key.h"
#include "signing/kpatch-sign.h"

#define SECRET_MAX 1024

static char *wrong(GError **error, const char *where, const char *problem)
{
	g_set_error(error, KP_ERROR, KP_ERROR_USAGE, "no passphrase from %s: %s", where, problem);
	return NULL;
}

/* The first line, without its end. */
static char *read_line(int fd, const char *where, GError **error)
{
	char *secret = g_malloc0(SECRET_MAX + 1);
	gsize used = 0;
	gssize n = 0;

	while (used < SECRET_MAX && memchr(secret, '\n', used) == NULL) {
		n = read(fd, secret + used, SECRET_MAX - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (gsize)n;
	}
	if (n < 0 || used == 0 || used == SECRET_MAX) {
		wrong(error, where, n < 0 ? g_strerror(errno) : used == 0 ? "it is empty" :
		      "it is too long");
		OPENSSL_cleanse(secret, SECRET_MAX);
		g_free(secret);
		return NULL;
	}
	secret[strcspn(secret, "\r\n")] = '\0';
	return secret;
}

static char *read_file(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *secret = NULL;
	struct stat st;

	if (fd < 0)
		return wrong(error, path, g_strerror(errno));
	if (fstat(fd, &st) != 0)
		wrong(error, path, g_strerror(errno));
	else if (S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0)
		wrong(error, path, "everybody can read it; chmod o-r it");
	else
		secret = read_line(fd, path, error);
	close(fd);
	return secret;
}

static char *ask_terminal(const char *what, GError **error)
{
	g_autofree char *prompt = g_strdup_printf("Passphrase or PIN for %.200s: ", what);
	char secret[SECRET_MAX + 1] = "";
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	char *copy = NULL;

	if (terminal < 0)
		return wrong(error, "a terminal",
			     "there is none; use --passphrase-file or --passphrase-fd");
	close(terminal);
	if (EVP_read_pw_string(secret, SECRET_MAX, prompt, 0) == 0)
		copy = g_strdup(secret);
	else
		wrong(error, "the terminal", "it was not typed");
	OPENSSL_cleanse(secret, sizeof(secret));
	return copy;
}

char *kp_sign_ask_secret(const char *what, gpointer data, GError **error)
{
	const KpSignOptions *options = data;
	g_autofree char *descriptor = NULL;

	if (options->passphrase_file != NULL)
		return read_file(options->passphrase_file, error);
	if (options->passphrase_fd < 0)
		return ask_terminal(what, error);
	descriptor = g_strdup_printf("descriptor %d", options->passphrase_fd);
	return read_line(options->passphrase_fd, descriptor, error);
}
