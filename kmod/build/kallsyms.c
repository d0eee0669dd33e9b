/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables that scripts/kallsyms.c writes, found without a symbol that says where.
 *
 * A name is a row of one-byte tokens; the token table says what each of the 256 stands
 * for, and the token index where its text begins. That pair proves itself. Before it lie,
 * in this order, the number of symbols, the names, and for each 256th name a marker: where
 * it begins. So number and names prove each other. 6.2 and 6.3 have the order by name (3
 * bytes each) between markers and tokens. The addresses are in front of the number until
 * 6.3, and behind the token index since. They are
 *   - offsets to a base that follows them; of those, with KALLSYMS_ABSOLUTE_PERCPU (until
 *     6.14), only negative ones are, and the others are addresses themselves;
 *   - without KALLSYMS_BASE_RELATIVE (until 6.10), 8 bytes each;
 *   - in 7.x, counted from where they are.
 * They are known to be understood when they ascend, and lead into the image. */
#include "kallsyms.h"

#include <string.h>

#include "bytes.h"

#define TOKENS 256
#define PER_MARKER 256
#define MAX_SYMBOLS (4 * 1024 * 1024)
#define MAX_NAME 1024			/* KSYM_NAME_LEN is 512 */
#define MAX_NAMES (128 * 1024 * 1024)	/* bytes of all names */
#define MAX_STEPS (400 * 1000 * 1000)	/* names looked at: a hostile file ends the search */

typedef struct {
	const KpSegment *segment;
	gsize tokens;			/* offset of the token table in the segment */
	const char *token[TOKENS];
	gsize index_end;
	gsize number;			/* offset of the number of symbols */
	gsize names;
	guint count;
	guint align;			/* of the tables: 8, or 4 in 7.x */
	gboolean two_bytes;		/* a name's length may have two (since 6.1) */
	guint64 steps;
} Tables;

static gsize aligned(gsize at, gsize to)
{
	return (at + to - 1) / to * to;
}

/* Do 256 texts begin at @start, and does the index that follows say the same? */
static gboolean read_tokens(Tables *t, gsize start)
{
	const KpSegment *s = t->segment;
	gsize at = start;
	guint16 offsets[TOKENS];

	for (guint i = 0; i < TOKENS; i++) {
		const guint8 *end = at < s->size ? memchr(s->data + at, 0, s->size - at) : NULL;

		if (end == NULL || at - start > G_MAXUINT16)
			return FALSE;
		t->token[i] = (const char *)s->data + at;
		offsets[i] = (guint16)(at - start);
		at = (gsize)(end - s->data) + 1;
	}
	for (gsize align = 4; align <= 8; align += 4) {
		gsize index = aligned(at, align);
		guint same = 0;

		if (index > s->size || s->size - index < TOKENS * sizeof(guint16))
			continue;
		while (same < TOKENS && kp_le16(s->data + index + 2 * same) == offsets[same])
			same++;
		if (same == TOKENS) {
			t->tokens = start;
			t->index_end = index + TOKENS * sizeof(guint16);
			return TRUE;
		}
	}
	return FALSE;
}

/* The start of the text @n texts before the one at @at. */
static gboolean texts_before(const KpSegment *s, gsize at, guint n, gsize *start)
{
	while (n-- > 0) {
		const guint8 *zero;

		if (at < 2)
			return FALSE;
		zero = memrchr(s->data, 0, at - 1);
		at = zero == NULL ? 0 : (gsize)(zero - s->data) + 1;
	}
	*start = at;
	return TRUE;
}

/* What is used in names stands for itself in the token table, so it has all digits in a row. */
static gboolean find_tokens(Tables *t, gsize *from)
{
	static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
	const KpSegment *s = t->segment;

	while (*from < s->size) {
		const guint8 *hit = memmem(s->data + *from, s->size - *from, digits, sizeof(digits));
		gsize start;

		if (hit == NULL)
			return FALSE;
		*from = (gsize)(hit - s->data) + 1;
		/* What precedes the table may end in bytes that are not zero: 3 of an order, or
		 * those of a marker. */
		if (texts_before(s, *from - 1, '0', &start))
			for (gsize at = aligned(start, 4); at < MIN(start + 32, *from); at += 4)
				if (read_tokens(t, at))
					return TRUE;
	}
	return FALSE;
}

/* The length of the name at *@at, which is moved to its first token; 0: it is none. */
static guint name_length(const Tables *t, gsize *at)
{
	const guint8 *data = t->segment->data;
	guint length;

	if (t->tokens - *at < 2)
		return 0;
	length = data[(*at)++];
	if (t->two_bytes && (length & 0x80) != 0)
		length = (length & 0x7f) | (guint)data[(*at)++] << 7;
	return length <= t->tokens - *at ? length : 0;
}

