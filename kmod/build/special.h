/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections of kernel objects that are tables about code: one entry a place in a
 * function. A closed list: what is not in it is refused where it matters. */
#ifndef KP_BUILD_SPECIAL_H
#define KP_BUILD_SPECIAL_H

#include "object.h"

typedef enum {
	KP_SPECIAL_UNKNOWN,	/* none of the list */
	KP_SPECIAL_ENTRIES,	/* each entry goes with the code that it begins with */
	KP_SPECIAL_IGNORED,	/* says nothing about code that a patch must keep */
} KpSpecialKind;

typedef struct {
	const char *name;	/* with '*' at its end: a prefix */
	KpSpecialKind kind;
	guint line;		/* where an entry has a 2-byte line number; 0: nowhere */
} KpSpecial;

/* Never NULL. */
const KpSpecial *kp_special_find(const char *section_name);

/* Bytes of each entry, told by how relocations repeat; 0: they do not. */
guint kp_special_entry_size(const KpObjectSection *section);

/* What the first operand of the entry at @offset leads to: the code it is about. */
gboolean kp_special_owner(const KpObject *object, const KpObjectSection *section,
			  guint64 offset, guint size, KpTarget *owner);

#endif
