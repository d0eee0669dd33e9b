/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"

static const struct {
	int exit_code;
	const char *word;
} error_table[] = {
	[KP_ERROR_FAILED] = { KP_EXIT_FAILED, "failed" },
	[KP_ERROR_USAGE] = { KP_EXIT_USAGE, "usage" },
	[KP_ERROR_CONFIG] = { KP_EXIT_USAGE, "configuration" },
	[KP_ERROR_BUSY] = { KP_EXIT_BUSY, "busy" },
	[KP_ERROR_REFUSED] = { KP_EXIT_REFUSED, "refused" },
};

G_DEFINE_QUARK(kp-error-quark, kp_error)

static unsigned int row_of(const GError *error)
{
	if (error->domain != KP_ERROR || error->code < 0 ||
	    (gsize)error->code >= G_N_ELEMENTS(error_table))
		return KP_ERROR_FAILED;
	return (unsigned int)error->code;
}

int kp_error_exit_code(const GError *error)
{
	return error_table[row_of(error)].exit_code;
}

const char *kp_error_word(const GError *error)
{
	return error_table[row_of(error)].word;
}
