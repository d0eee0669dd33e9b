/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trailer at the end of a file: any bytes are the file. */
#include "fuzz.h"

#include <string.h>

#include "signing/format.h"

/* What was found is what would be appended: the trailer has one form. */
static void check_round(const guint8 *data, gsize size, const KpTrailer *trailer)
{
	g_autoptr(GBytes) message = g_bytes_new(data + trailer->payload, trailer->message);
	g_autoptr(GBytes) appended = kp_trailer_make(message, NULL);

	g_assert_nonnull(appended);
	g_assert_cmpmem(g_bytes_get_data(appended, NULL), g_bytes_get_size(appended),
			data + trailer->payload, size - (gsize)trailer->payload);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	gsize end = MIN(size, KP_TRAILER_SIZE);
	KpTrailer trailer;

	if (!kp_trailer_parse(data + size - end, end, (goffset)size, &trailer, NULL))
		return 0;
	g_assert_cmpint(trailer.payload, >=, 0);
	if (trailer.message == 0)
		g_assert_cmpint(trailer.payload, ==, (goffset)size);
	else
		check_round(data, size, &trailer);
	return 0;
}