/* Walks over all names. @marks gets where each 256th begins; FALSE if a name is none. */
static gboolean walk_names(Tables *t, GArray *marks, gsize *end)
{
	gsize at = t->names;

	g_array_set_size(marks, 0);
	for (guint i = 0; i < t->count; i++) {
		guint32 mark = (guint32)(at - t->names);
		guint length;

		if (i % PER_MARKER == 0)
			g_array_append_val(marks, mark);
		length = name_length(t, &at);
		t->steps++;
		if (length == 0)
			return FALSE;
		at += length;
	}
	*end = at;
	return TRUE;
}

/* @width bytes a marker: 8 before 4.20. */
static gboolean markers_fit(const Tables *t, const GArray *marks, gsize at, gsize width)
{
	if (at > t->tokens || marks->len > (t->tokens - at) / width)
		return FALSE;
	for (guint i = 0; i < marks->len; i++) {
		const guint8 *data = t->segment->data + at + i * width;
		guint64 mark = width == 8 ? kp_le64(data) : kp_le32(data);

		if (mark != g_array_index(marks, guint32, i))
			return FALSE;
	}
	at = aligned(at + marks->len * width, t->align);
	return at == t->tokens || aligned(at + 3 * (gsize)t->count, t->align) == t->tokens;
}

static gboolean names_fit(Tables *t, GArray *marks)
{
	gsize end, at;

	for (int two = 1; two >= 0; two--) {
		t->two_bytes = two;
		if (!walk_names(t, marks, &end))
			continue;
		at = aligned(end, t->align);
		if (markers_fit(t, marks, at, 4) || (t->align == 8 && markers_fit(t, marks, at, 8)))
			return TRUE;
	}
	return FALSE;
}

/* A name takes 2 bytes at least, and no kernel's take 200 on the average. */
static gboolean number_plausible(const Tables *t)
{
	gsize room = t->names < t->tokens ? t->tokens - t->names : 0;

	return t->count > 0 && t->count <= MAX_SYMBOLS && t->count <= room / 2 &&
	       t->count >= room / 200;
}

/* From the token table backwards. */
static gboolean find_names(Tables *t)
{
	g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(guint32));

	for (gsize at = t->tokens & ~(gsize)3; at >= 4 && t->steps < MAX_STEPS;) {
		at -= 4;
		t->number = at;
		t->count = kp_le32(t->segment->data + at);
		for (t->align = 8; t->align >= 4; t->align -= 4) {
			t->names = at + t->align;
			if (at % t->align == 0 && number_plausible(t) && names_fit(t, marks))
				return TRUE;
		}
	}
	return FALSE;
}

typedef enum {
	TO_BASE_BUT_POSITIVE,	/* KALLSYMS_ABSOLUTE_PERCPU */
	TO_BASE,
	WHOLE,
	TO_ITSELF,
} AddressKind;

typedef struct {
	gboolean behind;	/* the token index, or in front of the number */
	AddressKind kind;
} AddressLayout;

/* In this order: what TO_ITSELF makes of offsets to a base ascends as well. */
static const AddressLayout address_layouts[] = {
	{ TRUE, TO_BASE_BUT_POSITIVE }, { TRUE, TO_BASE }, { TRUE, WHOLE },
	{ FALSE, TO_BASE_BUT_POSITIVE }, { FALSE, TO_BASE }, { FALSE, WHOLE },
	{ TRUE, TO_ITSELF },
};

static gboolean in_image(const GArray *segments, guint64 address)
{
	for (guint i = 0; i < segments->len; i++) {
		const KpSegment *s = &g_array_index(segments, KpSegment, i);

		/* At its end are symbols such as _end. */
		if (address >= s->address && address - s->address <= s->memory)
			return TRUE;
	}
	return FALSE;
}

/* Where the addresses are, and their base. FALSE: the segment has no room for them. */
static gboolean place_addresses(const Tables *t, AddressLayout layout, gsize *at, gsize *base)
{
	gsize size = (gsize)t->count * (layout.kind == WHOLE ? 8 : 4);
	gboolean based = layout.kind == TO_BASE || layout.kind == TO_BASE_BUT_POSITIVE;

	if (layout.behind) {
		*at = aligned(t->index_end, t->align);
		*base = aligned(*at + size, 8);
		return *at <= t->segment->size && size <= t->segment->size - *at &&
		       (!based || (*base <= t->segment->size && t->segment->size - *base >= 8));
	}
	if (t->number < aligned(size, 8) + (based ? 8 : 0))
		return FALSE;
	*base = t->number - 8;
	*at = t->number - aligned(size, 8) - (based ? 8 : 0);
	return TRUE;
}

