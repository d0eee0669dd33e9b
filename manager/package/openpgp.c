/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "package/openpgp.h"

#include <string.h>

/* RFC 9580, 5: types of packets */
#define SIGNATURE 2
#define PUBLIC_KEY 6
#define USER_ID 13
#define PUBLIC_SUBKEY 14

/* RFC 9580, 5.2.1: types of signatures */
#define REVOKES_KEY 0x20
#define REVOKES_SUBKEY 0x28

#define KEY_ID_DIGITS 16
#define V4_DIGITS 40	/* of the fingerprint of a version 4 key */

struct packet {
	guint type;
	const guint8 *body;
	gsize size;
};

/* What is left of the packets. */
struct rest {
	const guint8 *at;
	gsize size;
};

/* A number of @octets octets, the highest first. */
static gboolean take_number(struct rest *rest, guint octets, gsize *number)
{
	if (rest->size < octets)
		return FALSE;
	*number = 0;
	for (guint i = 0; i < octets; i++)
		*number = *number << 8 | rest->at[i];
	rest->at += octets;
	rest->size -= octets;
	return TRUE;
}

/* RFC 9580, 4.2.1. Partial lengths are for data alone, not for keys. */
static gboolean take_length(struct rest *rest, gsize *length)
{
	gsize second;

	if (!take_number(rest, 1, length))
		return FALSE;
	if (*length < 192)
		return TRUE;
	if (*length == 255)
		return take_number(rest, 4, length);
	if (*length >= 224 || !take_number(rest, 1, &second))
		return FALSE;
	*length = ((*length - 192) << 8) + second + 192;
	return TRUE;
}

/* RFC 9580, 4.2.2: 1, 2 or 4 octets, or all that is left */
static gboolean take_old_length(struct rest *rest, guint type, gsize *length)
{
	if (type < 3)
		return take_number(rest, 1U << type, length);
	*length = rest->size;
	return TRUE;
}

static gboolean take_packet(struct rest *rest, struct packet *packet)
{
	gsize head;

	if (!take_number(rest, 1, &head) || (head & 0x80) == 0)
		return FALSE;
	packet->type = head & 0x40 ? head & 0x3f : head >> 2 & 0xf;
	if (head & 0x40 ? !take_length(rest, &packet->size)
			: !take_old_length(rest, head & 3, &packet->size))
		return FALSE;
	if (packet->size > rest->size)
		return FALSE;
	packet->body = rest->at;
	rest->at += packet->size;
	rest->size -= packet->size;
	return TRUE;
}

/* RFC 9580, 5.5.4. NULL for other versions. */
static char *fingerprint(const struct packet *packet)
{
	guint version = packet->size > 0 ? packet->body[0] : 0;
	gboolean old = version == 4;
	const guint8 head[] = {
		old ? 0x99 : 0x9b, packet->size >> 24, packet->size >> 16, packet->size >> 8,
		packet->size,
	};
	g_autoptr(GChecksum) sum = NULL;

	if ((!old && version != 6) || packet->size > (old ? G_MAXUINT16 : G_MAXUINT32))
		return NULL;
	sum = g_checksum_new(old ? G_CHECKSUM_SHA1 : G_CHECKSUM_SHA256);
	g_checksum_update(sum, head, 1);
	g_checksum_update(sum, head + (old ? 3 : 1), old ? 2 : 4);
	g_checksum_update(sum, packet->body, (gssize)packet->size);
	return g_strdup(g_checksum_get_string(sum));
}

/* The end of the fingerprint of a version 4 key, the start of that of a version 6 key. */
static char *id_of(const char *print)
{
	gsize length = strlen(print);

	return g_strndup(length == V4_DIGITS ? print + length - KEY_ID_DIGITS : print, KEY_ID_DIGITS);
}

/* A key as far as it was read. */
struct reading {
	KpOpenpgp *key;
	GPtrArray *ids;
	gboolean subkey;	/* the last of these is that of the subkey whose signatures follow */
};

/* A revocation stands behind what it revokes: a subkey's behind that subkey. */
static void note_signature(const struct packet *packet, struct reading *reading)
{
	/* RFC 9580, 5.2.2: version 3 has a length before the type */
	gsize at = packet->size > 0 && packet->body[0] == 3 ? 2 : 1;
	guint type = packet->size > at ? packet->body[at] : 0;

	if (type == REVOKES_KEY)
		reading->key->revoked = TRUE;
	if (type != REVOKES_SUBKEY || !reading->subkey)
		return;
	g_ptr_array_set_size(reading->ids, (int)reading->ids->len - 1);
	reading->subkey = FALSE;
}

/* FALSE: it is no packet that we can read. */
static gboolean note(const struct packet *packet, struct reading *reading)
{
	KpOpenpgp *key = reading->key;
	g_autofree char *print = NULL;

	if (packet->type == USER_ID && key->user_id == NULL)
		key->user_id = g_strndup((const char *)packet->body, packet->size);
	if (packet->type == SIGNATURE)
		note_signature(packet, reading);
	if (packet->type != PUBLIC_KEY && packet->type != PUBLIC_SUBKEY)
		return TRUE;
	print = fingerprint(packet);
	if (print == NULL)
		return FALSE;
	g_ptr_array_add(reading->ids, id_of(print));
	reading->subkey = packet->type == PUBLIC_SUBKEY;
	if (key->fingerprint == NULL)
		key->fingerprint = g_steal_pointer(&print);
	return TRUE;
}

KpOpenpgp *kp_openpgp_read(const guint8 *packets, gsize length)
{
	struct rest rest = { packets, length };
	struct packet packet;
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(KpOpenpgp) key = g_new0(KpOpenpgp, 1);
	struct reading reading = { key, ids, FALSE };

	while (rest.size > 0)
		if (!take_packet(&rest, &packet) || !note(&packet, &reading))
			return NULL;
	if (ids->len == 0)
		return NULL;
	g_ptr_array_add(ids, NULL);
	key->ids = (char **)g_ptr_array_free(g_steal_pointer(&ids), FALSE);
	if (key->user_id == NULL)
		key->user_id = g_strdup("");
	return g_steal_pointer(&key);
}

void kp_openpgp_free(KpOpenpgp *key)
{
	g_free(key->user_id);
	g_free(key->fingerprint);
	g_strfreev(key->ids);
	g_free(key);
}
