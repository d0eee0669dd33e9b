/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the files that read what a module wants, and nobody else. */
#ifndef KP_WANTED_PRIVATE_H
#define KP_WANTED_PRIVATE_H

#include <gelf.h>

#include "live/wanted.h"

/* Adds an entry to @all, unless there are too many or a name is no UTF-8. */
void kp_wanted_add(GPtrArray *all, KpWantedKind kind, const char *object, const char *name,
		   gulong sympos);

/* What section @index has, or NULL; owned by @elf. */
Elf_Data *kp_wanted_data(Elf *elf, size_t index);

/* The text that the relocation @rela makes a pointer to, or NULL; owned by @elf. */
const char *kp_wanted_text(Elf *elf, Elf_Data *symbols, const GElf_Rela *rela);

/* The functions that a module of the kernel's own klp-build replaces, to @all. */
void kp_wanted_klp(GPtrArray *all, Elf *elf);

#endif
