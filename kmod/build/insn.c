/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "insn.h"

#include <string.h>

#include "bytes.h"

/*
 * What follows each opcode, one letter an opcode, 16 a line:
 *  n nothing           m ModRM                 b a byte
 *  w 2 bytes           d 4 bytes               c 3 bytes (enter)
 *  z 2 or 4 bytes      v 2, 4 or 8 bytes       o an address
 *  B ModRM and a byte  Z ModRM and 2 or 4      g, G as B, Z for test alone
 *  p prefix            r REX                   . not in 64-bit mode
 *  5 VEX of 2 bytes    4 VEX of 3 bytes        6 EVEX      2 the next table
 */
static const char one_byte[] =
	"mmmmbz..mmmmbz.2"
	"mmmmbz..mmmmbz.."
	"mmmmbzp.mmmmbzp."
	"mmmmbzp.mmmmbzp."
	"rrrrrrrrrrrrrrrr"
	"nnnnnnnnnnnnnnnn"
	"..6mppppzZbBnnnn"
	"bbbbbbbbbbbbbbbb"
	"BZ.Bmmmmmmmmmmmm"
	"nnnnnnnnnn.nnnnn"
	"oooonnnnbznnnnnn"
	"bbbbbbbbvvvvvvvv"
	"BBwn45BZcnwnnb.n"
	"mmmm...nmmmmmmmm"
	"bbbbbbbbdd.bnnnn"
	"pnppnngGnnnnnnmm";

/* Behind 0f; 3 and A are the tables 0f 38 (ModRM) and 0f 3a (ModRM, a byte). */
static const char two_bytes[] =
	"mmmm.nnnnn.n.mnB"
	"mmmmmmmmmmmmmmmm"
	"mmmm....mmmmmmmm"
	"nnnnnn.n3.A....."
	"mmmmmmmmmmmmmmmm"
	"mmmmmmmmmmmmmmmm"
	"mmmmmmmmmmmmmmmm"
	"BBBBmmmnmm..mmmm"
	"dddddddddddddddd"
	"mmmmmmmmmmmmmmmm"
	"nnnmBmmmnnnmBmmm"
	"mmmmmmmmmmBmmmmm"
	"mmBmBBBmnnnnnnnn"
	"mmmmmmmmmmmmmmmm"
	"mmmmmmmmmmmmmmmm"
	"mmmmmmmmmmmmmmmm";

struct insn {
	const guint8 *code;
	gsize size;
	gsize at;		/* how much of it is read */
	gboolean operand16;	/* 66 */
	gboolean address32;	/* 67 */
	gboolean wide;		/* REX.W */
};

static guint8 peek(const struct insn *insn)
{
	return insn->at < insn->size ? insn->code[insn->at] : 0;
}

/* The kind of the one-byte opcode; prefixes are behind us then. */
static char read_prefixes(struct insn *insn)
{
	char kind;

	while ((kind = one_byte[peek(insn)]) == 'p' && insn->at < insn->size) {
		insn->operand16 |= peek(insn) == 0x66;
		insn->address32 |= peek(insn) == 0x67;
		insn->at++;
	}
	if (kind == 'r') {
		insn->wide = (peek(insn) & 8) != 0;
		insn->at++;
		kind = one_byte[peek(insn)];
	}
	return kind == 'p' || kind == 'r' ? '.' : kind;
}

/* @map is what VEX and EVEX call mmmmm: 1 is 0f, 2 0f 38, 3 0f 3a, 5 and 6 FP16. */
static char vector_kind(struct insn *insn, gsize skip, guint map)
{
	guint8 opcode;

	insn->at += skip;
	opcode = peek(insn);
	switch (map) {
	case 1:
		return two_bytes[opcode] == 'B' ? 'B' : two_bytes[opcode] == 'n' ? 'n' : 'm';
	case 3:
		return 'B';
	case 2:
	case 5:
	case 6:
		return 'm';
	default:
		return '.';
	}
}

static guint map_of(const struct insn *insn, guint8 mask)
{
	return insn->at + 1 < insn->size ? insn->code[insn->at + 1] & mask : 0;
}

/* Goes on to the opcode's last byte, and behind it. */
static char read_opcode(struct insn *insn)
{
	char kind = read_prefixes(insn);

	if (kind == '2') {
		insn->at++;
		kind = two_bytes[peek(insn)];
		if (kind == '3' || kind == 'A') {
			insn->at++;
			kind = kind == '3' ? 'm' : 'B';
		}
	} else if (kind == '5') {
		kind = vector_kind(insn, 2, 1);
	} else if (kind == '4') {
		kind = vector_kind(insn, 3, map_of(insn, 0x1f));
	} else if (kind == '6') {
		kind = vector_kind(insn, 4, map_of(insn, 0x07));
	}
	insn->at++;
	return kind;
}

/* ModRM, SIB and displacement (SDM, volume 2, 2.1.3). */
static void read_modrm(struct insn *insn)
{
	guint8 modrm = peek(insn), mod = modrm >> 6, rm = modrm & 7, base;

	insn->at++;
	if (mod == 3)
		return;
	base = rm;
	if (rm == 4) {
		base = peek(insn) & 7;
		insn->at++;
	}
	if (mod == 1)
		insn->at += 1;
	else if (mod == 2 || base == 5)
		insn->at += 4;
}

static gsize immediate_size(const struct insn *insn, char kind, guint8 modrm)
{
	gsize z = insn->operand16 && !insn->wide ? 2 : 4;
	gboolean test = (modrm & 0x38) < 0x10;

	switch (kind) {
	case 'b': case 'B': return 1;
	case 'w': return 2;
	case 'c': return 3;
	case 'd': return 4;
	case 'z': case 'Z': return z;
	case 'v': return insn->wide ? 8 : z;
	case 'o': return insn->address32 ? 4 : 8;
	case 'g': return test ? 1 : 0;
	case 'G': return test ? z : 0;
	default: return 0;
	}
}

gsize kp_insn_length(const guint8 *code, gsize size)
{
	struct insn insn = { .code = code, .size = MIN(size, 15) };
	char kind = size > 0 ? read_opcode(&insn) : '.';
	guint8 modrm = peek(&insn);

	if (kind == '.')
		return 0;
	if (strchr("mBZgG", kind) != NULL)
		read_modrm(&insn);
	insn.at += immediate_size(&insn, kind, modrm);
	return insn.at <= insn.size ? insn.at : 0;
}

gsize kp_insn_branch(const guint8 *code, gsize size, gint64 *to)
{
	gsize opcode = size >= 2 && code[0] == 0x0f && (code[1] & 0xf0) == 0x80 ? 2 :
		       size >= 1 && (code[0] & 0xfe) == 0xe8 ? 1 : 0;

	if (opcode > 0 && size >= opcode + 4) {
		*to = (gint32)kp_le32(code + opcode) + (gint64)(opcode + 4);
		return opcode + 4;
	}
	if (size >= 2 && ((code[0] & 0xf0) == 0x70 || code[0] == 0xeb)) {
		*to = (gint8)code[1] + (gint64)2;
		return 2;
	}
	return 0;
}
