/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/out.h"

#include <signal.h>
#include <stdio.h>

#include "base/names.h"

G_GNUC_PRINTF(2, 0)
static void put(FILE *stream, const char *format, va_list args)
{
	g_autofree char *text = g_strdup_vprintf(format, args);
	g_autofree char *clean = kp_text_lines(text);

	fputs(clean, stream);
}

static void outlive(int signal_number)
{
}

/* A handler, for what is ignored stays ignored in the programs that are run. */
void kp_out_outlive_reader(void)
{
	struct sigaction action = { .sa_handler = outlive, .sa_flags = SA_RESTART };

	sigaction(SIGPIPE, &action, NULL);
}

void kp_out(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put(stdout, format, args);
	va_end(args);
}

void kp_err(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	va_start(args, format);
	put(stderr, format, args);
	va_end(args);
}

void kp_out_clean(const char *text)
{
	fputs(text, stdout);
}

void kp_err_line(const char *format, ...)
{
	va_list args;

	fputc('\r', stderr);
	va_start(args, format);
	put(stderr, format, args);
	va_end(args);
	fputs("\033[K", stderr);
}

void kp_err_line_end(void)
{
	fputs("\r\033[K", stderr);
}
