/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/header-range.h"

#include <string.h>
#include <unistd.h>

#define LEAD 96
#define INTRO 16	/* magic, four bytes for later, entries, bytes of data */
#define ENTRY 16

static gboolean read_at(int fd, guint64 at, guint8 *bytes, gsize size)
{
	return pread(fd, bytes, size, (off_t)at) == (gssize)size;
}

static guint64 number(const guint8 *bytes)
{
	return (guint64)bytes[0] << 24 | (guint64)bytes[1] << 16 | (guint64)bytes[2] << 8 | bytes[3];
}

/* Both numbers have 32 bits, so nothing overflows. */
static guint64 header_size(int fd, guint64 at)
{
	static const guint8 magic[] = { 0x8e, 0xad, 0xe8, 0x01 };
	guint8 intro[INTRO];

	if (!read_at(fd, at, intro, sizeof(intro)) || memcmp(intro, magic, sizeof(magic)) != 0)
		return 0;
	return INTRO + ENTRY * number(intro + 8) + number(intro + 12);
}

guint64 kp_header_range(int fd)
{
	static const guint8 magic[] = { 0xed, 0xab, 0xee, 0xdb };
	guint8 lead[LEAD];
	guint64 signature, header, at = LEAD;

	if (!read_at(fd, 0, lead, sizeof(lead)) || memcmp(lead, magic, sizeof(magic)) != 0)
		return 0;
	signature = header_size(fd, at);
	if (signature == 0)
		return 0;
	at += (signature + 7) / 8 * 8;	/* the header begins at a multiple of 8 */
	header = header_size(fd, at);
	return header != 0 ? at + header : 0;
}