static guint64 address_of(const Tables *t, AddressKind kind, gsize at, guint64 base)
{
	const guint8 *data = t->segment->data + at;
	gint32 offset = kind == WHOLE ? 0 : (gint32)kp_le32(data);

	switch (kind) {
	case TO_BASE_BUT_POSITIVE:
		return offset >= 0 ? (guint64)offset : base - 1 - (guint64)(gint64)offset;
	case TO_BASE:
		return base + (guint32)offset;
	case TO_ITSELF:
		return t->segment->address + at + (guint64)(gint64)offset;
	case WHOLE:
		break;
	}
	return kp_le64(data);
}

static gboolean addresses_fit(const Tables *t, AddressLayout layout, const GArray *segments,
			      guint64 *addresses)
{
	gboolean based = layout.kind == TO_BASE || layout.kind == TO_BASE_BUT_POSITIVE;
	gsize at, base_at;
	guint64 base = 0;
	guint inside = 0;

	if (!place_addresses(t, layout, &at, &base_at))
		return FALSE;
	if (based)
		base = kp_le64(t->segment->data + base_at);
	if (based && !in_image(segments, base))
		return FALSE;
	for (guint i = 0; i < t->count; i++) {
		gsize width = layout.kind == WHOLE ? 8 : 4;

		addresses[i] = address_of(t, layout.kind, at + i * width, base);
		if (i > 0 && addresses[i] < addresses[i - 1])
			return FALSE;
		inside += in_image(segments, addresses[i]);
	}
	/* Constants of the linker are symbols too, and lie outside. The base is the least
	 * address that is no offset in per-CPU memory. */
	return inside > t->count / 2 && addresses[t->count - 1] >= base;
}

/* The text of the name at *@at, type first; FALSE if it is too long, or no text. */
static gboolean expand(const Tables *t, gsize *at, GString *text)
{
	guint length = name_length(t, at);

	g_string_truncate(text, 0);
	for (guint i = 0; i < length && text->len <= MAX_NAME; i++)
		g_string_append(text, t->token[t->segment->data[*at + i]]);
	*at += length;
	if (text->len < 2 || text->len > MAX_NAME)
		return FALSE;
	for (gsize i = 0; i < text->len; i++)
		if ((guchar)text->str[i] <= ' ' || text->str[i] == 0x7f)
			return FALSE;
	return TRUE;
}

static gboolean read_names(const Tables *t, const guint64 *addresses, GArray *symbols,
			   GStringChunk *names)
{
	g_autoptr(GString) text = g_string_new(NULL);
	gsize at = t->names, total = 0;

	for (guint i = 0; i < t->count; i++) {
		KpKernelSymbol symbol = { .address = addresses[i] };

		if (!expand(t, &at, text) || (total += text->len) > MAX_NAMES)
			return FALSE;
		symbol.type = text->str[0];
		symbol.name = g_string_chunk_insert_len(names, text->str + 1, (gssize)text->len - 1);
		g_array_append_val(symbols, symbol);
	}
	return TRUE;
}

static gboolean read_tables(Tables *t, const GArray *segments, GArray *symbols, GStringChunk *names)
{
	g_autofree guint64 *addresses = NULL;

	if (!find_names(t))
		return FALSE;
	addresses = g_new(guint64, t->count);
	for (gsize i = 0; i < G_N_ELEMENTS(address_layouts); i++) {
		if (!addresses_fit(t, address_layouts[i], segments, addresses))
			continue;
		if (read_names(t, addresses, symbols, names))
			return TRUE;
		g_array_set_size(symbols, 0);
		g_string_chunk_clear(names);
		return FALSE;
	}
	return FALSE;
}

gboolean kp_kallsyms_read(const GArray *segments, GArray *symbols, GStringChunk *names)
{
	guint64 steps = 0;

	for (guint i = 0; i < segments->len; i++) {
		Tables t = { .segment = &g_array_index(segments, KpSegment, i), .steps = steps };
		gsize from = 0;

		/* Alignment is counted from the segment's start. */
		if (t.segment->address % 8 != 0)
			continue;
		while (find_tokens(&t, &from))
			if (read_tables(&t, segments, symbols, names))
				return TRUE;
		steps = t.steps;
	}
	return FALSE;
}
