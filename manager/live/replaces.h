/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a patch module takes the place of all others, or goes on top of them. */
#ifndef KP_REPLACES_H
#define KP_REPLACES_H

#include <glib.h>

struct Elf;	/* of libelf */

typedef enum {
	KP_REPLACES_ALL,	/* in one step, when it goes live */
	KP_REPLACES_NONE,	/* what was live stays, below it */
	KP_REPLACES_UNKNOWN,	/* the module says it while it runs, if at all */
} KpReplaces;

/* What struct klp_patch of the livepatch module @elf says (include/linux/livepatch.h), if
 * it is one that the compiler has made. A module that makes it when it is loaded, as some
 * tools build them, does not tell. The bytes are hostile. */
KpReplaces kp_replaces_read(struct Elf *elf);

#endif
