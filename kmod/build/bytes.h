/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as x86 stores them, at any address. The caller has checked that the bytes are there. */
#ifndef KP_BUILD_BYTES_H
#define KP_BUILD_BYTES_H

#include <glib.h>
#include <string.h>

static inline guint16 kp_le16(const guint8 *at)
{
	guint16 value;

	memcpy(&value, at, sizeof(value));
	return GUINT16_FROM_LE(value);
}

static inline guint32 kp_le32(const guint8 *at)
{
	guint32 value;

	memcpy(&value, at, sizeof(value));
	return GUINT32_FROM_LE(value);
}

static inline guint64 kp_le64(const guint8 *at)
{
	guint64 value;

	memcpy(&value, at, sizeof(value));
	return GUINT64_FROM_LE(value);
}

#endif
